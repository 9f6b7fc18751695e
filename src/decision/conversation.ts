import { DEFAULT_SWITCH_MARGIN, type Rules } from '../schema/policy.js';
import type { LlmProfile } from '../schema/profile.js';
import type { Kept, RankedLlm } from '../schema/route.js';
import { largest } from '../policy/rank.js';
import { cacheSaving } from '../scoring/cost.js';
import type { ScoredLlm } from '../scoring/types.js';
import type { Standing } from './call-context.js';

/** The scores, in which the LLM of the conversation costs less for what its provider has cached. */
export function withCache(
  scored: readonly ScoredLlm[],
  profiles: readonly LlmProfile[],
  { model, cachedTokens }: Standing,
  promptTokens: number,
): readonly ScoredLlm[] {
  const i = scored.findIndex((llm) => llm.model === model);
  const { costUsd = null } = scored[i] ?? {};
  if (costUsd === null) return scored;
  const saving = cacheSaving(profiles[i]!, Math.min(cachedTokens, promptTokens));
  return saving === 0 ? scored : scored.with(i, { ...scored[i]!, costUsd: Math.max(0, costUsd - saving) });
}

/** Whether the first of a ranking gains more over the LLM of the conversation than a switch costs. */
function gainsEnough(
  first: RankedLlm,
  own: RankedLlm,
  { cheapest_within: within, switch_margin: margin = DEFAULT_SWITCH_MARGIN }: Rules,
  ranking: readonly RankedLlm[],
): boolean {
  if (within === undefined) return first.utility - own.utility > margin;
  // The rule asks for the cheapest of those that are good enough, so the margin is one of what is good enough.
  const least = largest(ranking.map((llm) => llm.quality)) - within - margin;
  return own.quality < least || (first.cost_usd ?? Infinity) < (own.cost_usd ?? Infinity);
}

/** How a ranking is to be read for a conversation. */
export interface Turn {
  standing: Standing;
  rules: Rules;
  /** Whether nobody keeps the bounds of the rules, so that the nearest to keeping them comes first. */
  relaxed: boolean;
}

/**
 * Who gets the next turn of a conversation. What goes first decides: an LLM that is no candidate leaves; a pinned one
 * that comes first gets it; results of tools go to the LLM that asked for them; where its calls fail or repeat, the
 * first of the ranking that is expected to do better takes over; else the first of the ranking, where it gains more
 * than a switch costs.
 *
 * @param ranking not empty
 */
export function nextOf(
  ranking: readonly RankedLlm[],
  { standing, rules, relaxed }: Turn,
): { chosen: RankedLlm; kept: Kept } {
  const first = ranking[0]!;
  const own = ranking.find(({ model }) => model === standing.model);
  const stay = { chosen: own ?? first, kept: 'stayed' } as const;
  const leave = { chosen: first, kept: 'switched' } as const;
  if (own === undefined) return leave;
  if (rules.pin?.includes(first.model) === true) return own === first ? stay : leave;
  if (standing.turn === 'tools') return stay;
  if (standing.turn === 'escalate') return escalated(ranking, own);
  return own !== first && (relaxed || gainsEnough(first, own, rules, ranking)) ? leave : stay;
}

/** The first that is expected to do better than `own`; `own` where none is. */
function escalated(ranking: readonly RankedLlm[], own: RankedLlm): { chosen: RankedLlm; kept: Kept } {
  const better = ranking.find(({ quality }) => quality > own.quality);
  return better === undefined ? { chosen: own, kept: 'stayed' } : { chosen: better, kept: 'escalated' };
}
