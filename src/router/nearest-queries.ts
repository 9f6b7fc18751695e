import { matrix } from '../math/matrix.js';
import { sumRecords } from '../dataset/records.js';
import { timesMatrix, transposed } from '../math/linear.js';
import { defineBaseline } from './fit/baseline.js';
import { meansOf } from './fit/means.js';
import { vectorsOf } from './fit/rows.js';
import { sampleInOrder } from '../math/sample.js';

/** Neighbours whose scores are averaged. */
const NEIGHBOURS = 100;
/** What an LLM's overall mean counts among its neighbours' scores, so that one answer doesn't decide. */
const MEAN_STRENGTH = 2;
/** Queries that are kept: every one is compared with at serving. */
const MAX_KEPT = 16_384;

/** The indices of the `k` largest values. */
function largest(values: Float32Array, k: number): Int32Array {
  if (values.length <= k) return Int32Array.from(values.keys());
  // Typed arrays sort numbers natively; ties at the threshold go to the earlier.
  const threshold = values.toSorted()[values.length - k]!;
  const out = new Int32Array(k);
  let size = 0;
  for (let i = 0; i < values.length; i++) if (values[i]! > threshold) out[size++] = i;
  for (let i = 0; size < k; i++) if (values[i] === threshold) out[size++] = i;
  return out;
}

/**
 * Each LLM's mean score on the k logged queries nearest by cosine of their encodings.
 * Tables: `mean [numLlms]`, `vectors [numKept, dim]`, `scores [numKept, numLlms]` (NaN where none is logged), and,
 * where not all count wholly, `weights` of the same shape.
 */
export const nearestQueries = defineBaseline({
  name: 'nearest-queries',
  title: `k nearest queries (k = ${NEIGHBOURS})`,
  learn(data, train, { rng }) {
    const mean = meansOf(sumRecords(data, train));
    const kept = sampleInOrder(train, MAX_KEPT, rng);
    const scores = matrix(kept.length, data.numLlms);
    scores.data.fill(NaN);
    const weights = matrix(kept.length, data.numLlms);
    weights.data.fill(1);
    const { start, llm, score, weight } = data.evidence;
    kept.forEach((q, i) => {
      for (let e = start[q]!; e < start[q + 1]!; e++) {
        scores.data[i * data.numLlms + llm[e]!] = score[e]!;
        weights.data[i * data.numLlms + llm[e]!] = weight[e]!;
      }
    });
    return {
      mean: { shape: [data.numLlms], data: mean },
      vectors: { shape: [kept.length, data.dim], data: vectorsOf(data, kept).data },
      scores: { shape: [kept.length, data.numLlms], data: scores.data },
      ...(weights.data.some((w) => w < 1) && { weights: { shape: [kept.length, data.numLlms], data: weights.data } }),
    };
  },
  restore({ mean, vectors, scores, weights }) {
    const [numKept, dim] = vectors!.shape as [number, number];
    const numLlms = mean!.data.length;
    // By dimension, so that those that are 0 in the query, which most are, cost nothing.
    const byDimension = transposed(vectors!.data, numKept, dim);
    return {
      score({ vector }) {
        const similarity = timesMatrix(vector, byDimension, numKept);
        const total = mean!.data.map((m) => m * MEAN_STRENGTH);
        const seen = new Float32Array(numLlms).fill(MEAN_STRENGTH);
        for (const i of largest(similarity, NEIGHBOURS)) {
          for (let l = 0; l < numLlms; l++) {
            const score = scores!.data[i * numLlms + l]!;
            if (Number.isNaN(score)) continue;
            const weight = weights?.data[i * numLlms + l] ?? 1;
            total[l]! += weight * score;
            seen[l]! += weight;
          }
        }
        return total.map((t, l) => t / seen[l]!);
      },
    };
  },
});
