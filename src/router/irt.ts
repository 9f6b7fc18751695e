import { dot, sigmoid } from '../math/linear.js';
import type { Tensor1D, Tensor2D } from '../tensor/types.js';
import { fitByAdam, normal, zeros, type Schedule } from './fit/adam.js';
import { defineBaseline, UNSEEN_LOGIT } from './fit/baseline.js';
import { applyLinear } from './fit/linear.js';
import { seenLlms } from './fit/means.js';
import { scoreLoss } from './fit/row-loss.js';
import { sampleRows } from './fit/rows.js';

const TRAITS = 16;
const SCHEDULE: Schedule = { epochs: 15, batch: 128, rate: 0.02, decay: 0.3, dropout: 0.3 };

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/**
 * Multidimensional item response theory: σ(a(x)·θ_l − b(x)), where the text gives the query's discrimination a ≥ 0 in
 * each trait and its difficulty b, and θ is the LLM's ability.
 * Tables: `discrimination [dim, traits]`, `difficulty [dim, 1]`, their biases, `ability [numLlms, traits]`, `offset
 * [numLlms]`.
 */
export const irt = defineBaseline({
  name: 'irt',
  title: 'multidimensional item response theory',
  async learn(data, train, { tf, rng }) {
    const { queries, x } = sampleRows(data, train, rng);
    const initial = {
      discrimination: normal(rng.fork('discrimination'), [data.dim, TRAITS], 0.3),
      discrimination_bias: zeros(TRAITS),
      difficulty: zeros(data.dim, 1),
      difficulty_bias: zeros(1),
      ability: normal(rng.fork('ability'), [data.numLlms, TRAITS], 0.3),
    };
    const weights = await fitByAdam(tf, {
      x,
      queries,
      initial,
      predict: (p, rows) => {
        const linear = (name: string): Tensor2D =>
          tf.add(tf.matMul(rows, p[name] as unknown as Tensor2D), p[`${name}_bias`] as unknown as Tensor1D);
        return tf.sub(
          tf.matMul(tf.softplus(linear('discrimination')), tf.transpose(p['ability'] as unknown as Tensor2D)),
          linear('difficulty'),
        );
      },
      loss: scoreLoss(data),
      schedule: SCHEDULE,
      rng: rng.fork('batches'),
    });
    const offset = Float32Array.from(seenLlms(data, train), (seen) => (seen ? 0 : UNSEEN_LOGIT));
    return { ...weights, offset: { shape: [data.numLlms], data: offset } };
  },
  restore(tables) {
    const map = (name: string) => ({ kernel: tables[name]!.data, bias: tables[`${name}_bias`]!.data });
    const [discrimination, difficulty] = [map('discrimination'), map('difficulty')];
    const [ability, offset] = [tables['ability']!.data, tables['offset']!.data];
    const traits = discrimination.bias.length;
    return {
      score({ vector }) {
        const a = applyLinear(discrimination, vector).map(softplus);
        const [b] = applyLinear(difficulty, vector) as unknown as [number];
        return offset.map((o, l) => sigmoid(o + dot(a, 0, ability, l * traits, traits) - b));
      },
    };
  },
});
