import { dot, sigmoid, timesMatrix } from '../math/linear.js';
import type { Tensor1D, Tensor2D } from '../tensor/types.js';
import { fitByAdam, normal, zeros, type Schedule } from './fit/adam.js';
import { defineBaseline, UNSEEN_LOGIT } from './fit/baseline.js';
import { seenLlms } from './fit/means.js';
import { scoreLoss } from './fit/row-loss.js';
import { sampleRows } from './fit/rows.js';

const FACTORS = 32;
const SCHEDULE: Schedule = { epochs: 15, batch: 128, rate: 0.01, decay: 0.5, dropout: 0.3 };

/**
 * Matrix factorization as in RouteLLM (arXiv 2406.18665): σ(b_l + v_l·(x·W)) for the LLM's factors v and bias b.
 * Tables: `query [dim, factors]`, `llm [numLlms, factors]`, `bias [numLlms]`.
 */
export const matrixFactorization = defineBaseline({
  name: 'matrix-factorization',
  title: 'matrix factorization',
  async learn(data, train, { tf, rng }) {
    const { queries, x } = sampleRows(data, train, rng);
    const seen = seenLlms(data, train);
    const initial = {
      query: normal(rng.fork('query'), [data.dim, FACTORS], 0.3),
      llm: normal(rng.fork('llm'), [data.numLlms, FACTORS], 0.1),
      bias: zeros(data.numLlms),
    };
    const weights = await fitByAdam(tf, {
      x,
      queries,
      initial,
      predict: (p, rows) =>
        tf.add(
          tf.matMul(tf.matMul(rows, p['query'] as unknown as Tensor2D), tf.transpose(p['llm'] as unknown as Tensor2D)),
          p['bias'] as unknown as Tensor1D,
        ),
      loss: scoreLoss(data),
      schedule: SCHEDULE,
      rng: rng.fork('batches'),
    });
    seen.forEach((known, l) => {
      if (known) return;
      weights['llm']!.data.fill(0, l * FACTORS, (l + 1) * FACTORS);
      weights['bias']!.data[l] = UNSEEN_LOGIT;
    });
    return weights;
  },
  restore({ query, llm, bias }) {
    const factors = query!.shape[1]!;
    return {
      score({ vector }) {
        const state = timesMatrix(vector, query!.data, factors);
        return bias!.data.map((b, l) => sigmoid(b + dot(state, 0, llm!.data, l * factors, factors)));
      },
    };
  },
});
