import { dot } from '../scoring/linear.js';
import { sumRecords } from '../profile/structured/records.js';
import type { Router } from './types.js';

/** Neighbours whose scores are averaged. */
const NEIGHBOURS = 100;
/** What an LLM's overall mean counts among its neighbours' scores, so that one answer doesn't decide. */
const MEAN_STRENGTH = 2;

/** Each LLM's mean score on the k logged queries nearest by cosine of their encodings. */
export const nearestQueries: Router = {
  name: `k nearest queries (k = ${NEIGHBOURS})`,
  told: false,
  fit(data, train) {
    const { sum, count } = sumRecords(data, train);
    const means = sum.map((s, l) => s / Math.max(1, count[l]!));
    const { start, llm, score } = data.evidence;
    return {
      score({ vector }) {
        const similarity = Float32Array.from(train, (q) => dot(vector, 0, data.queries[q]!, 0, data.dim));
        const nearest = Array.from(similarity.keys())
          .toSorted((a, b) => similarity[b]! - similarity[a]!)
          .slice(0, NEIGHBOURS);
        const total = means.map((m) => m * MEAN_STRENGTH);
        const seen = new Float32Array(data.numLlms).fill(MEAN_STRENGTH);
        for (const i of nearest) {
          for (let e = start[train[i]!]!; e < start[train[i]! + 1]!; e++) {
            total[llm[e]!]! += score[e]!;
            seen[llm[e]!]!++;
          }
        }
        return total.map((t, l) => t / seen[l]!);
      },
    };
  },
};
