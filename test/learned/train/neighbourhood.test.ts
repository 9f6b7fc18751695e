import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createRng } from '../../../src/base/rng.js';
import { sumRecords } from '../../../src/dataset/records.js';
import { splitFolds, type Spread } from '../../../src/learned/neighbourhood.js';
import { scoreScales, standardised } from '../../../src/learned/scale.js';
import { querySpace } from '../../../src/learned/space.js';
import { toTensors } from '../../../src/learned/train/batch.js';
import { chooseSpread } from '../../../src/learned/train/neighbourhood.js';
import { openBackend } from '../../../src/tensor/backend.js';
import type { TensorFlow } from '../../../src/tensor/types.js';
import { datasetOf } from '../../support/learn.js';
import { handLog } from '../../support/rows.js';

const WORDS = 'sun moon river stone cloud bread glass horse paper green seven north salt wing'.split(' ');
const KINDS = 40;
const EACH = 6;

let tf: TensorFlow;
before(async () => {
  ({ tf } = await openBackend('wasm'));
});

interface LogOf {
  llms?: number;
  /** Answers a query has. */
  answers?: number;
  scoreOf(kind: number, llm: number, chance: () => number): number;
}

/** The spread chosen for a log of queries that repeat each other, scored by their kind or by chance. */
async function chosen({ llms: count = 2, answers = count, scoreOf }: LogOf): Promise<Spread> {
  const llms = Array.from({ length: count }, (_, l) => `llm-${String(l).padStart(2, '0')}`);
  const rng = createRng(3);
  const queries = Array.from({ length: KINDS * EACH }, (_, i) => {
    const kind = i % KINDS;
    const words = [kind, 3 * kind + 1, 7 * kind + 2].map((w) => `${WORDS[w % WORDS.length]}${w % 5}`);
    const score = (llm: number): number => scoreOf(kind, llm, () => rng.next());
    const asked = rng.shuffle(Int32Array.from(llms.keys())).subarray(0, answers).toSorted();
    return {
      text: `${words.join(' ')} ${i}`,
      scores: Object.fromEntries(Array.from(asked, (l) => [llms[l]!, score(l)])),
    };
  });
  const logged = await datasetOf(handLog(llms, queries));
  const all = Int32Array.from(queries.keys());
  const data = standardised(logged, scoreScales(logged, all));
  const weights = querySpace(tf, data, all, createRng(1));
  const p = toTensors(tf, weights);
  const { numTensors } = tf.memory();
  const spread = chooseSpread(tf, {
    data,
    space: { weights, p },
    queries: all,
    records: sumRecords(data, all),
    fold: splitFolds(all, 4, createRng(4))[0]!,
    rng: createRng(5),
  });
  assert.equal(tf.memory().numTensors, numTensors, 'no tensor is left behind');
  tf.dispose(Object.values(p));
  return spread;
}

const isGood = (kind: number, llm: number): boolean => (kind * 7 + llm * 3) % 5 < 2;

describe('the spread of what answers share with those near by', () => {
  test('is larger where queries that are alike have the same scores', async () => {
    const { variance } = await chosen({ scoreOf: (kind, llm) => Number(isGood(kind, llm)) });
    assert.ok(variance >= 4, String(variance));
  });

  test('is not where scores are chance', async () =>
    assert.deepEqual(await chosen({ scoreOf: (_kind, _llm, chance) => Number(chance() < 0.5) }), {
      variance: 1,
      directions: false,
    }));

  test('has directions where many LLMs are of two sorts, and each has few answers', async () => {
    const scoreOf = (kind: number, llm: number, chance: () => number): number =>
      Number(chance() < (isGood(kind % 2, llm % 2) ? 0.9 : 0.1));
    assert.equal((await chosen({ llms: 30, answers: 4, scoreOf })).directions, true);
  });
});
