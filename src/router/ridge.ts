import { defineBaseline } from './fit/baseline.js';
import { applyLinear, fitLinear } from './fit/linear.js';
import { squaredLoss } from './fit/row-loss.js';
import { sampleRows } from './fit/rows.js';

/** Ridge per query that is fitted on. */
const L2 = 0.007;

/** Each LLM's score by ridge regression on the encoded query. Tables: `kernel [dim, numLlms]`, `bias [numLlms]`. */
export const ridge = defineBaseline({
  name: 'ridge',
  title: 'ridge regression on the encoder',
  learn(data, train, { tf, rng }) {
    const { queries, x } = sampleRows(data, train, rng);
    const { kernel, bias } = fitLinear(tf, {
      x,
      queries,
      outputs: data.numLlms,
      loss: squaredLoss(data),
      l2: L2 * queries.length,
    });
    return { kernel: { shape: [data.dim, data.numLlms], data: kernel }, bias: { shape: [data.numLlms], data: bias } };
  },
  restore: ({ kernel, bias }) => ({
    score: ({ vector }) => applyLinear({ kernel: kernel!.data, bias: bias!.data }, vector),
  }),
});
