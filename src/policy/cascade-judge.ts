import { dot, type Belief, type Candidate, type Judged } from './cascade-search.js';

/** How often a judge of this reliability is right: with chance `reliability` it knows, else it tosses a coin. */
export const accuracyOf = (reliability: number): number => (1 + reliability) / 2;

/** What a judge makes of an LLM that is right with these chances `[points]`. */
export function judged(llm: Candidate, right: Float64Array, accuracy: number): Judged {
  const passes = right.map((c) => accuracy * c + (1 - accuracy) * (1 - c));
  return { ...llm, right, passes, rightStill: right.map((c, k) => (passes[k]! < 1 ? ((1 - accuracy) * c) / (1 - passes[k]!) : 0)) };
}

/** Belief after the LLM's answer passed. */
export function afterPass({ weights, answers }: Belief, { right, passes, rightStill }: Judged): Belief {
  const chance = dot(weights, passes);
  const rightNow = right.map((c, k) => (passes[k]! > 0 ? (c - (1 - passes[k]!) * rightStill[k]!) / passes[k]! : 0));
  return { weights: weights.map((w, k) => (w * passes[k]!) / chance), answers: [...answers, rightNow] };
}

/** Belief after the LLM's answer did not pass. */
export function afterFail({ weights, answers }: Belief, { passes, rightStill }: Judged): Belief {
  const chance = 1 - dot(weights, passes);
  return { weights: weights.map((w, k) => (w * (1 - passes[k]!)) / chance), answers: [...answers, rightStill] };
}

/**
 * Belief after the LLM's answer was given a score from 0 to 1: as if it had passed with this chance (Jeffrey's rule). So
 * a perfect judge's score is the answer's expected score, whatever was predicted.
 */
export function afterScore(belief: Belief, llm: Judged, score: number): Belief {
  if (score === 1) return afterPass(belief, llm);
  if (score === 0) return afterFail(belief, llm);
  const [passed, failed] = [afterPass(belief, llm), afterFail(belief, llm)];
  const weights = passed.weights.map((w, k) => score * w + (1 - score) * failed.weights[k]!);
  const [own, ownStill] = [passed.answers.at(-1)!, failed.answers.at(-1)!];
  const mixed = own.map((c, k) => (weights[k]! > 0 ? (score * passed.weights[k]! * c + (1 - score) * failed.weights[k]! * ownStill[k]!) / weights[k]! : 0));
  return { weights, answers: [...belief.answers, mixed] };
}
