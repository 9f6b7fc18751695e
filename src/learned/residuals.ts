import type { Dataset } from '../dataset/dataset.js';
import { withoutQueries, type RecordSums } from '../dataset/records.js';
import type { TensorFlow, Tensor2D } from '../tensor/types.js';
import { expectedByLevel, levelsOf } from './levels.js';

/** What logged answers say beyond their LLM's level, for one fold. */
export interface Residuals {
  /** `[queries.length, numLlms]`, 0 where none is logged or the query is not looked at. */
  residuals: Tensor2D;
  /** How far each counts; 0 likewise. */
  known: Tensor2D;
  /** Answers that the prior of an LLM's level weighs as much as. */
  strength: number;
  /** How far each level is from that prior `[1, numLlms]`. */
  above: Tensor2D;
}

/** Which answers are looked at, and by which others they are expected. */
export interface ResidualsOf {
  data: Dataset;
  queries: Int32Array;
  /** Over all that anything is learned from. */
  records: RecordSums;
  without: Int32Array;
  /** Whether the answers to `without` are looked at themselves, and not the others. */
  held?: boolean;
}

/** Residuals of the answers to `queries`, as what is logged without the queries `without` lets expect them. */
export function residualsOf(tf: TensorFlow, { data, queries, records, without, held = false }: ResidualsOf): Residuals {
  const { numLlms, numTasks, evidence } = data;
  const { start, llm, score, weight } = evidence;
  const left = withoutQueries(data, records, without);
  const levels = levelsOf(left);
  const expected = expectedByLevel(left, levels);
  const leftOut = new Set(without);
  const residuals = new Float32Array(queries.length * numLlms);
  const known = new Float32Array(residuals.length);
  queries.forEach((q, i) => {
    if (leftOut.has(q) !== held) return;
    const task = data.taskOf[q]! < 0 ? numTasks : data.taskOf[q]!;
    for (let e = start[q]!; e < start[q + 1]!; e++) {
      const l = llm[e]!;
      residuals[i * numLlms + l] = score[e]! - expected[l * (numTasks + 1) + task]!;
      known[i * numLlms + l] = weight[e]!;
    }
  });
  const shape: [number, number] = [queries.length, numLlms];
  return {
    residuals: tf.tensor2d(residuals, shape),
    known: tf.tensor2d(known, shape),
    strength: levels.strength,
    above: tf.tensor2d(
      levels.level.map((level) => level - levels.usual),
      [1, numLlms],
    ),
  };
}
