import type { GraphRows } from '../graph/rows.js';
import { answerCost } from '../scoring/cost.js';
import { DEFAULT_COMPLETION_TOKENS, estimateTokens } from '../base/tokens.js';
import type { HeldOut } from '../measure/predictions.js';

/** LLMs with measured scores that have no price: their cost can't be told. */
export function unpriced({ data }: HeldOut, rows: GraphRows): string[] {
  const { llm, measured } = data.evidence;
  const scored = new Set(llm.filter((_, e) => measured[e]));
  return rows.llms
    .filter((profile, l) => scored.has(l) && (profile.input_price === undefined || profile.output_price === undefined))
    .map((profile) => profile.id);
}

/**
 * Estimated US dollars of every LLM on every held-out query `[n · numLlms]`, NaN for LLMs without a price. Tokens are
 * estimated the same way for all.
 */
export function estimateCosts({ data, queries }: HeldOut, rows: GraphRows): Float64Array {
  const costs = new Float64Array(queries.length * data.numLlms);
  const usage = { completionTokens: DEFAULT_COMPLETION_TOKENS, meanCostUsd: null };
  queries.forEach((q, i) => {
    const tokens = estimateTokens(rows.queries.textOf(q));
    rows.llms.forEach((llm, l) => (costs[i * data.numLlms + l] = answerCost(llm, usage, tokens) ?? NaN));
  });
  return costs;
}

/** What the chosen LLMs cost `[n]`; NaN where none was chosen. */
export function costsOfChoice({ data }: HeldOut, chosen: Int32Array, costs: Float64Array): Float64Array {
  return Float64Array.from(chosen, (l, i) => (l < 0 ? NaN : costs[i * data.numLlms + l]!));
}
