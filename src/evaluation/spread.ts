import { DEFAULT_SPREAD, sharedEffectOf } from '../cascade/shared-effect.js';

/** What was predicted of the LLMs that answered a query, and how they did `[llms]` each. */
export interface Answered {
  predicted: number[];
  observed: number[];
}

/** LLMs of a query by which the spread is measured: as many as a cascade asks. */
const ASKED = 3;
const SPREADS: readonly number[] = Array.from({ length: 21 }, (_, i) => 0.3 * i);

/** What the second and third best LLM, as predicted, add to the best one: expected with this spread. */
function expectedGain(queries: readonly Answered[], spread: number): number {
  const { prior, chances } = sharedEffectOf(spread);
  let gain = 0;
  for (const { predicted } of queries) {
    const each = predicted.map(chances);
    gain +=
      prior.reduce((sum, p, k) => sum + p * (1 - each.reduce((wrong, right) => wrong * (1 - right[k]!), 1)), 0) -
      predicted[0]!;
  }
  return gain / queries.length;
}

/**
 * The spread of the effect that LLMs share on a query, measured: with it, the best of a query's three best LLMs is
 * expected to be as much better than the best alone as it was. (The likeliest spread of all LLMs' scores would be
 * smaller, as weak LLMs fail more by themselves; cascades ask the strong.) The default where no query has three.
 */
export function measuredSpread(queries: readonly Answered[]): number {
  const best = queries
    .filter(({ predicted }) => predicted.length >= ASKED)
    .map(({ predicted, observed }) => {
      const order = Array.from(predicted.keys())
        .toSorted((a, b) => predicted[b]! - predicted[a]!)
        .slice(0, ASKED);
      return {
        predicted: order.map((l) => Math.min(1, Math.max(0, predicted[l]!))),
        observed: order.map((l) => observed[l]!),
      };
    });
  if (best.length === 0) return DEFAULT_SPREAD;
  const gained = best.reduce((sum, { observed }) => sum + Math.max(...observed) - observed[0]!, 0) / best.length;
  let before: { spread: number; gain: number } | undefined;
  for (const spread of SPREADS) {
    const gain = expectedGain(best, spread);
    if (gain <= gained)
      return before === undefined
        ? spread
        : before.spread + ((spread - before.spread) * (before.gain - gained)) / (before.gain - gain);
    before = { spread, gain };
  }
  return SPREADS.at(-1)!;
}
