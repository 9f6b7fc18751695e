import type { Rng } from '../base/rng.js';
import { sample } from '../math/sample.js';
import { compute } from '../tensor/compute.js';
import type { TensorFlow, Tensor2D } from '../tensor/types.js';
import type { Dataset } from '../dataset/dataset.js';
import type { Weights } from '../math/weights.js';
import { CHANCE, OWN, QUERY, SHARED } from './constants.js';
import { learnDirections } from './covariance.js';
import { leastSquares, type Features } from './features.js';
import { answersByLlm, ownEvidence, type AnswersOf } from './own-evidence.js';
import type { Residuals } from './residuals.js';
import { unitRows } from './semantics.js';

/** Most logged queries that others hear from: it bounds the cost of a decision. */
export const MAX_ANCHORS = 1024;
/** Most queries that messages are fitted on, and most answers to them: they bound the memory and time of fitting. */
const MOST_FITTED = { queries: 32_768, answers: 400_000 };

/** How many of these queries messages are fitted on. */
function fittedOn({ evidence: { start } }: Dataset, queries: Int32Array): number {
  const answers = queries.reduce((sum, q) => sum + start[q + 1]! - start[q]!, 0);
  return Math.floor(Math.min(MOST_FITTED.queries, (MOST_FITTED.answers * queries.length) / Math.max(1, answers)));
}

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
 * w_m has a share of each besides (`covariance.ts`).
 *
 * @param folds of the same answers
 */
export function fitMessages(
  tf: TensorFlow,
  features: Features,
  folds: readonly Residuals[],
  { variance, directions }: Spread,
  rng: Rng,
): Messages[] {
  const { values, whitening } = features;
  const size = values.shape[0];
  const numLlms = folds[0]!.above.length;
  /** A column for each fold, of the rows that are given. */
  const columns = (rows: number, of: (fold: number, row: number) => number): Tensor2D =>
    tf.tensor2d(
      Float32Array.from({ length: rows * folds.length }, (_, i) => of(i % folds.length, Math.floor(i / folds.length))),
      [rows, folds.length],
    );
  const totals = folds.map(({ query, residual, known }) => {
    const [answers, sum] = [new Float32Array(size), new Float32Array(size)];
    known.forEach((count, e) => {
      answers[query[e]!]! += count;
      sum[query[e]!]! += count * residual[e]!;
    });
    return { answers, sum };
  });
  return tf.tidy(() => {
    const shared = leastSquares(tf, values, {
      targets: columns(size, (f, q) => totals[f]!.sum[q]! / (totals[f]!.answers[q]! || 1)),
      weights: columns(size, (f, q) => totals[f]!.answers[q]! / (totals[f]!.answers[q]! * QUERY + CHANCE)),
      variance: SHARED * variance,
    });
    const easier = compute(tf, () => tf.matMul(values, shared));
    const own = folds.map((fold, f) =>
      ownEvidence(fold, {
        shared: (q) => easier[q * folds.length + f]!,
        answers: totals[f]!.answers,
        numLlms,
      }),
    );
    const each = answersByLlm(folds[0]!, numLlms);
    const prior = OWN * variance;
    // Those of a fold without its answers: what is weighed by how well it foretells them must not know them.
    const along = (directions ? own : []).map(
      (of) => tf.div(learnDirections(tf, features, { each, ...of }, prior, rng), Math.sqrt(prior)) as Tensor2D,
    );
    /** Weights of features `[numAnchors, folds]` that say what one LLM is beside the others. */
    const alone = ({ entries, queries }: AnswersOf): Tensor2D => {
      if (entries.length === 0) return tf.zeros([values.shape[1], folds.length]);
      const near = entries.length === size ? values : (tf.gather(values, tf.tensor1d(queries, 'int32')) as Tensor2D);
      const targets = columns(entries.length, (f, e) => own[f]!.targets[entries[e]!]!);
      const weights = columns(entries.length, (f, e) => own[f]!.counts[entries[e]!]!);
      if (!directions) return leastSquares(tf, near, { targets, weights, variance: prior });
      const column = (of: Tensor2D, f: number): Tensor2D => tf.slice(of, [0, f], [entries.length, 1]);
      const solved = along.map((further, f) => {
        const inputs = tf.concat([near, tf.matMul(near, further)], 1) as Tensor2D;
        const of = { targets: column(targets, f), weights: column(weights, f), variance: prior };
        const [byNearness, byDirection] = tf.split(
          leastSquares(tf, inputs, of),
          [values.shape[1], further.shape[1]],
          0,
        ) as [Tensor2D, Tensor2D];
        return tf.add(byNearness, tf.matMul(further, byDirection)) as Tensor2D;
      });
      return tf.concat(solved, 1);
    };
    const weights = tf.concat([...each.map((of) => tf.tidy(() => alone(of))), shared], 1) as Tensor2D;
    const messages = tf.reshape(tf.matMul(whitening, weights), [values.shape[1], numLlms + 1, folds.length]);
    return own.map(({ shift }, f) => ({
      messages: tf.reshape(tf.slice(messages, [0, 0, f], [-1, -1, 1]), [values.shape[1], numLlms + 1]) as Tensor2D,
      shift: tf.tensor2d(shift, [1, numLlms]),
    }));
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
  rng: Rng,
): { anchors: Int32Array; fitted: Int32Array } {
  return {
    anchors: sample(queries, MAX_ANCHORS, rng).toSorted(),
    fitted: sample(queries, fittedOn(data, queries), rng).toSorted(),
  };
}

/** Splits queries into `count` folds at random. */
export function splitFolds(queries: Int32Array, count: number, rng: Rng): Int32Array[] {
  const order = rng.shuffle(queries.slice());
  return Array.from({ length: count }, (_, f) => order.filter((_q, i) => i % count === f));
}
