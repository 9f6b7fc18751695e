import type { Rng } from '../../src/base/rng.js';
import { meaningText } from '../../src/encoder/static.js';
import { MAX_TOKENS, Vocabulary } from '../../src/encoder/vocabulary.js';
import { leadingDirections } from '../../src/tensor/subspace.js';
import type { TensorFlow } from '../../src/tensor/types.js';
import type { Lessons } from './student.js';
import { TEACHER_DIM } from './teacher.js';

/**
 * The teacher's vectors less the mean of the first `sentences`, turned into the `dim` directions in which those differ
 * most, `[texts, dim]`, each of unit length.
 */
export function reduceTeacher(
  tf: TensorFlow,
  vectors: readonly Float32Array[],
  sentences: number,
  dim: number,
  rng: Rng,
): Float32Array {
  const mean = new Float64Array(TEACHER_DIM);
  for (let i = 0; i < sentences; i++) vectors[i]!.forEach((x, d) => (mean[d]! += x / sentences));
  const centred = new Float32Array(vectors.length * TEACHER_DIM);
  vectors.forEach((vector, i) => vector.forEach((x, d) => (centred[i * TEACHER_DIM + d] = x - mean[d]!)));
  const basis = leadingDirections(
    tf,
    { rows: sentences, cols: TEACHER_DIM, data: centred.subarray(0, sentences * TEACHER_DIM) },
    dim,
    rng,
  );
  return tf.tidy(() => {
    const turned = tf.matMul(
      tf.tensor2d(centred, [vectors.length, TEACHER_DIM]),
      tf.transpose(tf.tensor2d(basis, [dim, TEACHER_DIM])),
    );
    return tf.div(turned, tf.sqrt(tf.add(tf.sum(tf.square(turned), 1, true), 1e-12))).dataSync();
  }) as Float32Array;
}

/** The words of each text, as the encoder will see them. */
export function readTokens(texts: readonly string[], words: readonly string[]): Int32Array[] {
  const vocabulary = new Vocabulary(words);
  const found = new Int32Array(MAX_TOKENS);
  return texts.map((text) => found.slice(0, vocabulary.tokens(meaningText(text), found)));
}

/** Mean cosine of the sums of the words' vectors in `table` `[words, dim]` with the targets, over `texts`. */
export function meanCosine(table: Float32Array, { tokens, targets }: Lessons, texts: Int32Array, dim: number): number {
  let total = 0;
  for (const text of texts) {
    const sum = new Float64Array(dim);
    for (const word of tokens[text]!) for (let d = 0; d < dim; d++) sum[d]! += table[word * dim + d]!;
    let [dot, square] = [0, 0];
    for (let d = 0; d < dim; d++) {
      dot += sum[d]! * targets[text * dim + d]!;
      square += sum[d]! ** 2;
    }
    total += square === 0 ? 0 : dot / Math.sqrt(square);
  }
  return total / texts.length;
}
