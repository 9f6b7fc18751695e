import type { LlmId } from '../schema/ids.js';

/** An LLM that a cascade may ask. */
export interface Candidate {
  model: LlmId;
  quality: number;
  /** Expected US dollars; null where not known. */
  cost_usd: number | null;
  /** The same to compare by: what is not known is dearer than all that is. */
  cost: number;
}

/** One with its chances of being right given luck `[points]`. */
export interface Weighed extends Candidate {
  right: Float64Array;
}

/** What is believed in the middle of a cascade. */
export interface Belief {
  /** Chance of each luck `[points]`; they sum to 1. */
  weights: Float64Array;
  /** Of each answer so far: the chance that it is right given luck `[points]`. */
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

/** What an order is worth: quality counts up to what is wanted. */
const worth = (quality: number, cost: number, goal: Goal): number =>
  Math.min(quality, goal.quality) - goal.weight * cost;

/** Of orders that are worth the same, the cheaper is better, then that of the higher quality. */
function isBetter(quality: number, cost: number, than: Found, goal: Goal): boolean {
  const more = worth(quality, cost, goal) - worth(than.quality, than.cost, goal);
  if (Math.abs(more) > NEAR) return more > 0;
  const near = NEAR * (cost + than.cost);
  return cost < than.cost - near || (cost <= than.cost + near && quality > than.quality + NEAR);
}

/** By cost, cheapest first; then the better. */
export const byCost = (a: Candidate, b: Candidate): number =>
  a.cost - b.cost || b.quality - a.quality || (a.model < b.model ? -1 : 1);

/**
 * Without LLMs to which `steps` others are preferable, being no dearer and no worse: one of these is free to stand in
 * an order wherever such an LLM does, and is right whenever that is (all share one luck to the same degree), so that
 * the order is no dearer and no worse for it.
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
 * The order of at most `goal.steps` candidates of the highest worth: quality, as far as it is wanted, less the weighted
 * expected cost. With a weight of 0 that is the cheapest order that reaches the wanted quality, and the best where none
 * does. Exact: every order is looked at but those that begin so dear that they can't be better than one that was found.
 * An answer that passes is kept, or an earlier one where that is likelier right; after the last step, the best. Where
 * cost is not weighed, an LLM comes before others only if its answer, once it passed, is as good as wanted, or as the
 * best of them.
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
    // Least that an answer which passes must be expected to score: it is kept for what it is worth, not to toss a coin
    // between LLMs.
    let level = -Infinity;
    if (goal.weight === 0 && depth + 1 < steps) {
      for (let c = 0; c < size; c++)
        if (used[c] === 0) level = Math.max(level, dot(weights, candidates[c]!.right) / reached);
      level = Math.min(level, goal.quality);
    }
    for (let c = 0; c < size; c++) {
      const next = candidates[c]!;
      const dearer = cost + reached * next.cost;
      const most = worth(kept + reached, dearer, goal) - worth(best.quality, best.cost, goal);
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
