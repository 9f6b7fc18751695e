import { accuracyOf, afterFail, afterPass, judged } from './cascade-judge.js';
import { luckOf } from './cascade-luck.js';
import { bestAnswer, dot, NEAR, type Belief, type Candidate, type Judged } from './cascade-search.js';

/** A step of an order, as it is expected. */
export interface Step {
  llm: Judged;
  /** The score from which its answer is kept. */
  stopAt: number;
  /** Chance that it is reached. */
  probability: number;
  /** Expected score of the answer that is kept, once it is reached. */
  quality: number;
}

/** Predictions are never quite certain, so that no report is impossible. */
const CERTAIN = 1e-6;

/** Thinks candidates through for a judge of this reliability, each once. */
export function judgeOf(reliability: number, spread: number): (llm: Candidate) => Judged {
  const luck = luckOf(spread);
  const accuracy = accuracyOf(reliability);
  const known = new Map<string, Judged>();
  return (llm) => {
    let made = known.get(llm.model);
    if (made === undefined) known.set(llm.model, (made = judged(llm, luck.chances(Math.min(1 - CERTAIN, Math.max(CERTAIN, llm.quality))), accuracy)));
    return made;
  };
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
export function stepsOf(start: Belief, order: readonly Judged[], wanted: number): Step[] {
  const steps: (Step & { passed: Belief; failed: Belief; passes: number })[] = [];
  let belief = start;
  let probability = 1;
  for (const llm of order) {
    const passes = dot(belief.weights, llm.passes);
    const [passed, failed] = [afterPass(belief, llm), afterFail(belief, llm)];
    steps.push({ llm, stopAt: 0, probability, quality: 0, passed, failed, passes });
    probability *= 1 - passes;
    belief = failed;
  }
  let onward = bestAnswer(belief);
  for (const step of steps.toReversed()) {
    step.quality = onward = step.passes * bestAnswer(step.passed) + (1 - step.passes) * onward;
    step.stopAt = stopAtOf(step.passed, step.failed, Math.min(wanted, step.quality));
  }
  return steps.map(({ llm, stopAt, probability: reached, quality }) => ({ llm, stopAt, probability: reached, quality }));
}
