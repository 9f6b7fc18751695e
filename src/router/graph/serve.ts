import { matrix, type Matrix } from '../../math/matrix.js';
import type { Weights } from '../../math/weights.js';
import { dot, sigmoid, timesMatrix, toSoftmax } from '../../math/linear.js';
import { HIDDEN } from './network.js';

/**
 * {@link predictEdges} for one query on plain arrays, squashed to scores.
 *
 * @param llms states of the LLM nodes `[numLlms, HIDDEN]`
 */
export function edgePredictor(weights: Weights, llms: Matrix): (placed: Float32Array) => Float32Array {
  const kernel = (name: string): Float32Array => weights[`${name}/kernel`]!.data;
  const state = (l: number): Float32Array => llms.data.subarray(l * HIDDEN, (l + 1) * HIDDEN);
  const ofLlms = (name: string): Matrix => {
    const out = matrix(llms.rows, HIDDEN);
    for (let l = 0; l < llms.rows; l++) out.data.set(timesMatrix(state(l), kernel(name), HIDDEN), l * HIDDEN);
    return out;
  };
  const [keys, values, ends] = [ofLlms('attend/llm'), ofLlms('attend/value'), ofLlms('edge/llm')];
  const [queryBias, edgeBias, out, outBias] = [
    weights['query/bias']!.data,
    weights['edge/bias']!.data,
    kernel('out'),
    weights['out/bias']!.data[0]!,
  ];
  return (placed) => {
    const query = timesMatrix(placed, kernel('query'), HIDDEN).map((x, h) => Math.tanh(x + queryBias[h]!));
    const asked = timesMatrix(query, kernel('attend/query'), HIDDEN);
    const attention = toSoftmax(
      Float32Array.from(
        { length: llms.rows },
        (_, l) => dot(asked, 0, keys.data, l * HIDDEN, HIDDEN) / Math.sqrt(HIDDEN),
      ),
    );
    timesMatrix(attention, values.data, HIDDEN).forEach((x, h) => (query[h]! += x));
    const end = timesMatrix(query, kernel('edge/query'), HIDDEN);
    return Float32Array.from({ length: llms.rows }, (_, l) => {
      const hidden = timesMatrix(
        query.map((x, h) => x * state(l)[h]!),
        kernel('edge/product'),
        HIDDEN,
      );
      for (let h = 0; h < HIDDEN; h++)
        hidden[h] = Math.max(0, hidden[h]! + end[h]! + ends.data[l * HIDDEN + h]! + edgeBias[h]!);
      return sigmoid(dot(hidden, 0, out, 0, HIDDEN) + outBias);
    });
  };
}
