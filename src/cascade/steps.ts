import { afterFail, afterPass, chanceToPass } from './judge.js';
import { bestAnswer, dot, NEAR, type Belief, type Weighed } from './search.js';

/** A step of an order, as it is expected. */
export interface Step {
  llm: Weighed;
  /** The score from which its answer is kept. */
  stopAt: number;
  /** Chance that it is reached. */
  probability: number;
  /** Expected score of the answer that is kept, once it is reached. */
  quality: number;
}

/**
 * The least score from which an answer is kept: with it, the best answer so far is expected to reach the wanted score,
 * or what it would reach with a perfect score. Expected scores are linear in the reported score.
 */
function stopAtOf(passed: Belief, failed: Belief, wanted: number): number {
  const level = Math.min(wanted, bestAnswer(passed));
  let least = 1;
  passed.answers.forEach((answer, i) => {
    const high = dot(passed.weights, answer);
    const low = dot(failed.weights, failed.answers[i]!);
    if (low >= level - NEAR) least = 0;
    else if (high > low) least = Math.min(least, (level - low) / (high - low));
  });
  return least;
}

/** The expectation of an order of LLMs, step by step; `wanted` is the score to be reached. */
export function stepsOf(start: Belief, order: readonly Weighed[], accuracy: number, wanted: number): Step[] {
  const steps: (Step & { passed: Belief; failed: Belief; passing: number })[] = [];
  let belief = start;
  let probability = 1;
  for (const llm of order) {
    const passing = chanceToPass(belief, llm.right, accuracy);
    const [passed, failed] = [afterPass(belief, llm.right, accuracy), afterFail(belief, llm.right, accuracy)];
    steps.push({ llm, stopAt: 0, probability, quality: 0, passed, failed, passing });
    probability *= 1 - passing;
    belief = failed;
  }
  let onward = bestAnswer(belief);
  for (const step of steps.toReversed()) {
    step.quality = onward = step.passing * bestAnswer(step.passed) + (1 - step.passing) * onward;
    step.stopAt = stopAtOf(step.passed, step.failed, Math.min(wanted, step.quality));
  }
  return steps.map(({ llm, stopAt, probability: reached, quality }) => ({
    llm,
    stopAt,
    probability: reached,
    quality,
  }));
}
