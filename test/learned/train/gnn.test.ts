import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createRng } from '../../../src/base/rng.js';
import { openBackend } from '../../../src/tensor/backend.js';
import type { TensorFlow } from '../../../src/tensor/types.js';
import { freezeModel } from '../../../src/learned/freeze.js';
import { createLearnedScorer } from '../../../src/learned/serve/trained.js';
import type { GnnOptions } from '../../../src/learned/train/options.js';
import { DESIGN_NAMES } from '../../../src/schema/training.js';
import { encoder, learn } from '../../support/learn.js';
import { smallLog } from '../../support/log.js';

let tf: TensorFlow;
before(async () => {
  ({ tf } = await openBackend('wasm'));
});

async function indexAfter(rows: ReturnType<typeof smallLog>, options: Partial<GnnOptions> = {}) {
  const { data, train, heldOut, result } = await learn(tf, rows, options);
  const model = await freezeModel(tf, {
    data,
    rows,
    weights: result.weights,
    evidence: train,
    encoder: encoder.id,
    rng: createRng(1),
  });
  const scorer = await createLearnedScorer({
    version: 'test',
    model,
    encoder,
    llms: rows.llms,
    stats: [],
  });
  const best = (text: string): string =>
    scorer.score(text, encoder.encodeSync!(text)).reduce((a, b) => (b.quality > a.quality ? b : a)).model;
  return { scorer, best, rows, heldOut };
}

const ARITHMETIC = 'multiply the total number of digits';
const POETRY = 'a verse and a rhyme about the moon';

describe('training', () => {
  test('learns who does what from scores', async () => {
    const { best } = await indexAfter(smallLog({ queries: 120 }));
    assert.equal(best(ARITHMETIC), 'calculator');
    assert.equal(best(POETRY), 'poet');
  });

  test('learns it from comparisons alone', async () => {
    const { best } = await indexAfter(smallLog({ queries: 120, preferences: true }));
    assert.equal(best(ARITHMETIC), 'calculator');
    assert.equal(best(POETRY), 'poet');
  });

  test('learns it without task labels', async () => {
    const { best } = await indexAfter(smallLog({ queries: 120, untasked: true }));
    assert.equal(best(ARITHMETIC), 'calculator');
    assert.equal(best(POETRY), 'poet');
  });

  for (const design of DESIGN_NAMES) {
    test(`trains the design ${design} to finite weights`, async () => {
      const { result } = await learn(tf, smallLog({ queries: 60 }), { maxSteps: 10 }, design);
      for (const [name, { data }] of Object.entries(result.weights)) assert.ok(data.every(Number.isFinite), name);
    });
  }

  test('gives the same weights for the same seed, and others for another', async () => {
    const rows = smallLog({ queries: 60 });
    const run = async (seed: number) =>
      (await learn(tf, rows, { maxSteps: 8 }, 'structured-trainable', seed)).result.weights;
    const [a, b, c] = [await run(1), await run(1), await run(2)];
    assert.deepEqual(a, b);
    assert.notDeepEqual(a, c);
  });

  test('leaves no tensor behind', async () => {
    await learn(tf, smallLog({ queries: 40 }), { maxSteps: 3 });
    const tensors = tf.memory().numTensors;
    await indexAfter(smallLog({ queries: 40 }), { maxSteps: 3 });
    assert.equal(tf.memory().numTensors, tensors);
  });

  test('ends with finite weights on odd logs', async () => {
    const one = smallLog({ queries: 40 });
    const odd: Record<string, ReturnType<typeof smallLog>> = {
      'one query': smallLog({ queries: 1 }),
      'all scores equal': { ...one, scores: { ...one.scores, score: one.scores.score.map(() => 1) } },
      'one LLM': {
        ...one,
        llms: one.llms.slice(0, 1),
        scores: {
          query: Int32Array.from({ length: 40 }, (_, q) => q),
          llm: new Int32Array(40),
          score: new Float32Array(40).fill(0.5),
          count: new Float32Array(40).fill(1),
        },
      },
      'no description': { ...one, llms: one.llms.map(({ id }) => ({ id })), families: [] },
    };
    for (const [name, rows] of Object.entries(odd)) {
      const { result } = await learn(tf, rows, { maxSteps: 5 });
      for (const { data } of Object.values(result.weights)) assert.ok(data.every(Number.isFinite), name);
    }
  });

  test('says so when it diverges', async () => {
    await assert.rejects(learn(tf, smallLog({ queries: 60 }), { learningRate: 1e30 }), { code: 'training_diverged' });
  });
});
