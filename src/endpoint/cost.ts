import type { TokenUsage } from '../protocol/types.js';
import type { LlmProfile } from '../schema/profile.js';

/**
 * US dollars of a call by its tokens; null where a price that it takes is not declared. What the provider had cached is
 * at `cached_input_price`, where that is declared; what it wrote to its cache is at `input_price`.
 */
export function costOf(usage: TokenUsage, profile: LlmProfile | undefined): number | null {
  const { input_price: input, output_price: output, cached_input_price: cached = input } = profile ?? {};
  if (input === undefined || cached === undefined) return null;
  if (output === undefined && usage.completion > 0) return null;
  const fresh = Math.max(0, usage.prompt - usage.cached);
  return (fresh * input + usage.cached * cached + usage.completion * (output ?? 0)) / 1e6;
}
