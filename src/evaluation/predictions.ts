import type { Dataset } from '../profile/structured/dataset.js';
import { BASELINES } from '../router/baselines.js';
import type { FitTools, FittedRouter } from '../router/types.js';

/** Queries that nobody has learned from, and what is logged of them. */
export interface HeldOut {
  data: Dataset;
  /** Indices into the dataset's queries `[n]`. */
  queries: Int32Array;
}

/** What a router expects of every held-out query. */
export interface Prediction {
  /** Short, in kebab case. */
  name: string;
  title: string;
  /** Whether it was told the query's task. */
  told: boolean;
  /** Expected score of every LLM `[n · numLlms]`, query-major. */
  scores: Float32Array;
}

export const LEARNED = { name: 'learned', title: 'learned profile', told: false };
export const ORACLE = { name: 'oracle', title: 'oracle per query', told: true };

/** Lets progress messages and signals through every so many queries. */
const BREATH = 64;

/** Asks a router about every held-out query. */
export async function predict({ data, queries }: HeldOut, router: FittedRouter): Promise<Float32Array> {
  const scores = new Float32Array(queries.length * data.numLlms);
  for (const [i, query] of queries.entries()) {
    scores.set(router.score({ vector: data.queries[query]!, task: data.taskOf[query]! }), i * data.numLlms);
    if (i % BREATH === BREATH - 1) await new Promise((resume) => setImmediate(resume));
  }
  return scores;
}

/** The router that knows every held-out score. */
export function oracleOf(data: Dataset): FittedRouter['score'] {
  const { start, llm, score } = data.evidence;
  const byVector = new Map(data.queries.map((vector, q) => [vector, q]));
  return ({ vector }) => {
    const scores = new Float32Array(data.numLlms);
    const q = byVector.get(vector)!;
    for (let e = start[q]!; e < start[q + 1]!; e++) scores[llm[e]!] = score[e]!;
    return scores;
  };
}

/** Predictions of every baseline fitted on `train`, those that read only text first; then of the learned router and the oracle. */
export async function predictAll(heldOut: HeldOut, train: Int32Array, learned: FittedRouter, tools: FitTools): Promise<Prediction[]> {
  const out: Prediction[] = [];
  const add = async (of: Omit<Prediction, 'scores'>, router: FittedRouter): Promise<void> => void out.push({ name: of.name, title: of.title, told: of.told, scores: await predict(heldOut, router) });
  for (const baseline of BASELINES.filter((b) => !b.told)) await add(baseline, await baseline.fit(heldOut.data, train, tools));
  await add(LEARNED, learned);
  for (const baseline of BASELINES.filter((b) => b.told)) await add(baseline, await baseline.fit(heldOut.data, train, tools));
  await add(ORACLE, { score: oracleOf(heldOut.data) });
  return out;
}
