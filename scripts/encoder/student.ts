import type { Rng } from '../../src/base/rng.js';
import type { TensorFlow } from '../../src/tensor/types.js';
import { Adam } from './adam.js';
import { GLOVE_DIM } from './glove.js';
import type { Words } from './words.js';

const BATCH = 256;
/** Learning rates at the start; they fall to nothing, in a line. */
const RATES = { projection: 3e-3, residual: 1e-3, logWeights: 5e-3 } as const;
/** How much keeping neighbours neighbours counts, beside the cosine with the teacher. */
const SIMILARITY = 2;
/** How much the residuals' square length counts. */
const DECAY = 1e-4;

/** Texts as their words' numbers, and what the teacher says of each, `[texts, dim]` of unit length. */
export interface Lessons {
  tokens: readonly Int32Array[];
  targets: Float32Array;
}

/** The words of a batch, each once, and how often each is in each text, `[texts, words]`. */
function countWords(tokens: readonly Int32Array[], batch: Int32Array): { words: Int32Array; counts: Float32Array } {
  const words = [...new Set(Array.from(batch, (i) => [...tokens[i]!]).flat())];
  const place = new Map(words.map((word, i) => [word, i]));
  const counts = new Float32Array(batch.length * words.length);
  batch.forEach((text, i) => tokens[text]!.forEach((word) => (counts[i * words.length + place.get(word)!]! += 1)));
  return { words: Int32Array.from(words), counts };
}

const rowsOf = (values: Float32Array, rows: Int32Array, width: number): Float32Array => {
  const out = new Float32Array(rows.length * width);
  rows.forEach((row, i) => out.set(values.subarray(row * width, (row + 1) * width), i * width));
  return out;
};

export interface Student {
  /** One pass over the lessons at `texts`, in that order; returns the mean loss. `done` and `total` are passes. */
  epoch(texts: Int32Array, done: number, total: number): Promise<number>;
  /** The words' vectors now, `[words, dim]`. */
  table(): Float32Array;
}

/**
 * Learns a vector for each word, so that a text's sum of them points where the teacher's vector does:
 *
 *     word   = exp(weight) · (GloVe · A + residual)
 *     loss   = mean(1 − cos(sum of words, teacher)) + 2 · mean((similarities − the teacher's)²) + 1e-4 · |residual|²
 *
 * with similarities between all texts of a batch. A, residuals and weights are learned.
 */
export function createStudent(
  tf: TensorFlow,
  { base, logWeights, words }: Words,
  { tokens, targets }: Lessons,
  dim: number,
  rng: Rng,
): Student {
  const projection = new Adam(
    Float32Array.from({ length: GLOVE_DIM * dim }, () => 0.1 * rng.normal()),
    RATES.projection,
  );
  const residual = new Adam(new Float32Array(words.length * dim), RATES.residual);
  const weight = new Adam(Float32Array.from(logWeights), RATES.logWeights);
  const allOfProjection = Int32Array.of(0);

  async function step(batch: Int32Array, share: number): Promise<number> {
    const { words: used, counts } = countWords(tokens, batch);
    const tokensInBatch = batch.reduce((sum, text) => sum + tokens[text]!.length, 0);
    const tensors = tf.tidy(() => {
      const glove = tf.tensor2d(rowsOf(base, used, GLOVE_DIM), [used.length, GLOVE_DIM]);
      const bag = tf.tensor2d(counts, [batch.length, used.length]);
      const y = tf.tensor2d(rowsOf(targets, batch, dim), [batch.length, dim]);
      const shares = tf.sum(bag, 0).div(tokensInBatch);
      const wanted = tf.matMul(y, y, false, true);
      const { value, grads } = tf.valueAndGrads((a, r, w) => {
        const rows = tf.mul(tf.add(tf.matMul(glove, a!, false, false), r!), tf.exp(w!));
        const sums = tf.matMul(bag, rows as typeof bag);
        const e = tf.div(sums, tf.sqrt(tf.add(tf.sum(tf.square(sums), 1, true), 1e-12))) as typeof bag;
        const cosine = tf.mean(tf.sum(tf.mul(e, y), 1));
        const similarity = tf.mean(tf.square(tf.sub(tf.matMul(e, e, false, true), wanted)));
        const decay = tf.sum(tf.mul(tf.sum(tf.square(r!), 1), shares));
        return tf.addN([tf.sub(1, cosine), tf.mul(similarity, SIMILARITY), tf.mul(decay, DECAY)]).asScalar();
      })([
        tf.tensor2d(projection.values, [GLOVE_DIM, dim]),
        tf.tensor2d(rowsOf(residual.values, used, dim), [used.length, dim]),
        tf.tensor2d(rowsOf(weight.values, used, 1), [used.length, 1]),
      ]);
      return [value, ...grads];
    });
    const [loss, a, r, w] = await Promise.all(tensors.map((tensor) => tensor.data()));
    tf.dispose(tensors);
    projection.step(a!, allOfProjection, GLOVE_DIM * dim, share);
    residual.step(r!, used, dim, share);
    weight.step(w!, used, 1, share);
    return loss![0]!;
  }

  return {
    async epoch(texts, done, total) {
      let sum = 0;
      for (let at = 0; at < texts.length; at += BATCH) {
        const batch = texts.subarray(at, at + BATCH);
        sum += batch.length * (await step(batch, 1 - (done + at / texts.length) / total));
      }
      return sum / texts.length;
    },
    table: () => {
      const values = tf.tidy(() => {
        const rows = tf.add(
          tf.matMul(tf.tensor2d(base, [words.length, GLOVE_DIM]), tf.tensor2d(projection.values, [GLOVE_DIM, dim])),
          tf.tensor2d(residual.values, [words.length, dim]),
        );
        return tf.mul(rows, tf.exp(tf.tensor2d(weight.values, [words.length, 1]))).dataSync();
      });
      return values as Float32Array;
    },
  };
}
