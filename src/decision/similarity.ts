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
export function similarityTo(facts: ScorerFacts, chosen: string): (model: string) => number {
  return (model) => {
    let near = facts.similarities.get(chosen);
    if (near === undefined) {
      near = new Map(facts.scorer.nearest(chosen).map((other) => [other.model, other.similarity]));
      facts.similarities.set(chosen, near);
    }
    return near.get(model) ?? -1;
  };
}
