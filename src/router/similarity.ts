import { toUnit } from '../math/unit.js';
import { dot } from '../math/linear.js';
import type { ProfileRouter } from './types.js';

/** Cosine of the query's place and the LLM's profile, from [−1, 1] to [0, 1]. There is nothing to learn. */
export const similarity: ProfileRouter = {
  name: 'similarity',
  title: 'similarity',
  async fit(_data, _train, profiles) {
    const llms = profiles.llms.map((vector) => toUnit(vector.slice()));
    return {
      score({ vector }) {
        const query = toUnit(profiles.place(vector).slice());
        return Float32Array.from(llms, (llm) => (1 + dot(query, 0, llm, 0, profiles.dim)) / 2);
      },
    };
  },
};
