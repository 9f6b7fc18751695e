import type { LlmProfile } from '../schema/profile.js';

/** What one call is expected to cost. */
export interface CostInput {
  /** US dollars per million input tokens. */
  inputPrice: number | undefined;
  /** US dollars per million output tokens. */
  outputPrice: number | undefined;
  promptTokens: number;
  completionTokens: number;
}

/** Expected US dollars of one call; null unless both prices are known, as half a price would look cheap. */
export function expectedCost({ inputPrice, outputPrice, promptTokens, completionTokens }: CostInput): number | null {
  if (inputPrice === undefined || outputPrice === undefined) return null;
  return (inputPrice * promptTokens + outputPrice * completionTokens) / 1e6;
}

/**
 * Expected US dollars of answering a query of `promptTokens`: by prices, else what its answers cost in the mean; null
 * where neither is known.
 */
export function answerCost(
  profile: LlmProfile,
  { completionTokens, meanCostUsd }: { completionTokens: number; meanCostUsd: number | null },
  promptTokens: number,
): number | null {
  const cost = expectedCost({
    inputPrice: profile.input_price,
    outputPrice: profile.output_price,
    promptTokens,
    completionTokens,
  });
  return cost !== null && Number.isFinite(cost) ? cost : meanCostUsd;
}

/**
 * US dollars that a call is expected to cost less, as `cachedTokens` of its prompt are the provider's already; 0 where
 * the LLM does not declare what these cost.
 */
export function cacheSaving(profile: LlmProfile, cachedTokens: number): number {
  const { input_price: full, output_price: written, cached_input_price: cached } = profile;
  if (full === undefined || written === undefined || cached === undefined) return 0;
  return (Math.max(0, full - cached) * cachedTokens) / 1e6;
}
