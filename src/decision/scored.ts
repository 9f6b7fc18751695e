import { UNCORRECTED, type Correcting } from '../live/corrections.js';
import { FULL_TRUST, type Trust } from '../live/trust.js';
import { alertedGroups, groupsOf, type Groups } from '../scoring/groups.js';
import type { ScoredLlm, Scorer } from '../scoring/types.js';

/** A query as scorers take it. */
export interface ToScore {
  scorer: Scorer;
  query: string;
  /** `[dim]` */
  vector: Float32Array;
  task: string | undefined;
  promptTokens: number;
}

/** What moves scores. */
export interface ScoringParts {
  trust?: Trust | undefined;
  corrections?: Correcting | undefined;
}

/** Scores every LLM for a query by what is known of them now. */
export function scoredNow(
  { scorer, query, vector, task, promptTokens }: ToScore,
  { trust = FULL_TRUST, corrections = UNCORRECTED }: ScoringParts,
): ScoredLlm[] {
  let found: Groups | undefined;
  const groups = (): Groups => (found ??= groupsOf(scorer, vector, task));
  const expected = scorer.score(query, vector, task, promptTokens);
  return trust.adjust(
    corrections.adjust(expected, scorer, () => groups().shares),
    (model) => corrections.follows(model, scorer),
    () => alertedGroups(groups(), task),
  );
}
