import type { Dataset } from '../profile/structured/dataset.js';
import { BASELINES } from '../router/baselines.js';
import type { FitTools, FittedRouter } from '../router/types.js';
import { addQuery, createTally, oracleScores, type Tally } from './metrics.js';

/** How one contender did on held-out queries. */
export interface Contender {
  name: string;
  told: boolean;
  tally: Tally;
}

export const LEARNED = 'learned profile';
export const ORACLE = 'oracle per query';

/**
 * Measures the learned router beside the baselines and the oracle on the queries `test`, with baselines fitted on `train`.
 *
 * @param learned expected score of every LLM `[numLlms]` for a query, from its vector alone
 */
export async function compareHeldOut(data: Dataset, train: Int32Array, test: Int32Array, learned: (query: number) => Float32Array, tools: FitTools, contenders = newContenders()): Promise<Contender[]> {
  const fitted: FittedRouter[] = [];
  for (const baseline of BASELINES) fitted.push(await baseline.fit(data, train, tools));
  for (const [i, query] of test.entries()) {
    const seen = { vector: data.queries[query]!, task: data.taskOf[query]! };
    fitted.forEach((router, b) => addQuery(contenders[b]!.tally, data, query, router.score(seen)));
    addQuery(contenders[fitted.length]!.tally, data, query, learned(query));
    addQuery(contenders[fitted.length + 1]!.tally, data, query, oracleScores(data, query));
    if (i % 64 === 63) await new Promise((resume) => setImmediate(resume));
  }
  return contenders;
}

export function newContenders(): Contender[] {
  return [...BASELINES, { title: LEARNED, told: false }, { title: ORACLE, told: true }].map(({ title, told }) => ({ name: title, told, tally: createTally() }));
}
