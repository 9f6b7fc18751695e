import { fallbacksOf } from '../policy/fallbacks.js';
import type { LlmId } from '../schema/ids.js';
import type { Rules } from '../schema/policy.js';
import type { NearLlm, RankedLlm } from '../schema/route.js';
import { likenessOf } from '../scoring/likeness.js';
import type { Scorer } from '../scoring/types.js';

/** What is derived from one scorer, kept while it is in force. */
export interface ScorerFacts {
  scorer: Scorer;
  known: ReadonlySet<string>;
  /** Profile similarity to each LLM that was chosen so far. */
  similarities: Map<string, ReadonlyMap<string, number>>;
}

export function factsOf(scorer: Scorer): ScorerFacts {
  return { scorer, known: new Set(scorer.models), similarities: new Map() };
}

/** Similarity of each LLM's profile to that of the chosen one. */
function similarityTo(facts: ScorerFacts, chosen: string): (model: string) => number {
  return (model) => {
    let near = facts.similarities.get(chosen);
    if (near === undefined) {
      near = new Map(facts.scorer.nearest(chosen).map((other) => [other.model, other.similarity]));
      facts.similarities.set(chosen, near);
    }
    return near.get(model) ?? -1;
  };
}

/**
 * What to try after the chosen LLM fails. Before anything is trained, scores know nothing of the query: then the
 * nearest profile comes first, as it does where the rules say so.
 *
 * @param ranking of all candidates, the chosen one among them
 */
export function fallbacksFor(
  facts: ScorerFacts,
  chosen: string,
  { ranking, rules }: { ranking: readonly RankedLlm[]; rules: Rules },
): LlmId[] {
  const others = chosen === ranking[0]!.model ? ranking.slice(1) : ranking.filter((llm) => llm.model !== chosen);
  const nearest = rules.fallbacks === 'nearest' || facts.scorer.version === null;
  return fallbacksOf(others, similarityTo(facts, chosen), nearest);
}

/** The first to try after the chosen LLM fails, and what the two share; null where none is left, or one is unknown. */
export function nearLlm(facts: ScorerFacts, chosen: string, next: LlmId | undefined): NearLlm | null {
  const profileOf = (id: string) => facts.scorer.profiles.find((profile) => profile.id === id);
  const [one, other] = [profileOf(chosen), next === undefined ? undefined : profileOf(next)];
  if (one === undefined || other === undefined) return null;
  return { model: next!, similarity: similarityTo(facts, chosen)(next!), shared: likenessOf(one, other).shared };
}
