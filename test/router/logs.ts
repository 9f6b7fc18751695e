import type { Dataset } from '../../src/dataset/dataset.js';
import type { FitTools, RoutedQuery } from '../../src/router/types.js';
import { createRng } from '../../src/base/rng.js';
import { openBackend } from '../../src/tensor/backend.js';
import { datasetOf } from '../support/learn.js';
import { smallLog } from '../support/log.js';
import { handLog } from '../support/rows.js';

/** Fits on the wasm backend, as users without TensorFlow's library do. */
export const tf = (await openBackend('wasm')).tf;
export const tools = (seed = 1): FitTools => ({ tf, rng: createRng(seed) });

export const all = (data: Dataset): Int32Array => Int32Array.from({ length: data.numQueries }, (_, q) => q);
export const seen = (data: Dataset, query: number): RoutedQuery => ({
  vector: data.queries.at(query)!,
  task: data.taskOf[query]!,
});

const one = 'the only query';
const both = { a: 1, b: 0 };

/** Logs at the edge of what can be learned from, by name. */
export const DEGENERATE: Record<string, () => Promise<Dataset>> = {
  'one LLM': () =>
    datasetOf(
      handLog(
        ['a'],
        [
          { text: 'one', scores: { a: 1 } },
          { text: 'two', scores: { a: 0 } },
        ],
      ),
    ),
  'one query': () => datasetOf(handLog(['a', 'b'], [{ text: one, scores: both }])),
  'one interaction': () => datasetOf(handLog(['a', 'b'], [{ text: one, task: 't', scores: { a: 1 } }])),
  'all scores equal': () =>
    datasetOf(
      handLog(
        ['a', 'b'],
        Array.from({ length: 8 }, (_, i) => ({ text: `query ${i}`, task: 't', scores: { a: 0.5, b: 0.5 } })),
      ),
    ),
  'all scores 1': () =>
    datasetOf(
      handLog(
        ['a', 'b'],
        Array.from({ length: 8 }, (_, i) => ({ text: `query ${i}`, scores: { a: 1, b: 1 } })),
      ),
    ),
  'no tasks': () => datasetOf(smallLog({ queries: 12, untasked: true })),
  'tasks of some queries': () =>
    datasetOf(
      handLog(
        ['a', 'b'],
        [
          { text: 'add', task: 'sums', scores: both },
          { text: 'rhyme', scores: both },
        ],
      ),
    ),
  'preferences only': () => datasetOf(smallLog({ queries: 12, preferences: true })),
  'contradictory preferences': () =>
    datasetOf(
      handLog(
        ['a', 'b'],
        [
          {
            text: one,
            pairs: [
              ['a', 'b'],
              ['b', 'a'],
            ],
          },
        ],
      ),
    ),
  'one preference': () => datasetOf(handLog(['a', 'b', 'c'], [{ text: one, pairs: [['a', 'b']] }])),
  'scores and preferences': () =>
    datasetOf(
      handLog(
        ['a', 'b', 'c'],
        [
          { text: 'x', scores: both, pairs: [['c', 'a']] },
          { text: 'y', scores: { a: 0, b: 1, c: 1 } },
        ],
      ),
    ),
  'an empty text': () =>
    datasetOf(
      handLog(
        ['a', 'b'],
        [
          { text: '', task: 't', scores: both },
          { text: ' ', task: 't', scores: both },
        ],
      ),
    ),
  'the same text again and again': () =>
    datasetOf(
      handLog(
        ['a', 'b'],
        Array.from({ length: 30 }, (_, i) => ({
          text: one,
          task: i % 2 ? 't' : 'u',
          scores: i % 3 ? both : { a: 0, b: 1 },
        })),
      ),
    ),
};

/** Share of a log's queries of two crafts for which the LLM of that craft is scored above the other two. */
export function crafts(
  data: Dataset,
  queries: Int32Array,
  score: (query: RoutedQuery) => Float32Array,
  told: boolean,
): number {
  const right = queries.filter((q) => {
    const scores = score({ vector: data.queries.at(q)!, task: told ? data.taskOf[q]! : -1 });
    const master = data.llms.indexOf(data.tasks[data.taskOf[q]!] === 'arithmetic' ? 'calculator' : 'poet');
    return scores.every((s, l) => l === master || s < scores[master]!);
  });
  return right.length / queries.length;
}
