import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createRng } from '../../../src/base/rng.js';
import { sumRecords } from '../../../src/dataset/records.js';
import { splitFolds } from '../../../src/learned/neighbourhood.js';
import { scoreScales, standardised } from '../../../src/learned/scale.js';
import { querySpace } from '../../../src/learned/space.js';
import { toTensors } from '../../../src/learned/train/batch.js';
import { chooseVariance } from '../../../src/learned/train/neighbourhood.js';
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

/** The variance chosen for a log of queries that repeat each other, scored by their kind or by chance. */
async function chosen(scoreOf: (kind: number, llm: number, chance: () => number) => number): Promise<number> {
  const rng = createRng(3);
  const queries = Array.from({ length: KINDS * EACH }, (_, i) => {
    const kind = i % KINDS;
    const words = [kind, 3 * kind + 1, 7 * kind + 2].map((w) => `${WORDS[w % WORDS.length]}${w % 5}`);
    const score = (llm: number): number => scoreOf(kind, llm, () => Number(rng.next() < 0.5));
    return { text: `${words.join(' ')} ${i}`, scores: { a: score(0), b: score(1) } };
  });
  const logged = await datasetOf(handLog(['a', 'b'], queries));
  const all = Int32Array.from(queries.keys());
  const data = standardised(logged, scoreScales(logged, all));
  const weights = querySpace(tf, data, all, createRng(1));
  const p = toTensors(tf, weights);
  const { numTensors } = tf.memory();
  const variance = chooseVariance(tf, {
    data,
    space: { weights, p },
    queries: all,
    records: sumRecords(data, all),
    fold: splitFolds(all, 4, createRng(4))[0]!,
    rng: createRng(5),
  });
  assert.equal(tf.memory().numTensors, numTensors, 'no tensor is left behind');
  tf.dispose(Object.values(p));
  return variance;
}

describe('the variance of what answers share with those near by', () => {
  test('is larger where queries that are alike have the same scores', async () => {
    const variance = await chosen((kind, llm) => ((kind * 7 + llm * 3) % 5 < 2 ? 1 : 0));
    assert.ok(variance >= 4, String(variance));
  });

  test('is not where scores are chance', async () => assert.equal(await chosen((_kind, _llm, chance) => chance()), 1));
});
