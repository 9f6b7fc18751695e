import type { ScoredLlm, Scorer } from './types.js';

/** An answer whose score is held against what was expected. */
export interface Answered {
  query: string;
  task?: string | undefined;
  model: string;
}

/** What a scorer expects of an answer by itself, and its query encoded `[dim]`; undefined of an LLM it doesn't know. */
export async function expectedOf(
  scorer: Scorer,
  { query, task, model }: Answered,
): Promise<{ vector: Float32Array; scored: ScoredLlm[]; expected: ScoredLlm | undefined }> {
  const vector = await scorer.encode(query);
  const scored = scorer.score(query, vector, task);
  return { vector, scored, expected: scored.find((one) => one.model === model) };
}
