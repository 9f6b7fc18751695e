import type { Rng } from '../../base/rng.js';
import type { Matrix } from '../../math/matrix.js';
import type { Weights } from '../../math/weights.js';
import type { TensorFlow, Tensor, Tensor2D } from '../../tensor/types.js';
import { createOptimizer } from '../../tensor/optimizer.js';
import { dampedSteps } from '../../tensor/steps.js';
import { meanLoss, type RowLoss } from './row-loss.js';

/** How long and how fast to learn. */
export interface Schedule {
  epochs: number;
  /** Queries in a step; fewer where a log would otherwise give too few steps. */
  batch: number;
  /** First learning rate of AdamW; it falls to nothing along half a cosine. */
  rate: number;
  /** Weight decay per unit of learning rate, of matrices. */
  decay: number;
  /** Share of the rows' entries that are left out in a step, so that no single feature is relied on. */
  dropout: number;
}

/** Steps that a log of any length gets at most, and beyond which they grow with the square root of its length. */
const STEPS = { most: 3_000, all: 600 };
/** Steps in which a log is gone through at least. */
const STEPS_PER_EPOCH = 20;

/** What to learn, and from what. */
export interface AdamFit {
  /** One row per query `[queries.length, dim]`. */
  x: Matrix;
  queries: Int32Array;
  initial: Weights;
  /** Rows `[batch, dim]` of `x`, and which they are, to what `loss` reads `[batch, outputs]`. */
  predict(p: Record<string, Tensor>, rows: Tensor2D, picked: Int32Array): Tensor2D;
  loss: RowLoss;
  schedule: Schedule;
  rng: Rng;
}

/** Learns weights by minibatches. */
export async function fitByAdam(
  tf: TensorFlow,
  { x, queries, initial, predict, loss, schedule, rng }: AdamFit,
): Promise<Weights> {
  const { epochs, batch: most, rate, decay, dropout } = schedule;
  const optimizer = createOptimizer(tf, initial, decay);
  const batch = Math.min(most, Math.ceil(queries.length / STEPS_PER_EPOCH));
  const perEpoch = batch === 0 ? 0 : Math.ceil(queries.length / batch);
  const steps = Math.min(STEPS.most, dampedSteps(epochs * perEpoch, STEPS.all));
  let order = new Int32Array();
  for (let step = 0; step < steps; step++) {
    if (step % perEpoch === 0) order = rng.shuffle(Int32Array.from(queries.keys()));
    const picked = order.subarray((step % perEpoch) * batch, (step % perEpoch) * batch + batch);
    const rows = new Float32Array(picked.length * x.cols);
    picked.forEach((i, r) => rows.set(x.data.subarray(i * x.cols, (i + 1) * x.cols), r * x.cols));
    if (dropout > 0) dropOut(rows, dropout, rng);
    const chosen = Int32Array.from(picked, (i) => queries[i]!);
    optimizer.step(
      (weights) => meanLoss(tf, loss, chosen, predict(weights, tf.tensor2d(rows, [picked.length, x.cols]), picked)),
      0.5 * rate * (1 + Math.cos((Math.PI * step) / steps)),
    );
    // Others get a turn: fitting runs in a process that also reports progress.
    if (step % 64 === 63) await new Promise((resume) => setImmediate(resume));
  }
  const weights = await optimizer.weights();
  optimizer.dispose();
  return weights;
}

/** Zeroes a share of the values, and makes up for it in the others. */
function dropOut(values: Float32Array, share: number, rng: Rng): void {
  for (let i = 0; i < values.length; i++)
    if (values[i] !== 0) values[i] = rng.next() < share ? 0 : values[i]! / (1 - share);
}

/** Normal weights of a given spread. */
export function normal(rng: Rng, shape: number[], spread: number): Weights[string] {
  return { shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => spread * rng.normal()) };
}

export function zeros(...shape: number[]): Weights[string] {
  return { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) };
}
