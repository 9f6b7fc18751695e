import { defineBaseline } from './fit/baseline.js';
import { applyLinear, fitLinear } from './fit/linear.js';
import { squaredLoss } from './fit/row-loss.js';
import { MAX_FITTED, sample, vectorsOf } from './fit/sample.js';

/** Ridge per query that is fitted on. */
const L2 = 0.007;

/** Each LLM's score by ridge regression on the encoded query. Tables: `kernel [dim, numLlms]`, `bias [numLlms]`. */
export const ridge = defineBaseline({
  name: 'ridge',
  title: 'ridge regression on the encoder',
  told: false,
  learn(data, train, { tf, rng }) {
    const queries = sample(train, MAX_FITTED, rng);
    const { kernel, bias } = fitLinear(
      tf,
      vectorsOf(data, queries),
      queries,
      data.numLlms,
      squaredLoss(data),
      L2 * queries.length,
    );
    return { kernel: { shape: [data.dim, data.numLlms], data: kernel }, bias: { shape: [data.numLlms], data: bias } };
  },
  restore: ({ kernel, bias }) => ({
    score: ({ vector }) => applyLinear({ kernel: kernel!.data, bias: bias!.data }, vector),
  }),
});
