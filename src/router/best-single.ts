import { sumRecords } from '../dataset/records.js';
import { defineBaseline } from './fit/baseline.js';
import { meansOf } from './fit/means.js';

/** The LLM with the best mean score, for every query. Tables: `mean [numLlms]`. */
export const bestSingle = defineBaseline({
  name: 'best-single',
  title: 'best single LLM',
  learn(data, train) {
    const mean = meansOf(sumRecords(data, train));
    return { mean: { shape: [mean.length], data: mean } };
  },
  restore: ({ mean }) => ({ score: () => mean!.data.slice() }),
});
