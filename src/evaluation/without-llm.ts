import type { Rng } from '../base/rng.js';
import type { GraphRows } from '../graph/rows.js';
import type { Dataset } from '../dataset/dataset.js';

/** The entries `kept` of logged scores. */
export function keepScores(
  { query, llm, score, count, propensity, answers, age }: GraphRows['scores'],
  kept: Int32Array,
): GraphRows['scores'] {
  return {
    query: kept.map((e) => query[e]!),
    llm: kept.map((e) => llm[e]!),
    score: Float32Array.from(kept, (e) => score[e]!),
    count: Float32Array.from(kept, (e) => count[e]!),
    ...(propensity && { propensity: Float32Array.from(kept, (e) => propensity[e]!) }),
    ...(answers && { answers: Float32Array.from(kept, (e) => answers[e]!) }),
    ...(age && { age: Float32Array.from(kept, (e) => age[e]!) }),
  };
}

/** The rows without what is logged of an LLM, but for the queries in `kept`; it stays in the catalogue. */
export function withoutLlm(rows: GraphRows, llm: number, kept: ReadonlySet<number> = new Set()): GraphRows {
  const { query, llm: of } = rows.scores;
  const stays = Int32Array.from(query.keys()).filter((e) => of[e] !== llm || kept.has(query[e]!));
  const { query: asked, better, worse, weight } = rows.preferences;
  const compared = Int32Array.from(asked.keys()).filter(
    (e) => (better[e] !== llm && worse[e] !== llm) || kept.has(asked[e]!),
  );
  return {
    ...rows,
    scores: keepScores(rows.scores, stays),
    preferences: {
      query: compared.map((e) => asked[e]!),
      better: compared.map((e) => better[e]!),
      worse: compared.map((e) => worse[e]!),
      ...(weight && { weight: Float32Array.from(compared, (e) => weight[e]!) }),
    },
  };
}

/** Queries of `train` that have anything of an LLM: `size` of them at random, or all where there are fewer. */
export function someOf(
  { evidence: { start, llm: of } }: Dataset,
  train: Int32Array,
  { llm, size, rng }: { llm: number; size: number; rng: Rng },
): Set<number> {
  const asked = train.filter((q) => of.subarray(start[q]!, start[q + 1]!).includes(llm));
  return new Set(rng.shuffle(asked.slice()).subarray(0, size));
}

/** Those of `queries` that have evidence. */
export const answeredOf = ({ evidence: { start } }: Dataset, queries: Int32Array): Int32Array =>
  queries.filter((q) => start[q + 1]! > start[q]!);
