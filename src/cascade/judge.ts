import { dot, type Belief } from './search.js';

/** How often a judge of this reliability is right: with chance `reliability` it knows, otherwise it guesses. */
export const accuracyOf = (reliability: number): number => (1 + reliability) / 2;

/** Chance that the answer of an LLM passes the judge; the LLM is right with chances `right` `[points]`. */
export const chanceToPass = ({ weights }: Belief, right: Float64Array, accuracy: number): number =>
  1 - accuracy + (2 * accuracy - 1) * dot(weights, right);

/** Belief after an answer passed the judge or failed; its LLM is right with chances `right` `[points]`. */
function afterVerdict({ weights, answers }: Belief, right: Float64Array, accuracy: number, passed: boolean): Belief {
  // Chance of this verdict on a right answer; on a wrong one it is 1 − says.
  const says = passed ? accuracy : 1 - accuracy;
  const chance = right.map((c) => says * c + (1 - says) * (1 - c));
  const total = dot(weights, chance);
  return {
    weights: weights.map((w, k) => (w * chance[k]!) / total),
    answers: [...answers, right.map((c, k) => (chance[k]! > 0 ? (says * c) / chance[k]! : 0))],
  };
}

export const afterPass = (belief: Belief, right: Float64Array, accuracy: number): Belief =>
  afterVerdict(belief, right, accuracy, true);
export const afterFail = (belief: Belief, right: Float64Array, accuracy: number): Belief =>
  afterVerdict(belief, right, accuracy, false);

/**
 * Belief after an answer was given a score in [0, 1]: as if it had passed with this chance (Jeffrey's rule). At every
 * point of the shared effect, a perfect judge's score is the answer's.
 */
export function afterScore(belief: Belief, right: Float64Array, accuracy: number, score: number): Belief {
  if (score === 1) return afterPass(belief, right, accuracy);
  if (score === 0) return afterFail(belief, right, accuracy);
  const [passed, failed] = [afterPass(belief, right, accuracy), afterFail(belief, right, accuracy)];
  const mix = (one: Float64Array, other: Float64Array): Float64Array =>
    one.map((x, k) => score * x + (1 - score) * other[k]!);
  return {
    weights: mix(passed.weights, failed.weights),
    answers: [...belief.answers, mix(passed.answers.at(-1)!, failed.answers.at(-1)!)],
  };
}
