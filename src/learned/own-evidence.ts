import { CHANCE, QUERY } from './constants.js';
import type { Residuals } from './residuals.js';

/** What answers say of an LLM alone, an entry an answer, and how far each counts. */
export interface OwnEvidence {
  targets: Float32Array;
  counts: Float32Array;
}

/** The answers of one LLM: which entries they are, and to which queries. */
export interface AnswersOf {
  entries: Int32Array;
  queries: Int32Array;
}

/** The answers of every LLM. */
export function answersByLlm({ llm, query }: Residuals, numLlms: number): AnswersOf[] {
  const entries = Array.from({ length: numLlms }, (): number[] => []);
  llm.forEach((l, e) => entries[l]!.push(e));
  return entries.map((of) => ({ entries: Int32Array.from(of), queries: Int32Array.from(of, (e) => query[e]!) }));
}

/** What a fold's answers say of each LLM alone: the rest, less what the query's other answers say of the query. */
export function ownEvidence(
  { llm, query, residual, known, strength, above }: Residuals,
  { shared, answers, numLlms }: { shared: (query: number) => number; answers: Float32Array; numLlms: number },
): OwnEvidence & { shift: Float32Array } {
  const targets = new Float32Array(llm.length);
  const counts = new Float32Array(llm.length);
  const sums = new Float32Array(answers.length);
  known.forEach((count, e) => {
    if (count > 0) sums[query[e]!]! += (targets[e] = residual[e]! - shared(query[e]!)) * count;
  });
  const told = new Float64Array(numLlms);
  const weight = new Float64Array(numLlms);
  known.forEach((count, e) => {
    if (count === 0) return;
    const [q, l, left] = [query[e]!, llm[e]!, targets[e]!];
    const sure = Math.max(0, answers[q]! - count) * QUERY + CHANCE;
    targets[e] = left - ((sums[q]! - left * count) * QUERY) / sure;
    counts[e] = count / ((QUERY * CHANCE) / sure + CHANCE);
    told[l]! += targets[e]! * count;
    weight[l]! += count;
  });
  // The level was drawn towards its prior once: what is found beyond it is not drawn from there again.
  const shift = Float32Array.from(told, (sum, l) => (sum - above[l]! * strength) / (weight[l]! + strength));
  known.forEach((count, e) => {
    if (count > 0) targets[e]! -= shift[llm[e]!]!;
  });
  return { targets, counts, shift };
}
