import type { Rng } from '../base/rng.js';
import { sample } from '../math/sample.js';
import { eigenOf, inverseOf } from '../math/symmetric.js';
import { compute } from '../tensor/compute.js';
import { iterateSubspace } from '../tensor/subspace.js';
import type { Tensor2D, TensorFlow } from '../tensor/types.js';

/** Most directions along which LLMs' strengths may be alike. */
const MAX_DIRECTIONS = 60;
/** Rounds in which they are found among the anchors, and in which their covariance is learned. */
const SUBSPACE_ROUNDS = 8;
const ROUNDS = 6;
/** LLMs that what is thought of the covariance beforehand weighs as much as, and most LLMs that it is learned from. */
const PRIOR_LLMS = 20;
const MOST_LLMS = 128;

/** What LLMs' own parts are explained by, of every LLM: of one answer each, and how far each counts `[n, numLlms]`. */
export interface OwnEvidence {
  targets: Tensor2D;
  counts: Tensor2D;
}

/** The anchors' kernels, as `kernelsOf` answers them. */
interface Among {
  fitted: Tensor2D;
  among: Tensor2D;
}

/**
 * Directions in which LLMs' strengths differ more than queries' nearness says: weights of the anchors
 * `[numAnchors, directions]`. An LLM's own part has, beyond what its kernel lets it, a unit normal share of each.
 */
export type SharedDirections = Tensor2D;

/** The leading directions of the anchors' kernel, of unit variance under it `[numAnchors, directions]`. */
function leadingAxes(tf: TensorFlow, among: Tensor2D, rng: Rng): { axes: Float32Array; count: number } {
  const anchors = among.shape[0];
  const count = Math.min(MAX_DIRECTIONS, anchors);
  const basis = iterateSubspace({ rank: count, dim: anchors, rounds: SUBSPACE_ROUNDS, rng }, (rows) =>
    compute(tf, () => tf.matMul(tf.tensor2d(rows, [count, anchors]), among)),
  );
  const within = compute(tf, () => {
    const rows = tf.tensor2d(basis, [count, anchors]);
    return tf.matMul(tf.matMul(rows, among), rows, false, true);
  });
  const { values, vectors } = eigenOf(Float64Array.from(within), count);
  const least = 1e-6 * values.reduce((most, value) => Math.max(most, value), 0);
  const kept = [...values.keys()].filter((i) => values[i]! > least);
  const axes = new Float32Array(anchors * kept.length);
  kept.forEach((i, k) => {
    for (let j = 0; j < count; j++) {
      const share = vectors[i * count + j]! / Math.sqrt(values[i]!);
      for (let a = 0; a < anchors; a++) axes[a * kept.length + k]! += share * basis[j * anchors + a]!;
    }
  });
  return { axes, count: kept.length };
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
  { fitted, among }: Among,
  { targets, counts }: OwnEvidence,
  variance: number,
  rng: Rng,
): SharedDirections {
  const { axes, count: size } = leadingAxes(tf, among, rng);
  const anchors = among.shape[0];
  return tf.tidy(() => {
    const projection = tf.tensor2d(axes, [anchors, size]);
    const features = tf.matMul(fitted, projection) as Tensor2D;
    const llms = sample(
      Int32Array.from({ length: targets.shape[1] }, (_, l) => l),
      MOST_LLMS,
      rng,
    );
    const each = Array.from(llms, (l) => {
      const count = tf.slice(counts, [0, l], [counts.shape[0], 1]);
      const target = tf.slice(targets, [0, l], [counts.shape[0], 1]);
      const weighed = tf.mul(features, count) as Tensor2D;
      return {
        answers: tf.sum(count).dataSync()[0]!,
        precision: Float64Array.from(tf.matMul(weighed, features, true).dataSync()),
        evidence: Float64Array.from(tf.matMul(weighed, target as Tensor2D, true).dataSync()),
      };
    }).filter(({ answers }) => answers > 0);

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
