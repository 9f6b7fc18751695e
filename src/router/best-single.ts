import { sumRecords } from '../profile/structured/records.js';
import type { Router } from './types.js';

/** The LLM with the best mean score, for every query. */
export const bestSingle: Router = {
  name: 'best single LLM',
  told: false,
  fit(data, train) {
    const { sum, count } = sumRecords(data, train);
    const means = sum.map((s, l) => s / Math.max(1, count[l]!));
    return { score: () => means };
  },
};
