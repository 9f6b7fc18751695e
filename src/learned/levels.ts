import type { RecordSums } from '../dataset/records.js';
import { priorOf } from '../math/empirical-bayes.js';
import { DECLARED_GAIN, LEVEL, RESIDUAL, TASK_STRENGTH } from './constants.js';

/** Rounds in which levels and tasks are told apart. */
const ROUNDS = 8;

/** What an LLM's answers say of it by themselves, before any of what is like them. */
export interface Levels {
  /** Level that an LLM is expected to have of which nothing is known. */
  usual: number;
  /** Answers that {@link usual} weighs as much as. */
  strength: number;
  /** How much better a level is for a point that an LLM is better than usual by what it declares. */
  declaredGain: number;
  /** Level that each LLM is expected to have beforehand, by what it declares `[numLlms]`. */
  prior: Float32Array;
  /** Expected score over all queries `[numLlms]`. */
  level: Float32Array;
  /** How much better or worse than LLMs at large each task goes `[numTasks]`. */
  offset: Float32Array;
}

/** Prior of levels: mean of LLMs that declare nothing, variance, and what a point of what they declare is worth. */
function priorOfLevels(
  means: readonly number[],
  noises: readonly number[],
  declared: readonly number[],
): { usual: number; variance: number; declaredGain: number } {
  let declaredGain = DECLARED_GAIN.mean;
  let prior = { mean: 0, variance: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    prior = priorOf(
      means.map((mean, i) => mean - declaredGain * declared[i]!),
      noises,
      LEVEL,
    );
    let [told, precision] = [DECLARED_GAIN.mean / DECLARED_GAIN.variance, 1 / DECLARED_GAIN.variance];
    means.forEach((mean, i) => {
      const weight = declared[i]! / (prior.variance + noises[i]!);
      told += weight * (mean - prior.mean);
      precision += weight * declared[i]!;
    });
    declaredGain = told / precision;
  }
  return { usual: prior.mean, variance: prior.variance, declaredGain };
}

/**
 * Levels by an empirical Bayes prior: the mean of the LLMs that were asked, each counting by how well it is known and
 * not by how often it was asked, and their variance about it. What a log's incumbent was asked says little of the
 * others. What an LLM declares moves what is expected of it beforehand, as far as it moves levels of those that were
 * asked (Fay & Herriot 1979). An LLM that was asked easy tasks is no better for it.
 */
export function levelsOf({ sum, count, taskSum, taskCount, declared }: RecordSums): Levels {
  const [numLlms, numTasks] = [sum.length, taskSum.length / Math.max(1, sum.length)];
  const asked = [...sum.keys()].filter((l) => count[l]! > 0);
  const means = asked.map((l) => sum[l]! / count[l]!);
  const noises = asked.map((l) => RESIDUAL / count[l]!);
  const { usual, variance, declaredGain } = priorOfLevels(
    means,
    noises,
    asked.map((l) => declared[l]!),
  );
  const strength = RESIDUAL / variance;
  const prior = declared.map((beyond) => usual + declaredGain * beyond);

  const by = (of: (l: number) => number): Float32Array =>
    Float32Array.from({ length: numLlms }, (_, l) => (of(l) + strength * prior[l]!) / (count[l]! + strength));
  const offset = new Float32Array(numTasks);
  const luck = (l: number): number => offset.reduce((of, o, t) => of + taskCount[l * numTasks + t]! * o, 0);
  let level = by((l) => sum[l]!);
  // Which LLMs are good and which tasks are easy is told apart in turns.
  for (let round = 0; round < ROUNDS; round++) {
    for (let t = 0; t < numTasks; t++) {
      let [beyond, answers] = [0, 0];
      for (let l = 0; l < numLlms; l++) {
        beyond += taskSum[l * numTasks + t]! - taskCount[l * numTasks + t]! * level[l]!;
        answers += taskCount[l * numTasks + t]!;
      }
      offset[t] = beyond / (answers + TASK_STRENGTH);
    }
    level = by((l) => sum[l]! - luck(l));
  }
  return { usual, strength, declaredGain, prior, level, offset };
}

/**
 * Score of each LLM on each task by these alone `[numLlms, numTasks + 1]`, the last for queries of no known task. What
 * an answer says beyond it is its residual.
 */
export function expectedByLevel({ taskSum, taskCount }: RecordSums, { level, offset }: Levels): Float32Array {
  const columns = offset.length + 1;
  return Float32Array.from({ length: level.length * columns }, (_, i) => {
    const [l, t] = [Math.floor(i / columns), i % columns];
    if (t === offset.length) return level[l]!;
    const at = l * offset.length + t;
    return (taskSum[at]! + TASK_STRENGTH * (level[l]! + offset[t]!)) / (taskCount[at]! + TASK_STRENGTH);
  });
}
