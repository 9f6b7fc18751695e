import { ALL_WELL, type Health } from '../live/breakers.js';
import { UNCORRECTED, type Correcting } from '../live/corrections.js';
import type { RoutingLoad } from '../live/load.js';
import { FULL_TRUST, type Trust } from '../live/trust.js';
import { rank, type RankInput, type Ranking } from '../policy/rank.js';
import { alertedGroups, groupsOf, type Groups } from '../scoring/groups.js';
import type { Asked } from './asked.js';
import { withCache } from './conversation.js';

/** What moves scores, and who may not be chosen now. */
export interface RankingParts {
  health?: Health | undefined;
  trust?: Trust | undefined;
  corrections?: Correcting | undefined;
}

/** Why a breaker excludes an LLM now, as ranking takes it; null where none does. */
function barredBy(health: Health): RankInput['barred'] {
  const failing = health.barred();
  if (failing === null) return null;
  return (model) => {
    const reason = failing(model);
    return reason === undefined ? undefined : { constraint: 'health', reason };
  };
}

/** Scores a query's candidates by what is known of them now, and ranks them by its rules: it takes and logs nothing. */
export type Ranker = (asked: Asked, near: RoutingLoad | null) => Ranking;

export function createRanker({
  health = ALL_WELL,
  trust = FULL_TRUST,
  corrections = UNCORRECTED,
}: RankingParts): Ranker {
  return ({ request, query, vector, promptTokens, known, prepared, context }, near) => {
    const { scorer } = known;
    let found: Groups | undefined;
    const groups = (): Groups => (found ??= groupsOf(scorer, vector, request.task));
    const expected = scorer.score(query, vector, request.task, promptTokens);
    const scored = trust.adjust(
      corrections.adjust(expected, scorer, () => groups().shares),
      (model) => corrections.follows(model, scorer),
      () => alertedGroups(groups(), request.task),
    );
    const standing = context?.standing ?? null;
    return rank({
      scored: standing === null ? scored : withCache(scored, scorer.profiles, standing, promptTokens),
      demands: context,
      profiles: scorer.profiles,
      rules: prepared.rules,
      constraints: prepared.constraints,
      promptTokens,
      barred: barredBy(health),
      full: near?.barred ?? null,
      price: near?.price ?? null,
    });
  };
}
