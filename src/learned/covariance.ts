import type { Rng } from '../base/rng.js';
import { sample } from '../math/sample.js';
import { eigenOf, inverseOf } from '../math/symmetric.js';
import { compute } from '../tensor/compute.js';
import { iterateSubspace } from '../tensor/subspace.js';
import type { Tensor2D, TensorFlow } from '../tensor/types.js';
import type { Features } from './features.js';
import type { AnswersOf, OwnEvidence } from './own-evidence.js';

/** Most directions along which LLMs' strengths may be alike. */
const MAX_DIRECTIONS = 60;
/** Rounds in which they are found among the anchors, and in which their covariance is learned. */
const SUBSPACE_ROUNDS = 8;
const ROUNDS = 6;
/** LLMs that what is thought of the covariance beforehand weighs as much as, and most LLMs that it is learned from. */
const PRIOR_LLMS = 20;
const MOST_LLMS = 128;

/**
 * Directions in which LLMs' strengths differ more than queries' nearness says: weights of the features
 * `[numAnchors, directions]`. An LLM's own part has, beyond what its kernel lets it, a unit normal share of each.
 */
export type SharedDirections = Tensor2D;

/** The directions of the features in which anchors lie apart the most: orthonormal rows `[directions, numAnchors]`. */
function leadingAxes(tf: TensorFlow, factor: Tensor2D, rng: Rng): { axes: Float32Array; count: number } {
  const dim = factor.shape[0];
  const rank = Math.min(MAX_DIRECTIONS, dim);
  const axes = iterateSubspace({ rank, dim, rounds: SUBSPACE_ROUNDS, rng }, (rows) =>
    compute(tf, () => tf.matMul(tf.matMul(tf.tensor2d(rows, [rank, dim]), factor, false, true), factor)),
  );
  return { axes, count: rank };
}

/**
 * Learns how LLMs' strengths vary together over queries, from all LLMs at once, by expectation maximisation. For the
 * features φ of a query (the anchors' leading axes), what an LLM m adds is w_m·φ with w_m ~ N(0, Λ):
 *
 *     V_m = (Λ⁻¹ + Σ c φφᵀ)⁻¹,  w_m = V_m Σ c φ t,  Λ = (Σ_m (w_m w_mᵀ + V_m) + 20 v I) / (L + 20)
 *
 * Where LLMs are good at different things and have few answers each, Λ has a few large directions, and an answer tells
 * more. What it has beyond the variance v, which the kernel allows already, is answered.
 *
 * @param variance v, of an LLM's own part
 */
export function learnDirections(
  tf: TensorFlow,
  { values: all, factor }: Features,
  { each: answers, targets, counts }: OwnEvidence & { each: readonly AnswersOf[] },
  variance: number,
  rng: Rng,
): SharedDirections {
  const { axes, count: size } = leadingAxes(tf, factor, rng);
  return tf.tidy(() => {
    const projection = tf.transpose(tf.tensor2d(axes, [size, factor.shape[0]])) as Tensor2D;
    const features = tf.matMul(all, projection) as Tensor2D;
    const asked = Int32Array.from(answers.keys()).filter((l) => answers[l]!.entries.some((e) => counts[e]! > 0));
    const each = Array.from(sample(asked, MOST_LLMS, rng), (l) => {
      const { entries, queries } = answers[l]!;
      const column = (of: Float32Array): Tensor2D =>
        tf.tensor2d(
          Float32Array.from(entries, (e) => of[e]!),
          [entries.length, 1],
        );
      /** Σ c φ of the LLM's queries times `by` of them. */
      const summed = (by: (own: Tensor2D) => Tensor2D): Float64Array =>
        Float64Array.from(
          compute(tf, () => {
            const own = tf.gather(features, tf.tensor1d(queries, 'int32')) as Tensor2D;
            return tf.matMul(tf.mul(own, column(counts)) as Tensor2D, by(own), true);
          }),
        );
      return { precision: summed((own) => own), evidence: summed(() => column(targets)) };
    });

    let covariance = new Float64Array(size * size);
    for (let i = 0; i < size; i++) covariance[i * size + i] = variance;
    for (let round = 0; round < ROUNDS; round++) {
      const prior = inverseOf(covariance, size);
      const next = new Float64Array(size * size);
      for (const { precision, evidence } of each) {
        const posterior = inverseOf(
          prior.map((x, i) => x + precision[i]!),
          size,
        );
        const mean = Float64Array.from({ length: size }, (_, i) => {
          let sum = 0;
          for (let j = 0; j < size; j++) sum += posterior[i * size + j]! * evidence[j]!;
          return sum;
        });
        for (let i = 0; i < size; i++)
          for (let j = 0; j < size; j++) next[i * size + j]! += mean[i]! * mean[j]! + posterior[i * size + j]!;
      }
      for (let i = 0; i < size; i++) next[i * size + i]! += PRIOR_LLMS * variance;
      covariance = next.map((x) => x / (each.length + PRIOR_LLMS));
    }

    for (let i = 0; i < size; i++) covariance[i * size + i]! -= variance;
    const { values, vectors } = eigenOf(covariance, size);
    const spread = new Float32Array(size * size);
    for (let d = 0; d < size; d++)
      for (let i = 0; i < size; i++) spread[i * size + d] = Math.sqrt(Math.max(0, values[d]!)) * vectors[d * size + i]!;
    return tf.matMul(projection, tf.tensor2d(spread, [size, size])) as Tensor2D;
  });
}
