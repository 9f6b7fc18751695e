import { solvePositiveDefinite } from '../../math/solve.js';
import { breathe } from '../../base/breathe.js';
import type { DecisionLog, Measure } from './log.js';

/** Parts that decisions are divided into by query: what came of a part is predicted from the others. */
export const FOLDS = 5;
/** How far weights are drawn to 0, of all LLMs together and of one beyond that, in decisions. */
const POOLED_STRENGTH = 10;
const OWN_STRENGTH = 50;

/** Decisions that are looked at without a breath. */
const AT_ONCE = 256;

/** What outcomes are predicted from. */
export interface PredictionInput {
  log: DecisionLog;
  measure: Measure;
  /** What was expected of each LLM before the outcome was there `[n · numLlms]`; NaN where nothing was. */
  expected: Float64Array;
  /** What describes each decision's query `[n · axes]`. */
  features: Float64Array;
  axes: number;
}

/** Weights `[size]` of a ridge regression (Hoerl & Kennard 1970) whose intercept, the first, is drawn to 0, too. */
class Ridge {
  private readonly products: Float64Array;
  private readonly sums: Float64Array;
  private readonly size: number;
  private readonly strength: number;
  constructor(size: number, strength: number) {
    [this.size, this.strength] = [size, strength];
    this.products = new Float64Array(size * size);
    this.sums = new Float64Array(size);
  }
  add(x: Float64Array, y: number): void {
    for (let i = 0; i < this.size; i++) {
      this.sums[i]! += x[i]! * y;
      for (let j = 0; j <= i; j++) this.products[i * this.size + j]! += x[i]! * x[j]!;
    }
  }
  solve(): Float64Array {
    const a = this.products.slice();
    for (let i = 0; i < this.size; i++) {
      for (let j = 0; j < i; j++) a[j * this.size + i] = a[i * this.size + j]!;
      a[i * this.size + i]! += this.strength;
    }
    return solvePositiveDefinite(a, this.sums);
  }
}

const product = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

/** Mean of what is expected of all LLMs, of those that anything is `[n]`; NaN where nothing is of any. */
function meansOf(expected: Float64Array, n: number, numLlms: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => {
    const known = expected.subarray(i * numLlms, (i + 1) * numLlms).filter((e) => !Number.isNaN(e));
    return known.reduce((sum, e) => sum + e, 0) / known.length;
  });
}

/** Fold of each decision `[n]`: the same for those of one query. */
export const foldsOf = ({ query }: DecisionLog): Int32Array =>
  query.map((q) => (Math.imul(q + 1, 0x9e3779b1) >>> 8) % FOLDS);

/**
 * Predicted outcome of each LLM for each decision `[n · numLlms]`, learned from decisions about other queries alone: a
 * ridge regression on what was expected of the LLM and on the query, of all LLMs together, and of each beyond that, so
 * that an LLM with few outcomes is predicted as what it was expected to be beside the others.
 */
export async function crossFitted({ log, measure, expected, features, axes }: PredictionInput): Promise<Float64Array> {
  const { models, chosen, query } = log;
  const [n, numLlms] = [query.length, models.length];
  const outcome = log.outcome[measure];
  const folds = foldsOf(log);
  const told = Int32Array.from(outcome.keys()).filter((i) => !Number.isNaN(outcome[i]!));
  const predicted = new Float64Array(n * numLlms);
  const size = axes + 3;
  const means = meansOf(expected, n, numLlms);
  const x = new Float64Array(size);
  for (let fold = 0; fold < FOLDS; fold++) {
    const train = told.filter((i) => folds[i] !== fold);
    const usual = train.reduce((sum, i) => sum + outcome[i]!, 0) / Math.max(1, train.length);
    const spread = Math.sqrt(train.reduce((sum, i) => sum + (outcome[i]! - usual) ** 2, 0) / Math.max(1, train.length));
    const known = train.filter((i) => !Number.isNaN(expected[i * numLlms + chosen[i]!]!));
    const usuallyExpected = known.reduce((sum, i) => sum + expected[i * numLlms + chosen[i]!]!, 0) / known.length;
    /** Describes an LLM's answer to a decision's query, in `x`. */
    const describe = (i: number, l: number): Float64Array => {
      const e = expected[i * numLlms + l]!;
      x[0] = 1;
      x[1] = Number.isNaN(e) || spread === 0 ? 0 : (e - usuallyExpected) / spread;
      x[2] = Number.isNaN(means[i]!) || spread === 0 ? 0 : (means[i]! - usuallyExpected) / spread;
      for (let j = 0; j < axes; j++) x[3 + j] = features[i * axes + j]!;
      return x;
    };
    const pooled = new Ridge(size, POOLED_STRENGTH);
    for (const [k, i] of train.entries()) {
      pooled.add(describe(i, chosen[i]!), (outcome[i]! - usual) / (spread || 1));
      if (k % AT_ONCE === 0) await breathe();
    }
    const common = pooled.solve();
    const own = models.map(() => null as Ridge | null);
    for (const [k, i] of train.entries()) {
      const residual = (outcome[i]! - usual) / (spread || 1) - product(common, describe(i, chosen[i]!));
      (own[chosen[i]!] ??= new Ridge(size, OWN_STRENGTH)).add(x, residual);
      if (k % AT_ONCE === 0) await breathe();
    }
    const weights = own.map((ridge) => {
      if (ridge === null) return common;
      const beyond = ridge.solve();
      return common.map((w, j) => w + beyond[j]!);
    });
    for (let i = 0; i < n; i++) {
      if (i % AT_ONCE === 0) await breathe();
      if (folds[i] !== fold) continue;
      for (let l = 0; l < numLlms; l++)
        predicted[i * numLlms + l] = usual + (spread || 1) * product(weights[l]!, describe(i, l));
    }
  }
  return predicted;
}
