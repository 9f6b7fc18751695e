import { PointsmanError } from '../base/errors.js';
import type { ProfileVectors } from '../profile/vectors.js';
import { sigmoid, timesMatrix } from '../scoring/linear.js';
import type { TrainedModel } from '../scoring/model.js';

/**
 * The profiles of a trained model as any router can read them: LLMs and queries in the space where the decoder matches
 * them, with M_q = `match_query/kernel` and M_l = `match_llm/kernel`:
 *
 *     llm   = h_llm · M_l
 *     query = swish(x · W + b) · M_q
 *
 * @throws PointsmanError `internal` where the model lacks one of these tables
 */
export function trainedProfiles({ tables, names }: TrainedModel): ProfileVectors {
  const table = (name: string): { shape: number[]; data: Float32Array } => {
    const found = tables[name];
    if (found === undefined) throw new PointsmanError('internal', `tables: expected ${name}, got ${Object.keys(tables).length} others`);
    return found;
  };
  const [kernel, bias, matchQuery, matchLlm, embedding] = [table('query/kernel'), table('query/bias'), table('match_query/kernel'), table('match_llm/kernel'), table('embedding/llm')];
  const hidden = kernel.shape[1]!;
  const dim = matchQuery.shape[1]!;
  return {
    dim,
    llms: names.llms.map((_, l) => timesMatrix(embedding.data.subarray(l * hidden, (l + 1) * hidden), matchLlm.data, dim)),
    place(query) {
      const state = timesMatrix(query, kernel.data, hidden);
      for (let i = 0; i < hidden; i++) {
        const z = state[i]! + bias.data[i]!;
        state[i] = z * sigmoid(z);
      }
      return timesMatrix(state, matchQuery.data, dim);
    },
  };
}
