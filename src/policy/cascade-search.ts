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

/** One whose answer was thought through: chances given luck `[points]`. */
export interface Judged extends Candidate {
  /** That its answer is right. */
  right: Float64Array;
  /** That the judge passes it. */
  passes: Float64Array;
  /** That it is right although it did not pass. */
  rightStill: Float64Array;
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
  order: Judged[];
  quality: number;
  cost: number;
}

export interface Goal {
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
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);

/** Expected score of the best answer so far; 0 where there is none. */
export function bestAnswer({ weights, answers }: Belief): number {
  let best = 0;
  for (const answer of answers) best = Math.max(best, dot(weights, answer));
  return best;
}

/** What an order is worth: quality counts up to what is wanted. */
const worth = (quality: number, cost: number, goal: Goal): number => Math.min(quality, goal.quality) - goal.weight * cost;

/** Of orders that are worth the same, the cheaper is better, then that of the higher quality. */
function isBetter(quality: number, cost: number, than: Found, goal: Goal): boolean {
  const more = worth(quality, cost, goal) - worth(than.quality, than.cost, goal);
  if (Math.abs(more) > NEAR) return more > 0;
  const near = NEAR * (cost + than.cost);
  return cost < than.cost - near || (cost <= than.cost + near && quality > than.quality + NEAR);
}

/** By cost, cheapest first; then the better. */
export const byCost = (a: Candidate, b: Candidate): number => a.cost - b.cost || b.quality - a.quality || (a.model < b.model ? -1 : 1);

/**
 * Without LLMs to which `steps` others are preferable, being no dearer and no worse: one of these is free to stand in an
 * order wherever such an LLM does, and is right whenever that is (all share one luck to the same degree), so that the
 * order is no dearer and no worse for it.
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
 * An answer that passes is kept, or an earlier one where that is likelier right; after the last step, the best.
 *
 * @param candidates in order of {@link byCost}
 */
export function search(belief: Belief, candidates: readonly Judged[], goal: Goal): Found {
  const points = belief.weights.length;
  // The state at each depth: chances [points] that nothing has passed, and answers so far.
  const states = Array.from({ length: goal.steps }, () => new Float64Array(points));
  const answers = [...belief.answers];
  const order: Judged[] = [];
  let best: Found = { order: [], quality: answers.length > 0 ? bestAnswer(belief) : -Infinity, cost: 0 };

  function extend(weights: Float64Array, kept: number, cost: number, spent: number): void {
    const alive = sum(weights);
    const depth = order.length;
    for (const next of candidates) {
      const dearer = cost + alive * next.cost;
      const most = worth(kept + alive, dearer, goal) - worth(best.quality, best.cost, goal);
      if (most < -NEAR || (most <= NEAR && dearer > best.cost * (1 + NEAR))) break;
      if (spent + next.cost > goal.budget) break;
      if (order.includes(next)) continue;
      const { right, passes, rightStill } = next;
      const left = states[depth]!;
      let own = 0;
      let ownStill = 0;
      for (let k = 0; k < points; k++) {
        const rest = weights[k]! * (1 - passes[k]!);
        left[k] = rest;
        ownStill += rest * rightStill[k]!;
        own += weights[k]! * right[k]!;
      }
      let passed = own - ownStill;
      let still = ownStill;
      for (const answer of answers) {
        let whenPassed = 0;
        let whenNot = 0;
        for (let k = 0; k < points; k++) {
          whenPassed += weights[k]! * passes[k]! * answer[k]!;
          whenNot += left[k]! * answer[k]!;
        }
        passed = Math.max(passed, whenPassed);
        still = Math.max(still, whenNot);
      }
      const quality = kept + passed + still;
      order.push(next);
      if (isBetter(quality, dearer, best, goal)) best = { order: [...order], quality, cost: dearer };
      if (order.length < goal.steps) {
        answers.push(rightStill);
        extend(left, kept + passed, dearer, spent + next.cost);
        answers.pop();
      }
      order.pop();
    }
  }
  if (goal.steps > 0) extend(belief.weights, 0, 0, 0);
  return best;
}
