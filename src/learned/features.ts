import { decompose, inverseTransposed } from '../math/solve.js';
import { compute } from '../tensor/compute.js';
import type { Tensor2D, TensorFlow } from '../tensor/types.js';

/**
 * Queries by what their nearness to anchors says, free of what anchors say twice: with the anchors' kernel K = L·Lᵀ and
 * a query's nearness k to them, φ = L⁻¹·k. A process of variance v and covariance k is φ·x with x ~ N(0, v I), and
 * weights x of features are weights L⁻ᵀ·x of anchors.
 */
export interface Features {
  /** `[n, numAnchors]` */
  values: Tensor2D;
  /** L and L⁻ᵀ `[numAnchors, numAnchors]`. */
  factor: Tensor2D;
  whitening: Tensor2D;
}

/** Keeps the kernel of anchors that lie in the same place solvable. */
const JITTER = 1e-3;
/** Most rounds of conjugate gradients, between how many it is looked, and how much of the right side may be left. */
const ROUNDS = { most: 30, looked: 5, left: 1e-3 };

/** L and L⁻ᵀ of the kernel among anchors. */
export function whiten(tf: TensorFlow, among: Tensor2D): Pick<Features, 'factor' | 'whitening'> {
  const size = among.shape[0];
  const lower = Float64Array.from(among.dataSync());
  for (let a = 0; a < size; a++) lower[a * size + a]! += JITTER;
  decompose(lower, size);
  for (let a = 0; a < size; a++) lower.fill(0, a * size + a + 1, (a + 1) * size);
  const tensor = (of: Float64Array): Tensor2D => tf.tensor2d(Float32Array.from(of), [size, size]);
  return { factor: tensor(lower), whitening: tensor(inverseTransposed(lower, size)) };
}

/**
 * Least squares of each column of `targets` `[n, c]`, its rows weighed by that of `weights`, where weights of the
 * `inputs` `[n, d]` have this prior variance: `[d, c]`, by conjugate gradients from zero.
 */
export function leastSquares(
  tf: TensorFlow,
  inputs: Tensor2D,
  { targets, weights, variance }: { targets: Tensor2D; weights: Tensor2D; variance: number },
): Tensor2D {
  const apply = (x: Tensor2D): Tensor2D =>
    tf.add(tf.matMul(inputs, tf.mul(tf.matMul(inputs, x), weights) as Tensor2D, true), tf.div(x, variance));
  const dotted = (a: Tensor2D, b: Tensor2D): Tensor2D => tf.sum(tf.mul(a, b), 0, true);
  const right = tf.matMul(inputs, tf.mul(targets, weights) as Tensor2D, true) as Tensor2D;
  const wanted = dotted(right, right);
  const leftOf = (residual: Tensor2D): number =>
    Math.sqrt(compute(tf, () => tf.max(tf.divNoNan(dotted(residual, residual), wanted)))[0]!);
  let state = [tf.zerosLike(right), tf.clone(right), tf.clone(right)] as [
    x: Tensor2D,
    residual: Tensor2D,
    direction: Tensor2D,
  ];
  for (let round = 1; round <= ROUNDS.most; round++) {
    const next = tf.tidy(() => {
      const [x, residual, direction] = state;
      const applied = apply(direction);
      const before = dotted(residual, residual);
      const step = tf.divNoNan(before, dotted(direction, applied));
      const left = tf.sub(residual, tf.mul(applied, step)) as Tensor2D;
      const turned = tf.mul(direction, tf.divNoNan(dotted(left, left), before));
      return [tf.add(x, tf.mul(direction, step)), left, tf.add(left, turned)] as typeof state;
    });
    tf.dispose(state);
    state = next;
    if (round % ROUNDS.looked === 0 && leftOf(state[1]) < ROUNDS.left) break;
  }
  const [x, ...rest] = state;
  tf.dispose([...rest, right, wanted]);
  return x;
}
