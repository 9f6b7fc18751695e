import type { Dataset } from '../../dataset/dataset.js';
import type { TaskScores } from '../by-task.js';
import { sumRecords, type RecordSums } from '../../dataset/records.js';

/** Answers that an LLM's overall mean counts for beside its mean on a task or a cluster. */
const MEAN_STRENGTH = 5;

/** Mean score of each LLM `[numLlms]`; 0 where it has none. */
export function meansOf({ sum, count }: Pick<RecordSums, 'sum' | 'count'>): Float32Array {
  return sum.map((s, l) => (count[l]! > 0 ? s / count[l]! : 0));
}

/** Means per LLM and group `[numLlms, numGroups]`, shrunk to the LLM's overall mean `[numLlms]`. */
export function shrunkMeans(means: Float32Array, groupSum: Float32Array, groupCount: Float32Array): Float32Array {
  const numGroups = groupSum.length / means.length;
  return groupSum.map(
    (s, i) => (s + MEAN_STRENGTH * means[Math.floor(i / numGroups)]!) / (groupCount[i]! + MEAN_STRENGTH),
  );
}

/** Mean score of each LLM, overall `[numLlms]` and shrunk per task `[numLlms, numTasks]`. */
export function taskMeans(data: Dataset, train: Int32Array): TaskScores {
  const sums = sumRecords(data, train);
  const mean = meansOf(sums);
  return { overall: mean, byTask: shrunkMeans(mean, sums.taskSum, sums.taskCount) };
}

/** Which LLMs have any evidence among the queries `[numLlms]`. */
export function seenLlms(data: Dataset, queries: Int32Array): boolean[] {
  return Array.from(sumRecords(data, queries).count, (n) => n > 0);
}
