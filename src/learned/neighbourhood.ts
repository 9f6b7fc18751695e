import type { Rng } from '../base/rng.js';
import type { TensorFlow, Tensor2D } from '../tensor/types.js';
import type { Dataset } from '../dataset/dataset.js';
import type { Weights } from '../math/weights.js';
import { CHANCE, OWN, QUERY, SHARED } from './constants.js';
import { learnDirections, type SharedDirections } from './covariance.js';
import type { Residuals } from './residuals.js';
import { unitRows } from './semantics.js';

/** Most logged queries that others hear from: it bounds the cost of a decision. */
export const MAX_ANCHORS = 1024;
/** Queries that messages are fitted on, by how many LLMs there are: it bounds the cost of fitting. */
const fittedOn = (numLlms: number): number => Math.max(512, Math.min(8_192, Math.floor(200_000 / numLlms)));
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
/** How much of nearness is only there where the words are alike, too. */
export const WORDS_SHARE = 0.5;

/** Where queries lie among their neighbours: all that {@link nearness} reads of them. */
export type Located = {
  /** By meaning, and by how they are written `[n, axes + style features]`; see {@link neighbourCoordinates}. */
  places: Tensor2D;
  /** By their words, of unit length `[n, word axes]`; no columns where the encoder has none. */
  words: Tensor2D;
  /** How likely they are of each task `[n, numTasks]`, or {@link taskRows}. */
  tasks: Tensor2D;
};

/**
 * Where queries lie among their neighbours `[n, axes + style features]`: by meaning, and by how they are written, as
 * {@link styleTensor} has it.
 */
export function neighbourCoordinates(tf: TensorFlow, semantic: Tensor2D, style: Tensor2D): Tensor2D {
  return tf.concat([tf.mul(unitRows(tf, semantic), Math.sqrt(MEANING_SHARE)), style], 1);
}

/**
 * How near queries are to anchors `[n, numAnchors]`: exp(−|c − c′|²) by their places, times ½ + ½ w·w′ by their words,
 * times how far their tasks agree.
 */
export function nearness(tf: TensorFlow, queries: Located, anchors: Located): Tensor2D {
  const square = (x: Tensor2D): Tensor2D => tf.sum(tf.square(x), 1, true);
  const distance = tf.sub(
    tf.add(square(queries.places), tf.transpose(square(anchors.places))),
    tf.mul(tf.matMul(queries.places, anchors.places, false, true), 2),
  );
  const near = tf.mul(tf.exp(tf.neg(tf.relu(distance))), tf.matMul(queries.tasks, anchors.tasks, false, true));
  if (queries.words.shape[1] === 0) return near as Tensor2D;
  const alike = tf.matMul(queries.words, anchors.words, false, true);
  return tf.mul(near, tf.add(tf.mul(alike, WORDS_SHARE), 1 - WORDS_SHARE));
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

/** How far what answers share with those near by varies. */
export interface Spread {
  /** What the variances of {@link fitMessages} are multiplied by. */
  variance: number;
  /** Whether LLMs' strengths vary together in directions that are learned; see `covariance.ts`. */
  directions: boolean;
}

/** A spread as the table `anchor/spread` has it, and back. */
export const spreadTable = ({ variance, directions }: Spread): Weights[string] => ({
  shape: [2],
  data: Float32Array.of(variance, Number(directions)),
});
export const spreadIn = ({ data: [variance, directions] }: Weights[string]): Spread => ({
  variance: variance!,
  directions: directions === 1,
});

/** How near the queries that messages are fitted to are to anchors `[n, numAnchors]`, and anchors to one another. */
export interface Kernels {
  fitted: Tensor2D;
  among: Tensor2D;
}

export function kernelsOf(tf: TensorFlow, fitted: Located, anchors: Located): Kernels {
  const jitter = tf.mul(tf.eye(anchors.places.shape[0]), JITTER);
  return { fitted: nearness(tf, fitted, anchors), among: tf.add(nearness(tf, anchors, anchors), jitter) };
}

/** What anchors tell the queries around them, in one fold. */
export type Messages = {
  /** Of each LLM beside the others, and of them all, which is the last column `[numAnchors, numLlms + 1]`. */
  messages: Tensor2D;
  /** How much better each LLM is than its level, as it was asked harder queries than others `[1, numLlms]`. */
  shift: Tensor2D;
};

/**
 * What anchors tell the queries around them, for every fold at once: the posterior mean of a Gaussian process over
 * queries, on a subset of regressors (Smola & Schölkopf 2000), of
 *
 *     r_qm = u(q) + w_m(q) + δ_q + ε,    u ~ SHARED · k,  w_m ~ OWN · k,  δ ~ QUERY,  ε ~ CHANCE
 *
 * the residual r of an LLM's answer being how much easier the query is for all LLMs, and for this one. First u from
 * each query's mean residual, which counts the more the more LLMs answered; then every w_m from what is left, less what
 * the query's other answers say of δ_q. A sole answer tells both. Where LLMs' strengths are alike in some directions,
 * w_m has a share of each besides (`covariance.ts`); they are learned from the first fold, and are the same in all.
 */
export function fitMessages(
  tf: TensorFlow,
  { fitted: kernel, among }: Kernels,
  folds: readonly Residuals[],
  { variance, directions }: Spread,
  rng: Rng,
): Messages[] {
  return tf.tidy(() => {
    /**
     * Least squares of `targets` under weights, with this prior variance, and in further directions of the anchors of
     * unit variance: what each anchor tells.
     */
    const posterior = (
      targets: Tensor2D,
      weights: Tensor2D,
      prior: number,
      shared: SharedDirections | null = null,
    ): Tensor2D => {
      const inputs = shared === null ? kernel : (tf.concat([kernel, tf.matMul(kernel, shared)], 1) as Tensor2D);
      const sizes = shared === null ? [among.shape[0]] : [among.shape[0], shared.shape[1]];
      /** The prior's precision times `x`. */
      const precise = (x: Tensor2D): Tensor2D => {
        const [nearby, further] = tf.split(x, sizes, 0) as [Tensor2D, Tensor2D?];
        const own = tf.mul(tf.matMul(among, nearby), 1 / prior) as Tensor2D;
        return further === undefined ? own : (tf.concat([own, further], 0) as Tensor2D);
      };
      const solved = conjugateGradients(
        tf,
        (x) => tf.add(tf.matMul(inputs, tf.mul(tf.matMul(inputs, x), weights) as Tensor2D, true), precise(x)),
        tf.matMul(inputs, tf.mul(targets, weights) as Tensor2D, true),
      );
      if (shared === null) return solved;
      const [nearby, further] = tf.split(solved, sizes, 0) as [Tensor2D, Tensor2D];
      return tf.add(nearby, tf.matMul(shared, further));
    };
    const join = (columns: readonly Tensor2D[]): Tensor2D => tf.concat(columns as Tensor2D[], 1);
    const totals = folds.map(({ residuals, known }) => ({
      answers: tf.sum(known, 1, true) as Tensor2D,
      sum: tf.sum(tf.mul(residuals, known), 1, true) as Tensor2D,
    }));
    const shared = posterior(
      join(totals.map(({ answers, sum }) => tf.divNoNan(sum, answers) as Tensor2D)),
      join(totals.map(({ answers }) => tf.div(answers, tf.add(tf.mul(answers, QUERY), CHANCE)) as Tensor2D)),
      SHARED * variance,
    );
    const perFold = tf.split(tf.matMul(kernel, shared), folds.length, 1) as Tensor2D[];
    const own = folds.map(({ residuals, known, strength, above }, f) => {
      const { answers } = totals[f]!;
      const left = tf.mul(tf.sub(residuals, perFold[f]!), tf.sign(known)) as Tensor2D;
      // Of a query's other answers: what they say of the query, and how sure that is.
      const others = tf.relu(tf.sub(answers, known)) as Tensor2D;
      const sure = tf.add(tf.mul(others, QUERY), CHANCE);
      const harder = tf.div(
        tf.mul(tf.sub(tf.sum(tf.mul(left, known), 1, true), tf.mul(left, known)), QUERY),
        sure,
      ) as Tensor2D;
      const counts = tf.div(known, tf.add(tf.div(QUERY * CHANCE, sure), CHANCE)) as Tensor2D;
      const targets = tf.mul(tf.sub(left, harder), tf.sign(known)) as Tensor2D;
      // The level was drawn towards its prior once: what is found beyond it is not drawn from there again.
      const shift = tf.div(
        tf.sub(tf.sum(tf.mul(targets, known), 0, true), tf.mul(above, strength)),
        tf.add(tf.sum(known, 0, true), strength),
      ) as Tensor2D;
      return { shift, counts, targets: tf.mul(tf.sub(targets, shift), tf.sign(known)) as Tensor2D };
    });
    const along = directions ? learnDirections(tf, { fitted: kernel, among }, own[0]!, OWN * variance, rng) : null;
    const alone = posterior(join(own.map((o) => o.targets)), join(own.map((o) => o.counts)), OWN * variance, along);
    const alones = tf.split(alone, folds.length, 1) as Tensor2D[];
    const shares = tf.split(shared, folds.length, 1) as Tensor2D[];
    return own.map(({ shift }, f) => ({ messages: join([alones[f]!, shares[f]!]), shift }));
  });
}

/** What anchors tell of every LLM at queries that are so near to them, beyond its level and task `[n, numLlms]`. */
export function toldBy(tf: TensorFlow, near: Tensor2D, { messages, shift }: Messages): Tensor2D {
  const told = tf.matMul(near, messages);
  const [own, shared] = tf.split(told, [shift.shape[1], 1], 1) as [Tensor2D, Tensor2D];
  return tf.add(tf.add(own, shared), shift);
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

/** Splits queries into `count` folds at random. */
export function splitFolds(queries: Int32Array, count: number, rng: Rng): Int32Array[] {
  const order = rng.shuffle(queries.slice());
  return Array.from({ length: count }, (_, f) => order.filter((_q, i) => i % count === f));
}
