import type { Dataset } from '../../dataset/dataset.js';
import type { Matrix } from '../../math/matrix.js';
import type { TensorFlow } from '../../tensor/types.js';
import type { Support } from './network.js';

/** Which training queries to take, and which of their edges to leave out. */
export interface SupportInput {
  data: Dataset;
  /** All training queries `[queries.length, dim]`. */
  x: Matrix;
  queries: Int32Array;
  /** Rows of `x`; with none, one row stands in that has no edge. */
  picked: Int32Array;
  /** An LLM whose edges are left out, −1 for none. */
  forgotten: number;
}

/** Some of the training queries with their edges, as tensors; the caller disposes them. */
export function supportOf(tf: TensorFlow, { data, x, queries, picked, forgotten }: SupportInput): Support {
  const size = Math.max(1, picked.length);
  const rows = new Float32Array(size * x.cols);
  const [known, scores, advantage] = [0, 1, 2].map(() => new Float32Array(data.numLlms * size)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const { start, llm, score } = data.evidence;
  picked.forEach((row, i) => {
    rows.set(x.data.subarray(row * x.cols, (row + 1) * x.cols), i * x.cols);
    const [from, to] = [start[queries[row]!]!, start[queries[row]! + 1]!];
    let mean = 0;
    for (let e = from; e < to; e++) mean += score[e]! / (to - from);
    for (let e = from; e < to; e++) {
      if (llm[e] === forgotten) continue;
      const at = llm[e]! * size + i;
      known[at] = 1;
      scores[at] = score[e]! - 0.5;
      advantage[at] = score[e]! - mean;
    }
  });
  const table = (values: Float32Array) => tf.tensor2d(values, [data.numLlms, size]);
  return {
    queries: tf.tensor2d(rows, [size, x.cols]),
    known: table(known),
    score: table(scores),
    advantage: table(advantage),
  };
}
