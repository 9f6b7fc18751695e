import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Encoder } from '../../../src/encoder/types.js';
import type { GraphRows } from '../../../src/graph/rows.js';
import type { LlmStats } from '../../../src/store/ports/feedback.js';
import { LlmProfile } from '../../../src/schema/profile.js';
import { DESIGN_NAMES } from '../../../src/schema/training.js';
import { createLearnedScorer } from '../../../src/learned/serve/trained.js';
import type { ScoredLlm, Scorer } from '../../../src/scoring/types.js';
import { openBackend } from '../../../src/tensor/backend.js';
import type { TensorFlow } from '../../../src/tensor/types.js';
import { encoder } from '../../support/learn.js';
import { smallLog } from '../../support/log.js';
import { randomModel, type RandomModel, type RandomModelOptions } from '../../support/model.js';
import { statsOf, usageOn } from '../../support/usage.js';
import { tensorScores } from './tensor-scores.js';

const QUERY = 'a verse about the sum of two numbers';
const EVIDENCE = Int32Array.from({ length: 45 }, (_, i) => i);
const HELD_OUT = Int32Array.from({ length: 15 }, (_, i) => 45 + i);

let tf: TensorFlow;
before(async () => {
  ({ tf } = await openBackend('wasm'));
});

/** A log of which a third of the scores is missing, and an LLM that nobody has asked yet. */
function gappyLog(rows = smallLog({ queries: 60 })): GraphRows {
  const kept = Array.from(rows.scores.query.keys()).filter((i) => i % 3 !== 1 || rows.scores.query[i]! % 5 === 0);
  const { query, llm, score, count } = rows.scores;
  const unasked = LlmProfile.parse({
    id: 'unasked',
    description: 'writes rhymes about numbers',
    family: 'bards',
    size_b: 3,
    benchmarks: { poetry: 0.8 },
  });
  return {
    ...rows,
    llms: [...rows.llms, unasked],
    scores: {
      query: query.filter((_, i) => kept.includes(i)),
      llm: llm.filter((_, i) => kept.includes(i)),
      score: score.filter((_, i) => kept.includes(i)),
      count: count.filter((_, i) => kept.includes(i)),
    },
  };
}

interface Made extends RandomModel {
  scorer: Scorer;
  score(text: string, task?: string): ScoredLlm[];
}

async function make(
  rows: GraphRows,
  { llms = rows.llms, stats = [], ...options }: RandomModelOptions & { llms?: LlmProfile[]; stats?: LlmStats[] } = {},
): Promise<Made> {
  const made = await randomModel(tf, rows, options);
  const scorer = await createLearnedScorer({
    version: 'v',
    model: made.model,
    encoder,
    llms,
    stats,
  });
  return { ...made, scorer, score: (text, task) => scorer.score(text, encoder.encodeSync!(text), task) };
}

const ranking = (scores: ArrayLike<number>): number[] =>
  Array.from(scores, (_, i) => i).toSorted((a, b) => scores[b]! - scores[a]!);

/** Compares serving with the tensors on held-out queries; answers how far apart they are at most. */
async function assertAgrees(rows: GraphRows, made: Made, task?: string): Promise<void> {
  const expected = await tensorScores(
    tf,
    made,
    HELD_OUT,
    task === undefined ? undefined : made.data.tasks.indexOf(task),
  );
  HELD_OUT.forEach((q, i) => {
    const actual = made.score(rows.queries.textOf(q), task).map((s) => s.quality);
    actual.forEach((quality, l) =>
      assert.ok(
        Math.abs(quality - expected[i]![l]!) < 1e-3,
        `query ${q}, ${rows.llms[l]!.id}: ${quality} for ${expected[i]![l]}`,
      ),
    );
    assert.deepEqual(ranking(actual), ranking(expected[i]!), `query ${q}`);
  });
  const all = expected.flatMap((row) => [...row]);
  assert.ok(Math.max(...all) - Math.min(...all) > 0.01, 'scores that are all alike prove nothing');
}

describe('what anchors tell', () => {
  test('counts for an LLM that did not answer there, too', async () => {
    const { model, data } = await randomModel(tf, smallLog({ queries: 60 }));
    const scores = model.tables['anchor/scores']!;
    const gappy = {
      ...model,
      tables: { ...model.tables, 'anchor/scores': { ...scores, data: scores.data.map((s, i) => (i % 2 ? NaN : s)) } },
    };
    const [all, some] = await Promise.all(
      [model, gappy].map((m) =>
        createLearnedScorer({
          version: 'v',
          model: m,
          encoder,
          llms: smallLog({ queries: 60 }).llms,
          stats: [],
        }),
      ),
    );
    const vector = encoder.encodeSync!(QUERY);
    assert.deepEqual(
      some!.score(QUERY, vector).map((s) => s.quality),
      all!.score(QUERY, vector).map((s) => s.quality),
    );
    assert.ok(
      some!.score(QUERY, vector).some((s, l) => s.uncertainty > all!.score(QUERY, vector)[l]!.uncertainty),
      `${data.numLlms} LLMs, as sure as with every answer`,
    );
  });
});

describe('serving on plain arrays agrees with the tensors', () => {
  const logs: Record<string, () => GraphRows> = {
    'scores of every LLM on every query': () => smallLog({ queries: 60 }),
    'scores with gaps': () => gappyLog(),
    'comparisons alone': () => smallLog({ queries: 60, preferences: true }),
    'a task that nobody has asked about': () => {
      const rows = smallLog({ queries: 60 });
      return { ...rows, tasks: [...rows.tasks, { id: 'verse', description: 'rhymes and digits' }] };
    },
    'no task labels': () => smallLog({ queries: 60, untasked: true }),
  };
  for (const [what, log] of Object.entries(logs))
    test(`on ${what}`, async () => {
      const rows = log();
      await assertAgrees(rows, await make(rows, { evidence: EVIDENCE }));
    });

  for (const design of DESIGN_NAMES)
    test(`in the design ${design}`, async () => {
      const rows = gappyLog();
      await assertAgrees(rows, await make(rows, { evidence: EVIDENCE, design }));
    });

  test('where the task is told', async () => {
    const rows = gappyLog();
    const made = await make(rows, { evidence: EVIDENCE });
    await assertAgrees(rows, made, 'poetry');
    await assertAgrees(rows, made, 'arithmetic');
    assert.notDeepEqual(made.score(QUERY, 'poetry'), made.score(QUERY, 'arithmetic'));
    assert.deepEqual(made.score(QUERY, 'a task that nobody knows'), made.score(QUERY));
  });

  test('on odd queries: finite, in [0, 1]', async () => {
    const { score } = await make(gappyLog());
    for (const text of ['', ' ', '\u0000', '東京', 'x'.repeat(100_000)])
      for (const { quality, uncertainty } of score(text)) {
        assert.ok(quality >= 0 && quality <= 1 && Number.isFinite(quality), text.slice(0, 5));
        assert.ok(uncertainty >= 0 && uncertainty <= 0.5, text.slice(0, 5));
      }
  });
});

describe('the catalogue of now', () => {
  test('decides who is scored, in its own order', async () => {
    const rows = gappyLog();
    const { scorer, score } = await make(rows, { llms: rows.llms.toReversed() });
    assert.deepEqual(scorer.models, ['unasked', 'poet', 'middling', 'calculator']);
    const inOrder = new Map((await make(rows)).score(QUERY).map((s) => [s.model, s.quality]));
    for (const { model, quality } of score(QUERY)) assert.ok(Math.abs(quality - inOrder.get(model)!) < 1e-6, model);
  });

  test('leaves out an LLM that was deleted since', async () => {
    const rows = gappyLog();
    const { scorer, score } = await make(rows, { llms: rows.llms.filter((l) => (l.id as string) !== 'poet') });
    assert.deepEqual(scorer.models, ['calculator', 'middling', 'unasked']);
    assert.deepEqual(
      score(QUERY).map((s) => s.model),
      scorer.models,
    );
    assert.ok(scorer.explain(QUERY, encoder.encodeSync!(QUERY)).neighbours.every((n) => !('poet' in n.scores)));
    assert.deepEqual(scorer.nearest('poet'), []);
  });

  test('may be empty', async () => {
    const { scorer, score } = await make(gappyLog(), { llms: [] });
    assert.deepEqual([scorer.models, score(QUERY), scorer.nearest('poet')], [[], [], []]);
  });

  test('scores an LLM that came since, by its facts and by how it has done so far', async () => {
    const rows = gappyLog();
    const late = LlmProfile.parse({ id: 'latecomer', description: 'knows the moon', family: 'a family of its own' });
    const quality = async (meanScore: number, interactions: number): Promise<ScoredLlm> => {
      const { score } = await make(rows, {
        llms: [...rows.llms, late],
        stats: [statsOf('latecomer', { meanScore, interactions })],
      });
      return score(QUERY).at(-1)!;
    };
    const [fresh, good, bad] = [await quality(NaN, 0), await quality(1, 200), await quality(0, 200)];
    assert.equal(fresh.model, 'latecomer');
    assert.ok(Number.isFinite(fresh.quality) && fresh.quality > 0 && fresh.quality < 1);
    assert.ok(
      bad.quality < fresh.quality && fresh.quality < good.quality,
      `${bad.quality} ${fresh.quality} ${good.quality}`,
    );
  });

  test('keeps the scores of an LLM that became another, less sure until it has answers of its own', async () => {
    const rows = gappyLog();
    const scored = async (since: number): Promise<ScoredLlm[]> => {
      const stats = [
        statsOf('poet', {
          meanScore: 0.5,
          scored: 1000 + since,
          now: { scored: since, meanScore: 0.5, weight: 1000 },
        }),
      ];
      return (await make(rows, { stats })).score(QUERY);
    };
    const settled = (await make(rows)).score(QUERY);
    const [changed, some, many] = await Promise.all([0, 100, 100_000].map(scored));
    const poet = settled.findIndex((s) => s.model === 'poet');
    assert.deepEqual(
      changed!.map((s) => s.quality),
      settled.map((s) => s.quality),
    );
    assert.deepEqual(changed!.toSpliced(poet, 1), settled.toSpliced(poet, 1));
    assert.ok(
      changed![poet]!.uncertainty > some![poet]!.uncertainty && some![poet]!.uncertainty >= settled[poet]!.uncertainty,
    );
    assert.deepEqual(many, settled);
  });

  test('gives prices and latencies', async () => {
    const rows = gappyLog();
    const llms = rows.llms.map((l) => ((l.id as string) === 'middling' ? { ...l, latency_ms: 700 } : l));
    const stats = [
      statsOf('calculator', { interactions: 5, usage: [usageOn(null, 5, { tokens: 100, latencyMs: 80 })] }),
      statsOf('middling', { interactions: 1, costUsd: 0.25 }),
    ];
    const { score } = await make(rows, { llms, stats });
    const [calculator, middling, , unasked] = score('x'.repeat(400));
    assert.ok(Math.abs(calculator!.costUsd! - (0.1 * 100 + 0.1 * 100) / 1e6) < 1e-12);
    assert.deepEqual(
      [Math.round(calculator!.latencyMs!), middling!.costUsd, Math.round(middling!.latencyMs!)],
      [80, 0.25, 700],
    );
    assert.deepEqual([unasked!.costUsd, unasked!.latencyMs], [null, null]);
  });
});

describe('what a trained scorer says besides scores', () => {
  test('is surer of an LLM that has answered than of one that has not', async () => {
    const { score } = await make(gappyLog());
    const [calculator, , , unasked] = score(QUERY);
    assert.ok(calculator!.uncertainty < unasked!.uncertainty);
  });

  test('explains by tasks and by logged queries with their own scores', async () => {
    const rows = gappyLog();
    const { scorer } = await make(rows);
    const { tasks, neighbours } = scorer.explain(QUERY, encoder.encodeSync!(QUERY));
    assert.deepEqual(tasks.map((t) => t.task).toSorted(), ['arithmetic', 'poetry']);
    assert.ok(Math.abs(tasks.reduce((sum, t) => sum + t.probability, 0) - 1) < 1e-5);
    assert.ok(tasks[0]!.probability >= tasks[1]!.probability);
    assert.equal(neighbours.length, 5);
    for (const { queryHash, similarity, scores } of neighbours) {
      const q = [...rows.queries].findIndex((one) => one.hash === queryHash);
      assert.ok(q >= 0 && similarity >= -1.001 && similarity <= 1.001);
      const logged = Array.from(rows.scores.query.keys()).filter((i) => rows.scores.query[i] === q);
      assert.deepEqual(
        scores,
        Object.fromEntries(logged.map((i) => [rows.llms[rows.scores.llm[i]!]!.id, rows.scores.score[i]!])),
      );
    }
    assert.deepEqual(
      neighbours.map((n) => n.similarity),
      neighbours.map((n) => n.similarity).toSorted((a, b) => b - a),
    );
    assert.deepEqual(scorer.explain(QUERY, encoder.encodeSync!(QUERY), 'poetry').tasks[0], {
      task: 'poetry',
      probability: 1,
    });
  });

  test('lists the other LLMs by nearness, nearest first', async () => {
    const { scorer } = await make(gappyLog());
    const near = scorer.nearest('poet');
    assert.deepEqual(near.map((n) => n.model).toSorted(), ['calculator', 'middling', 'unasked']);
    assert.deepEqual(
      near.map((n) => n.similarity),
      near.map((n) => n.similarity).toSorted((a, b) => b - a),
    );
    for (const { similarity } of near) assert.ok(similarity >= -1.001 && similarity <= 1.001);
    assert.deepEqual(scorer.nearest('nobody'), []);
  });

  test('encodes at once where the encoder does, and waits for one that answers later', async () => {
    const rows = gappyLog();
    const { model, scorer } = await make(rows);
    assert.deepEqual(scorer.encode(QUERY), encoder.encodeSync!(QUERY));
    const slow: Encoder = { id: encoder.id, dim: encoder.dim, encode: (texts) => encoder.encode(texts) };
    const waiting = await createLearnedScorer({
      version: 'v',
      model,
      encoder: slow,
      llms: rows.llms,
      stats: [],
    });
    const answer = waiting.encode(QUERY);
    assert.ok(answer instanceof Promise);
    assert.deepEqual(await answer, encoder.encodeSync!(QUERY));
  });
});
