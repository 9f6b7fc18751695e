import type { LlmId } from '../schema/ids.js';

/** An LLM that a cascade may ask. */
export interface Candidate {
  model: LlmId;
  quality: number;
  /** Expected US dollars; null where not known. */
  cost_usd: number | null;
  /** The cost to compare by: an unknown cost is dearer than every known one. */
  cost: number;
}

/** A candidate with its chances of being right at each point of the shared effect, `[points]`. */
export interface Weighed extends Candidate {
  right: Float64Array;
}

/** What is believed after the answers so far. */
export interface Belief {
  /** Chance of each point of the shared effect `[points]`; they sum to 1. */
  weights: Float64Array;
  /** Of each answer so far: the chance that it is right at each point `[points]`. */
  answers: Float64Array[];
}

/** Expected score of the answer that is kept, and cost of the calls, of an order of candidates. */
export interface Found {
  order: Weighed[];
  quality: number;
  cost: number;
}

export interface Goal {
  /** How often the judge is right: at least half of the time. */
  accuracy: number;
  /** Wanted expected score; more is worth nothing. */
  quality: number;
  /** Quality that is given up for one US dollar. */
  weight: number;
  /** Most LLMs that are asked. */
  steps: number;
  /** Most that their costs may sum to. */
  budget: number;
}

/** Differences in quality, and relative ones in cost, that are the rounding of sums. */
export const NEAR = 1e-9;

/** Σ a b */
export function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let k = 0; k < a.length; k++) total += a[k]! * b[k]!;
  return total;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let k = 0; k < values.length; k++) total += values[k]!;
  return total;
}

/** Expected score of the best answer so far; 0 where there is none. */
export function bestAnswer({ weights, answers }: Belief): number {
  let best = 0;
  for (const answer of answers) best = Math.max(best, dot(weights, answer));
  return best;
}

/** Utility of an order: its quality, counted up to the wanted one, less its weighted cost. */
const utility = (quality: number, cost: number, goal: Goal): number =>
  Math.min(quality, goal.quality) - goal.weight * cost;

/** Of two orders of equal utility, the cheaper is better, then the one of higher quality. */
function isBetter(quality: number, cost: number, than: Found, goal: Goal): boolean {
  const more = utility(quality, cost, goal) - utility(than.quality, than.cost, goal);
  if (Math.abs(more) > NEAR) return more > 0;
  const near = NEAR * (cost + than.cost);
  return cost < than.cost - near || (cost <= than.cost + near && quality > than.quality + NEAR);
}

/** By cost, cheapest first; then the better. */
export const byCost = (a: Candidate, b: Candidate): number =>
  a.cost - b.cost || b.quality - a.quality || (a.model < b.model ? -1 : 1);

/**
 * The candidates that an order may need. An LLM is left out where `steps` others are no dearer and no worse than it. In
 * any order, one of those others is free to take its place, and is right whenever it is (the shared effect moves all
 * LLMs alike), so that the order gets no dearer and no worse.
 *
 * @param candidates in order of {@link byCost}
 */
export function useful(candidates: readonly Candidate[], steps: number): Candidate[] {
  const best: number[] = [];
  return candidates.filter(({ quality }) => {
    if (best.length === steps && quality <= best.at(-1)!) return false;
    best.push(quality);
    best.sort((a, b) => b - a);
    best.length = Math.min(best.length, steps);
    return true;
  });
}

/**
 * The order of at most `goal.steps` candidates with the highest utility: quality, counted up to the wanted one, less
 * the weighted expected cost. With a weight of 0 that is the cheapest order that reaches the wanted quality, or the
 * best order where none reaches it. Exact by branch and bound: an order is skipped only where its beginning already
 * costs too much to beat the best order so far.
 *
 * The answer that passes is kept, or an earlier answer that is likelier right; after the last step, the best answer.
 * With a weight of 0, an LLM comes before others only if its answer, once passed, is as good as wanted or as good as
 * the best of the others.
 *
 * @param candidates in order of {@link byCost}
 */
export function search(belief: Belief, candidates: readonly Weighed[], goal: Goal): Found {
  const { accuracy, steps, budget } = goal;
  const points = belief.weights.length;
  const size = candidates.length;
  const rows = (): Float64Array[] => Array.from({ length: steps + 1 }, () => new Float64Array(points));
  // By depth: chances [points] that no answer passed, and of each answer so far, that it is right as well.
  const alive = [belief.weights, ...rows()];
  const answers = Array.from({ length: steps + 1 }, () => [
    ...belief.answers.map((answer) => answer.map((c, k) => c * belief.weights[k]!)),
    ...rows(),
  ]);
  // Of no use with a perfect judge: what did not pass is wrong.
  const own = accuracy < 1;
  const used = new Uint8Array(size);
  const order: number[] = [];
  let best: Found & { picked: number[] } = {
    picked: [],
    order: [],
    quality: belief.answers.length > 0 ? bestAnswer(belief) : -Infinity,
    cost: 0,
  };

  function extend(depth: number, kept: number, cost: number, spent: number): void {
    const weights = alive[depth]!;
    const earlier = answers[depth]!;
    const numEarlier = belief.answers.length + (own ? depth : 0);
    const reached = sum(weights);
    const earlierSums = earlier.slice(0, numEarlier).map(sum);
    // Least expected score of an answer that passes: a worse one would only be a random choice between LLMs.
    let level = -Infinity;
    if (goal.weight === 0 && depth + 1 < steps) {
      for (let c = 0; c < size; c++)
        if (used[c] === 0) level = Math.max(level, dot(weights, candidates[c]!.right) / reached);
      level = Math.min(level, goal.quality);
    }
    for (let c = 0; c < size; c++) {
      const next = candidates[c]!;
      const dearer = cost + reached * next.cost;
      const most = utility(kept + reached, dearer, goal) - utility(best.quality, best.cost, goal);
      if (most < -NEAR || (most <= NEAR && dearer > best.cost * (1 + NEAR))) break;
      if (spent + next.cost > budget) break;
      if (used[c] === 1) continue;
      const { right } = next;
      const rightHere = dot(weights, right);
      let passed = accuracy * rightHere;
      let still = rightHere - passed;
      for (let e = 0; e < numEarlier; e++) {
        const all = earlierSums[e]!;
        const whenPassed = (1 - accuracy) * all + (2 * accuracy - 1) * dot(earlier[e]!, right);
        if (whenPassed > passed) passed = whenPassed;
        if (all - whenPassed > still) still = all - whenPassed;
      }
      const quality = kept + passed + still;
      order.push(c);
      if (isBetter(quality, dearer, best, goal)) best = { picked: [...order], order: [], quality, cost: dearer };
      const passing = (1 - accuracy) * reached + (2 * accuracy - 1) * rightHere;
      if (depth + 1 < steps && passed >= (level - NEAR) * passing) {
        used[c] = 1;
        const left = alive[depth + 1]!;
        const later = answers[depth + 1]!;
        for (let k = 0; k < points; k++) {
          const fails = accuracy - (2 * accuracy - 1) * right[k]!;
          left[k] = weights[k]! * fails;
          for (let e = 0; e < numEarlier; e++) later[e]![k] = earlier[e]![k]! * fails;
          if (own) later[numEarlier]![k] = (1 - accuracy) * right[k]! * weights[k]!;
        }
        extend(depth + 1, kept + passed, dearer, spent + next.cost);
        used[c] = 0;
      }
      order.pop();
    }
  }
  if (steps > 0) extend(0, 0, 0, 0);
  return { order: best.picked.map((c) => candidates[c]!), quality: best.quality, cost: best.cost };
}
