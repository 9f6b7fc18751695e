import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createRng } from '../../../src/base/rng.js';
import { sumRecords } from '../../../src/dataset/records.js';
import { CHANCE, OWN, QUERY, SHARED } from '../../../src/learned/constants.js';
import { nearness, splitFolds, type Spread } from '../../../src/learned/neighbourhood.js';
import { residualsOf } from '../../../src/learned/residuals.js';
import { scoreScales, standardised } from '../../../src/learned/scale.js';
import { querySpace } from '../../../src/learned/space.js';
import { toTensors } from '../../../src/learned/train/batch.js';
import {
  chooseSpread,
  gatherNeighbourhood,
  openNeighbourhood,
  tellNeighbours,
} from '../../../src/learned/train/neighbourhood.js';
import { solvePositiveDefinite } from '../../../src/math/solve.js';
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
  const folds = splitFolds(all, 4, createRng(4));
  const of = { data, space: { weights, p, places: new Map() }, queries: all, records: sumRecords(data, all) };
  const around = openNeighbourhood(tf, of, createRng(5));
  const spread = chooseSpread(tf, around, { fold: folds[0]!, rng: createRng(5) });
  tf.dispose([tellNeighbours(tf, around, { folds, spread, rng: createRng(5) }), around.features] as never);
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

describe('what anchors tell', () => {
  /** Posterior mean at its own observations, of these variances, of a process of this covariance. */
  function posterior(kernel: Float32Array, variance: number, y: readonly number[], noise: readonly number[]): number[] {
    const n = y.length;
    const covariance = Float64Array.from(
      kernel,
      (k, i) => variance * k + (i % (n + 1) === 0 ? noise[i / (n + 1)]! : 0),
    );
    const weights = solvePositiveDefinite(covariance, Float64Array.from(y));
    return Array.from({ length: n }, (_, i) =>
      weights.reduce((sum, w, j) => sum + variance * kernel[i * n + j]! * w, 0),
    );
  }

  test('is the posterior of a Gaussian process of what LLMs share, and of one LLM beside it', async () => {
    const rng = createRng(11);
    const queries = Array.from({ length: 30 }, (_, i) => ({
      text: `${WORDS[i % WORDS.length]} ${WORDS[(7 * i + 3) % WORDS.length]} ${i}`,
      scores: { a: rng.next(), ...(i % 3 > 0 && { b: rng.next() }) } as Record<string, number>,
    }));
    const logged = await datasetOf(handLog(['a', 'b'], queries));
    const all = Int32Array.from(queries.keys());
    const data = standardised(logged, scoreScales(logged, all));
    const weights = querySpace(tf, data, all, createRng(1));
    const space = { weights, p: toTensors(tf, weights), places: new Map() };
    const records = sumRecords(data, all);
    const spread = { variance: 1, directions: false };
    const asked = { data, space, queries: all, records };
    const { folds } = gatherNeighbourhood(tf, { ...asked, folds: [], spread, rng: createRng(2) });
    const { located, messages, shift } = folds[0]!;
    const kernel = nearness(tf, located, located).dataSync() as Float32Array;
    const told = tf.matMul(nearness(tf, located, located), messages).dataSync();

    const { llm, query, residual, strength, above } = residualsOf({
      data,
      queries: all,
      records,
      without: Int32Array.of(),
    });
    const answers = queries.map((_, q) => [...query.keys()].filter((e) => query[e] === q));
    const shared = posterior(
      kernel,
      SHARED,
      answers.map((of) => of.reduce((sum, e) => sum + residual[e]!, 0) / of.length),
      answers.map((of) => (of.length * QUERY + CHANCE) / of.length),
    );
    shared.forEach((mean, q) =>
      assert.ok(Math.abs(told[q * 3 + 2]! - mean) < 2e-3, `${q}: ${told[q * 3 + 2]}, ${mean}`),
    );

    // Of `a`, which answered all: less what the other answer says of how hard the query is.
    const left = (e: number): number => residual[e]! - shared[query[e]!]!;
    const own = answers.map((of) => {
      const [mine, other] = [of.find((e) => llm[e] === 0)!, of.find((e) => llm[e] === 1)];
      const sure = (other === undefined ? 0 : QUERY) + CHANCE;
      return {
        target: left(mine) - (other === undefined ? 0 : (left(other) * QUERY) / sure),
        noise: (QUERY * CHANCE) / sure + CHANCE,
      };
    });
    const moved = (own.reduce((sum, { target }) => sum + target, 0) - above[0]! * strength) / (own.length + strength);
    assert.ok(Math.abs(shift.dataSync()[0]! - moved) < 2e-3);
    const alone = posterior(
      kernel,
      OWN,
      own.map(({ target }) => target - moved),
      own.map(({ noise }) => noise),
    );
    alone.forEach((mean, q) => assert.ok(Math.abs(told[q * 3]! - mean) < 2e-3, `${q}: ${told[q * 3]}, ${mean}`));
  });
});
