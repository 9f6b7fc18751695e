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
