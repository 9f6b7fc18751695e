import { RECORD_STRENGTH, TASK_STRENGTH } from './constants.js';
import type { TensorFlow, Tensor, Tensor2D } from '../tensor/types.js';
import type { Dataset } from '../dataset/dataset.js';
import type { RecordSums } from '../dataset/records.js';

/**
 * What each LLM's score on a task was expected to be by its record alone `[numLlms, numTasks + 1]`: how LLMs at large
 * do on the task and how the LLM does beside them, as far as its answers bear it out (as in `makeProfiles`). The last
 * column is for queries of no known task. What an answer says beyond this is its residual.
 */
export function expectedByRecord(
  { numLlms, numTasks }: Dataset,
  { sum, count, taskSum, taskCount }: RecordSums,
): Float32Array {
  const total = count.reduce((a, b) => a + b, 0);
  const overall = total > 0 ? sum.reduce((a, b) => a + b, 0) / total : 0;
  const means = Float32Array.from(sum, (x, l) => (x + RECORD_STRENGTH * overall) / (count[l]! + RECORD_STRENGTH));
  const offsets = Float32Array.from({ length: numTasks }, (_, t) => {
    let [beyond, answers] = [0, 0];
    for (let l = 0; l < numLlms; l++) {
      beyond += taskSum[l * numTasks + t]! - taskCount[l * numTasks + t]! * means[l]!;
      answers += taskCount[l * numTasks + t]!;
    }
    return beyond / (answers + TASK_STRENGTH);
  });
  const expected = new Float32Array(numLlms * (numTasks + 1));
  for (let l = 0; l < numLlms; l++) {
    const luck = offsets.reduce((of, offset, t) => of + taskCount[l * numTasks + t]! * offset, 0);
    const mean = means[l]! - luck / (count[l]! + RECORD_STRENGTH);
    for (let t = 0; t < numTasks; t++) {
      const at = l * numTasks + t;
      expected[at + l] = (taskSum[at]! + TASK_STRENGTH * (mean + offsets[t]!)) / (taskCount[at]! + TASK_STRENGTH);
    }
    expected[l * (numTasks + 1) + numTasks] = mean;
  }
  return expected;
}

/** Residual of every logged score of some queries `[queries.length, numLlms]`, 0 where none is logged. */
export function residualsOf(data: Dataset, queries: ArrayLike<number>, expected: Float32Array): Float32Array {
  const { numLlms, numTasks } = data;
  const { start, llm, score } = data.evidence;
  const residuals = new Float32Array(queries.length * numLlms);
  for (let i = 0; i < queries.length; i++) {
    const q = queries[i]!;
    const task = data.taskOf[q]! < 0 ? numTasks : data.taskOf[q]!;
    for (let e = start[q]!; e < start[q + 1]!; e++) {
      const l = llm[e]!;
      residuals[i * numLlms + l] = score[e]! - expected[l * (numTasks + 1) + task]!;
    }
  }
  return residuals;
}

/**
 * Sums over logged answers from which every LLM's message of meaning is made: with φ the query's place `[axes]`,
 * Σ score·φ `[numLlms, axes]`, Σ φ² `[numLlms, axes]`, and Σ φ per task `[numLlms, numTasks + 1, axes]`, the last for
 * queries of no known task; each answer as far as it counts.
 */
export interface MessageSums {
  axes: number;
  scored: Float32Array;
  square: Float32Array;
  perTask: Float32Array;
}

export function emptySums(data: Dataset, axes: number): MessageSums {
  const size = data.numLlms * axes;
  return {
    axes,
    scored: new Float32Array(size),
    square: new Float32Array(size),
    perTask: new Float32Array(size * (data.numTasks + 1)),
  };
}

/** Adds queries that lie at `places [queries.length, axes]`. */
export function addProjected(data: Dataset, sums: MessageSums, queries: ArrayLike<number>, places: Float32Array): void {
  const { axes } = sums;
  const { start, llm, score, weight } = data.evidence;
  for (let i = 0; i < queries.length; i++) {
    const q = queries[i]!;
    const task = data.taskOf[q]! < 0 ? data.numTasks : data.taskOf[q]!;
    for (let e = start[q]!; e < start[q + 1]!; e++) {
      const to = llm[e]! * axes;
      const toTask = (llm[e]! * (data.numTasks + 1) + task) * axes;
      for (let a = 0; a < axes; a++) {
        const place = places[i * axes + a]!;
        const counts = weight[e]! * place;
        sums.scored[to + a]! += score[e]! * counts;
        sums.perTask[toTask + a]! += counts;
        sums.square[to + a]! += counts * place;
      }
    }
  }
}

/** {@link MessageSums} as tensors. */
export type MessageTensors = Record<'scored' | 'square' | 'perTask', Tensor>;

export function messageTensors(
  tf: TensorFlow,
  { numLlms, numTasks }: Dataset,
  { axes, scored, square, perTask }: MessageSums,
): MessageTensors {
  return {
    scored: tf.tensor2d(scored, [numLlms, axes]),
    square: tf.tensor2d(square, [numLlms, axes]),
    perTask: tf.tensor3d(perTask, [numLlms, numTasks + 1, axes]),
  };
}

/**
 * Logged answers to some queries: scores and how far they count, 0 where unknown `[n, numLlms]`, tasks `[n, numTasks]`,
 * places `[n, axes]`.
 */
export interface ProjectedAnswers {
  scores: Tensor2D;
  known: Tensor2D;
  tasks: Tensor2D;
  semantic: Tensor2D;
}

/**
 * Σ residual·φ and Σ φ² per LLM `[numLlms, axes]`; the first is 0 for an LLM without answers.
 *
 * `expected` is as {@link expectedByRecord} has it, `count` the answers of each LLM `[numLlms, 1]`; `without` are
 * answers that are among the sums, and are left out: what is predicted carries no message.
 */
export function messageEvidence(
  tf: TensorFlow,
  { scored, square, perTask }: MessageTensors,
  { expected, count, without }: { expected: Tensor2D; count: Tensor2D; without: ProjectedAnswers | null },
): { residual: Tensor2D; square: Tensor2D } {
  const [numLlms, columns, axes] = perTask.shape as [number, number, number];
  const explained = tf.reshape(tf.matMul(tf.reshape(expected, [numLlms, 1, columns]), perTask), [numLlms, axes]);
  const evidence = { residual: tf.sub(scored, explained), square };
  if (without !== null) {
    const { scores, known, tasks, semantic } = without;
    const task = tf.concat([tasks, tf.sub(1, tf.sum(tasks, 1, true))] as Tensor2D[], 1);
    const residuals = tf.mul(tf.sub(scores, tf.matMul(task, expected, false, true)), known) as Tensor2D;
    evidence.residual = tf.sub(evidence.residual, tf.matMul(residuals, semantic, true));
    evidence.square = tf.sub(square, tf.matMul(known, tf.square(semantic), true));
  }
  return { residual: tf.mul(evidence.residual, tf.sign(count)) as Tensor2D, square: evidence.square as Tensor2D };
}
