import type { Rng } from '../base/rng.js';
import type { TensorFlow, Tensor2D } from '../tensor/types.js';
import type { Dataset } from '../dataset/dataset.js';
import { residualsOf } from './residuals.js';
import { unitRows } from './semantics.js';

/** Most logged queries that others hear from: it bounds the cost of a decision. */
export const MAX_ANCHORS = 1024;
/** Queries that messages are fitted on, by how many LLMs there are: it bounds the cost of fitting. */
const fittedOn = (numLlms: number): number => Math.max(512, Math.min(8_192, Math.floor(200_000 / numLlms)));
/** Ridge on messages. Flat between 8 and 15 on the llmrouter log. */
const RIDGE = 12;
/** Keeps the kernel of anchors that lie in the same place solvable. */
const JITTER = 1e-3;
const ITERATIONS = 60;

/**
 * Each task as a vector of unit length `[numTasks + 1, numTasks]`, the last for an unknown one: products say how far
 * two tasks agree.
 */
function taskVectors(numTasks: number): Float32Array[] {
  const known = Array.from({ length: numTasks }, (_, t) => new Float32Array(numTasks).fill(1, t, t + 1));
  return [...known, new Float32Array(numTasks).fill(1 / Math.sqrt(numTasks))];
}

/** The tasks of logged queries as vectors `[queries.length, numTasks]`. */
export function taskRows(data: Dataset, queries: ArrayLike<number>): Float32Array {
  const vectors = taskVectors(data.numTasks);
  const out = new Float32Array(queries.length * data.numTasks);
  for (let i = 0; i < queries.length; i++)
    out.set(vectors[data.taskOf[queries[i]!]! < 0 ? data.numTasks : data.taskOf[queries[i]!]!]!, i * data.numTasks);
  return out;
}

/** How much of a neighbourhood's place is meaning: the square length of its semantic part. */
export const MEANING_SHARE = 0.5;

/**
 * Where queries lie among their neighbours `[n, axes + style features]`: by meaning, and by how they are written, as
 * {@link styleTensor} has it.
 */
export function neighbourCoordinates(tf: TensorFlow, semantic: Tensor2D, style: Tensor2D): Tensor2D {
  return tf.concat([tf.mul(unitRows(tf, semantic), Math.sqrt(MEANING_SHARE)), style], 1);
}

/**
 * How near queries are to anchors `[n, numAnchors]`: exp(−|c − c′|²) by their places `[n, size]`, times how far their
 * tasks agree (`[n, numTasks]`, probabilities or {@link taskRows}).
 */
export function nearness(
  tf: TensorFlow,
  places: Tensor2D,
  tasks: Tensor2D,
  anchors: { places: Tensor2D; tasks: Tensor2D },
): Tensor2D {
  const square = (x: Tensor2D): Tensor2D => tf.sum(tf.square(x), 1, true);
  const distance = tf.sub(
    tf.add(square(places), tf.transpose(square(anchors.places))),
    tf.mul(tf.matMul(places, anchors.places, false, true), 2),
  );
  return tf.mul(tf.exp(tf.neg(tf.relu(distance))), tf.matMul(tasks, anchors.tasks, false, true));
}

/** Columns of linear systems with a symmetric positive operator, solved together by conjugate gradients from zero. */
function conjugateGradients(tf: TensorFlow, apply: (x: Tensor2D) => Tensor2D, right: Tensor2D): Tensor2D {
  const dotted = (a: Tensor2D, b: Tensor2D): Tensor2D => tf.sum(tf.mul(a, b), 0, true);
  let state = [tf.zerosLike(right), tf.clone(right), tf.clone(right)] as [
    x: Tensor2D,
    residual: Tensor2D,
    direction: Tensor2D,
  ];
  for (let i = 0; i < ITERATIONS; i++) {
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
  }
  const [x, ...rest] = state;
  tf.dispose(rest);
  return x;
}

/** Logged answers that messages are fitted to, some of which are left out for each fold. */
export interface Fitted {
  /** Places and tasks of their queries, as {@link nearness} takes them. */
  places: Tensor2D;
  tasks: Tensor2D;
  /**
   * For each fold, residuals times how far they count, and how far that is `[n, numLlms + 1]`; 0 where none is logged
   * or a query is left out of it.
   */
  folds: readonly { residuals: Tensor2D; known: Tensor2D }[];
}

/**
 * What anchors tell the queries around them: messages α `[numAnchors, numLlms + 1]` whose sum, weighted by nearness,
 * comes closest to the residuals r of logged answers, by kernel ridge regression on a subset of regressors
 * (Smola & Schölkopf 2000), for every fold at once:
 *
 *     min over α of Σ w (r − K α)² + λ αᵀ K_aa α
 */
export function fitMessages(
  tf: TensorFlow,
  anchors: { places: Tensor2D; tasks: Tensor2D },
  { places, tasks, folds }: Fitted,
): Tensor2D[] {
  return tf.tidy(() => {
    const kernel = nearness(tf, places, tasks, anchors);
    const among = tf.add(
      nearness(tf, anchors.places, anchors.tasks, anchors),
      tf.mul(tf.eye(anchors.places.shape[0]), JITTER),
    ) as Tensor2D;
    const joined = (of: 'residuals' | 'known'): Tensor2D =>
      tf.concat(
        folds.map((fold) => fold[of]),
        1,
      );
    const known = joined('known');
    const apply = (x: Tensor2D): Tensor2D =>
      tf.add(
        tf.matMul(kernel, tf.mul(tf.matMul(kernel, x), known) as Tensor2D, true),
        tf.mul(tf.matMul(among, x), RIDGE),
      );
    const all = conjugateGradients(tf, apply, tf.matMul(kernel, joined('residuals'), true));
    return tf.split(all, folds.length, 1) as Tensor2D[];
  });
}

/** Up to {@link MAX_ANCHORS} anchors, and the queries that their messages are fitted on. */
export function drawNeighbourhood(
  data: Dataset,
  queries: Int32Array,
  sample: (pool: Int32Array, size: number) => Int32Array,
): { anchors: Int32Array; fitted: Int32Array } {
  return {
    anchors: sample(queries, MAX_ANCHORS).toSorted(),
    fitted: sample(queries, fittedOn(data.numLlms)).toSorted(),
  };
}

/**
 * Answers of residual 0 that a query's mean residual counts besides its own: of a sole answer, half is put down to the
 * query.
 */
const COMMON_STRENGTH = 1;

/**
 * Residuals of `queries` times how far they count, and how far that is, 0 where none is logged, as tensors
 * `[queries.length, numLlms + 1]`: of each LLM beside what is so of all, which is the last column: how much easier a
 * query is than its task. Those of `without` are left out.
 */
export function residualTensors(
  tf: TensorFlow,
  {
    data,
    queries,
    expected,
    without,
  }: { data: Dataset; queries: Int32Array; expected: Float32Array; without: ReadonlySet<number> },
): { residuals: Tensor2D; known: Tensor2D } {
  const { numLlms, evidence } = data;
  const columns = numLlms + 1;
  const own = residualsOf(data, queries, expected);
  const residuals = new Float32Array(queries.length * columns);
  const known = new Float32Array(residuals.length);
  queries.forEach((q, i) => {
    if (without.has(q)) return;
    const [from, to] = [evidence.start[q]!, evidence.start[q + 1]!];
    let [sum, answers] = [0, 0];
    for (let e = from; e < to; e++) {
      sum += evidence.weight[e]! * own[i * numLlms + evidence.llm[e]!]!;
      answers += evidence.weight[e]!;
    }
    const common = sum / (answers + COMMON_STRENGTH);
    const note = (column: number, residual: number, weight: number): void => {
      residuals[i * columns + column] = weight * residual;
      known[i * columns + column] = weight;
    };
    for (let e = from; e < to; e++)
      note(evidence.llm[e]!, own[i * numLlms + evidence.llm[e]!]! - common, evidence.weight[e]!);
    note(numLlms, common, Math.min(1, answers));
  });
  const shape: [number, number] = [queries.length, columns];
  return { residuals: tf.tensor2d(residuals, shape), known: tf.tensor2d(known, shape) };
}

/** Splits queries into `count` folds at random. */
export function splitFolds(queries: Int32Array, count: number, rng: Rng): Int32Array[] {
  const order = rng.shuffle(queries.slice());
  return Array.from({ length: count }, (_, f) => order.filter((_q, i) => i % count === f));
}
