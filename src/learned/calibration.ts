import type { Weights } from '../math/weights.js';
import { solvePositiveDefinite } from '../math/solve.js';
import { RESIDUAL } from './constants.js';

/** Knots between which expected scores are put right. */
export const KNOTS = 8;
/** Standard deviation of what a knot is off by, as is expected beforehand, in the units of the scale. */
const OFF = 0.05;
/** An expected score that grows has to grow on by at least this share: what is better stays better. */
const LEAST_SLOPE = 0.2;
/** Knots that lie nearer than this are one. */
const APART = 1e-3;
/** Answers below which nothing is put right: what few say of the best comes of luck. */
const FEWEST = 2_000;

/** Expected scores of answers that they do not rest on, what the answers scored, and how far each counts. */
export interface Foretold {
  expected: number[];
  scores: number[];
  weights: number[];
}

/**
 * How expected scores are put right `[2, KNOTS]`: ascending knots, and what is to be added there; linear in between,
 * and the same beyond the first and the last. By least squares on answers that were foretold, drawn towards nothing as
 * far as chance says: expected scores are sums, and the best are not quite as good, nor the worst as bad, as they add
 * up to. Nothing is added where there are few answers, or where all is expected alike.
 */
export function fitCalibration({ expected, scores, weights }: Foretold): Weights[string] {
  const data = new Float32Array(2 * KNOTS);
  const order = Float64Array.from(expected).toSorted();
  for (let k = 0; k < KNOTS; k++) data[k] = order[Math.floor(((k + 0.5) / KNOTS) * order.length)] ?? k;
  const table = { shape: [2, KNOTS], data };
  const knots = data.subarray(0, KNOTS);
  const known = weights.reduce((sum, weight) => sum + weight, 0);
  for (let k = 1; k < KNOTS; k++) if (knots[k]! - knots[k - 1]! < APART) return nothing(table);
  if (known < FEWEST) return nothing(table);

  const precision = new Float64Array(KNOTS * KNOTS);
  const right = new Float64Array(KNOTS);
  for (let k = 0; k < KNOTS; k++) precision[k * KNOTS + k] = RESIDUAL / OFF ** 2;
  expected.forEach((x, e) => {
    const { k, share } = placeAmong(knots, x);
    const parts =
      share === 0
        ? [[k, 1]]
        : [
            [k, 1 - share],
            [k + 1, share],
          ];
    for (const [i, a] of parts as [number, number][]) {
      right[i]! += weights[e]! * a * (scores[e]! - x);
      for (const [j, b] of parts as [number, number][]) precision[i * KNOTS + j]! += weights[e]! * a * b;
    }
  });
  data.set(solvePositiveDefinite(precision, right), KNOTS);
  for (let k = 1; k < KNOTS; k++) {
    const apart = knots[k]! - knots[k - 1]!;
    data[KNOTS + k] = Math.max(data[KNOTS + k]!, data[KNOTS + k - 1]! - (1 - LEAST_SLOPE) * apart);
  }
  return table;
}

function nothing({ shape, data }: Weights[string]): Weights[string] {
  for (let k = 0; k < KNOTS; k++) [data[k], data[KNOTS + k]] = [k, 0];
  return { shape, data };
}

/** The knot at or before `x`, and how far it lies towards the next; only the first KNOTS numbers are read. */
function placeAmong(knots: Float32Array, x: number): { k: number; share: number } {
  if (x <= knots[0]!) return { k: 0, share: 0 };
  let k = 0;
  while (k < KNOTS - 1 && x >= knots[k + 1]!) k++;
  return { k, share: k === KNOTS - 1 ? 0 : (x - knots[k]!) / (knots[k + 1]! - knots[k]!) };
}

/** An expected score as {@link fitCalibration} puts it right. */
export function calibrated(x: number, table: Float32Array): number {
  const { k, share } = placeAmong(table, x);
  const at = table[KNOTS + k]!;
  return x + (share === 0 ? at : at + share * (table[KNOTS + k + 1]! - at));
}
