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
 * The least score with which an answer is kept: with it the best answer so far is expected to be as good as what is
 * wanted (or as can be, once it passed). Expected scores grow in a straight line with the reported score.
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

/** What an order of LLMs is expected to come to, step by step, where `wanted` is the score that is to be reached. */
export function stepsOf(start: Belief, order: readonly Weighed[], accuracy: number, wanted: number): Step[] {
  const steps: (Step & { passed: Belief; failed: Belief; passes: number })[] = [];
  let belief = start;
  let probability = 1;
  for (const llm of order) {
    const passes = chanceToPass(belief, llm.right, accuracy);
    const [passed, failed] = [afterPass(belief, llm.right, accuracy), afterFail(belief, llm.right, accuracy)];
    steps.push({ llm, stopAt: 0, probability, quality: 0, passed, failed, passes });
    probability *= 1 - passes;
    belief = failed;
  }
  let onward = bestAnswer(belief);
  for (const step of steps.toReversed()) {
    step.quality = onward = step.passes * bestAnswer(step.passed) + (1 - step.passes) * onward;
    step.stopAt = stopAtOf(step.passed, step.failed, Math.min(wanted, step.quality));
  }
  return steps.map(({ llm, stopAt, probability: reached, quality }) => ({
    llm,
    stopAt,
    probability: reached,
    quality,
  }));
}
