import type { LlmId } from '../schema/ids.js';
import type { JudgeCorrection } from '../schema/judge.js';
import type { JudgedPair } from '../store/ports/judge.js';

/** As many pairs, spread evenly over all scores, are thought to say beforehand that the judge is right. */
const PRIOR_PAIRS = 10;
/** As many pairs of an LLM are thought to say beforehand that the judge sees it as it sees others. */
const PRIOR_PAIRS_OF_LLM = 10;
/** Mean square of scores about 0.5 that are spread evenly over [0, 1]. */
const SPREAD = 1 / 12;

const MOST_ROUNDS = 200;
const STILL = 1e-9;

type Scored = Pick<JudgedPair, 'model' | 'raw' | 'people'>;

/**
 * Least squares of people's scores on a judge's, shrunk to the identity:
 *
 *     people ≈ judge + a + c · (judge − ½) + o[LLM]
 *     minimise Σ residual² + 10 · a² + 10/12 · c² + 10 · Σ o²
 *
 * so ten pairs beforehand say that the judge is right, and ten of each LLM that it sees this one as it sees others. An
 * LLM's offset is its mean residual times n / (n + 10). It is solved by turns, which ends at the one minimum as the
 * sum is convex. The slope is never below 0: a judge that is worse than chance says nothing.
 */
export function fitCorrection(pairs: readonly Scored[]): JudgeCorrection {
  const models = [...new Set(pairs.map(({ model }) => model))].toSorted();
  const indexOf = new Map(models.map((model, i) => [model, i]));
  const of = pairs.map(({ model }) => indexOf.get(model)!);
  const x = pairs.map(({ raw }) => raw - 0.5);
  const d = pairs.map(({ raw, people }) => people - raw);
  const counts = new Float64Array(models.length);
  for (const m of of) counts[m]!++;
  const offsets = new Float64Array(models.length);
  let [a, c] = [0, 0];
  const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
  const [xSum, xxSum] = [sumOf(x), sumOf(x.map((value) => value * value))];
  const [n0, n1, n2] = [pairs.length + PRIOR_PAIRS, xSum, xxSum + PRIOR_PAIRS * SPREAD];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const residual = d.map((value, i) => value - offsets[of[i]!]!);
    const [r0, r1] = [sumOf(residual), sumOf(residual.map((value, i) => value * x[i]!))];
    c = Math.max(-1, (n0 * r1 - n1 * r0) / (n0 * n2 - n1 * n1));
    a = (r0 - n1 * c) / n0;
    const sums = new Float64Array(models.length);
    for (let i = 0; i < d.length; i++) sums[of[i]!]! += d[i]! - a - c * x[i]!;
    let moved = 0;
    for (let m = 0; m < models.length; m++) {
      const offset = sums[m]! / (counts[m]! + PRIOR_PAIRS_OF_LLM);
      moved = Math.max(moved, Math.abs(offset - offsets[m]!));
      offsets[m] = offset;
    }
    if (moved < STILL) break;
  }
  return {
    intercept: a - c / 2,
    slope: 1 + c,
    offsets: models.map((model, m) => ({ model: model as LlmId, offset: offsets[m]! })),
  };
}

/** A judge's score of an LLM's answer as people would have scored it, in [0, 1]; as it is without a correction. */
export function corrected(raw: number, model: string, correction: JudgeCorrection | null): number {
  if (correction === null) return raw;
  const offset = correction.offsets.find((one) => one.model === model)?.offset ?? 0;
  return Math.max(0, Math.min(1, correction.intercept + correction.slope * raw + offset));
}
