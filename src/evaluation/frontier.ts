import { costsOfChoice } from './costs.js';
import { meanOf, outcomesOf } from '../measure/outcomes.js';
import type { HeldOut } from '../measure/predictions.js';

/** How many points of score a call as dear as the dearest mean costs: from quality alone towards cost alone. */
export const WEIGHTS: readonly number[] = [0, ...Array.from({ length: 80 }, (_, i) => 10 ** (-4 + (5 * i) / 79))];

/** A way to trade: mean cost in US dollars, and mean score, of a router at one weight of cost. */
export interface Point {
  cost: number;
  score: number;
}

/** What scores and costs `[n · numLlms]` are traded by. */
export interface Trade {
  scores: Float32Array;
  costs: Float64Array;
  weight: number;
  unit: number;
}

/** Mean cost and score of taking the LLM of the highest `scores − weight · costs / unit`. */
export function tradeAt(held: HeldOut, { scores, costs, weight, unit }: Trade): Point {
  const { chosen, quality } = outcomesOf(
    held,
    costs.map((cost, at) => scores[at]! - (weight === 0 ? 0 : (weight * cost) / unit)),
  );
  return { cost: meanOf(costsOfChoice(held, chosen, costs)), score: meanOf(quality) };
}

/** Taking the LLM of the least cost on every query (`sign` 1), or of the most (−1). */
export function extreme(held: HeldOut, costs: Float64Array, sign: 1 | -1): Point {
  const { chosen, quality } = outcomesOf(
    held,
    costs.map((cost) => -sign * cost),
  );
  return { cost: meanOf(costsOfChoice(held, chosen, costs)), score: meanOf(quality) };
}

/** The best score for at most each cost: points in order of cost, each better than those before. */
export function frontier(points: readonly Point[]): Point[] {
  const out: Point[] = [];
  for (const point of points.toSorted((a, b) => a.cost - b.cost || b.score - a.score))
    if (out.length === 0 || point.score > out.at(-1)!.score) out.push(point);
  return out;
}

/**
 * Mean over costs from `low` to `high` of the best score for at most that cost; `points` begin at or below `low`. NaN
 * where `high` isn't above `low`.
 */
export function area(points: readonly Point[], low: number, high: number): number {
  if (!(high > low)) return NaN;
  const steps = frontier(points);
  let total = 0;
  steps.forEach((point, i) => {
    const from = Math.max(low, point.cost);
    const to = Math.min(high, steps[i + 1]?.cost ?? high);
    if (to > from) total += point.score * (to - from);
  });
  return total / (high - low);
}

/** The least mean cost at which a score of `target` is reached; Infinity where none does. */
export function costAt(points: readonly Point[], target: number): number {
  return Math.min(...points.filter((p) => p.score >= target - 1e-9).map((p) => p.cost));
}
