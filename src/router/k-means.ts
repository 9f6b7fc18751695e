import { matrix } from '../math/matrix.js';
import type { Dataset } from '../dataset/dataset.js';
import { sumRecords } from '../dataset/records.js';
import { defineBaseline } from './fit/baseline.js';
import { cluster, nearestCentre } from './fit/clusters.js';
import { meansOf, shrunkMeans } from './fit/means.js';
import { sampleRows } from './fit/rows.js';

const MAX_CLUSTERS = 64;
const QUERIES_PER_CLUSTER = 20;

/** Sums and counts of LLMs' scores per cluster `[numLlms, numClusters]`. */
function clusterRecords(
  data: Dataset,
  queries: Int32Array,
  assigned: Int32Array,
  numClusters: number,
): { sum: Float32Array; count: Float32Array } {
  const [sum, count] = [matrix(data.numLlms, numClusters).data, matrix(data.numLlms, numClusters).data];
  const { start, llm, score, weight } = data.evidence;
  queries.forEach((q, i) => {
    const c = assigned[i]!;
    for (let e = start[q]!; e < start[q + 1]!; e++) {
      sum[llm[e]! * numClusters + c]! += weight[e]! * score[e]!;
      count[llm[e]! * numClusters + c]! += weight[e]!;
    }
  });
  return { sum, count };
}

/**
 * Each LLM's mean score on the cluster of queries whose centre is nearest, smoothed towards its overall mean.
 * Tables: `centres [numClusters, dim]`, `mean [numLlms, numClusters]`.
 */
export const kMeans = defineBaseline({
  name: 'k-means',
  title: 'k-means clusters of queries',
  learn(data, train, { tf, rng }) {
    const { queries, x } = sampleRows(data, train, rng);
    const numClusters = Math.max(1, Math.min(MAX_CLUSTERS, Math.floor(queries.length / QUERIES_PER_CLUSTER)));
    const { centres, assigned } = cluster(tf, x, numClusters, rng.fork('clusters'));
    const { sum, count } = clusterRecords(data, queries, assigned, centres.rows);
    const mean = shrunkMeans(meansOf(sumRecords(data, train)), sum, count);
    return {
      centres: { shape: [centres.rows, centres.cols], data: centres.data },
      mean: { shape: [data.numLlms, centres.rows], data: mean },
    };
  },
  restore({ centres, mean }) {
    const [rows, cols] = centres!.shape as [number, number];
    const table = { rows, cols, data: centres!.data };
    const numLlms = mean!.shape[0]!;
    return {
      score({ vector }) {
        const c = nearestCentre(vector, table);
        return Float32Array.from({ length: numLlms }, (_, l) => mean!.data[l * rows + c]!);
      },
    };
  },
});
