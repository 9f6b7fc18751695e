import { ALL_WELL, type Health } from '../live/breakers.js';
import type { RoutingLoad } from '../live/load.js';
import { rank, type RankInput, type Ranking } from '../policy/rank.js';
import type { Asked } from './asked.js';
import { withCache } from './conversation.js';
import { scoredNow, type ScoringParts } from './scored.js';

/** What moves scores, and who may not be chosen now. */
export interface RankingParts extends ScoringParts {
  health?: Health | undefined;
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

export function createRanker({ health = ALL_WELL, ...parts }: RankingParts): Ranker {
  return ({ request, query, vector, promptTokens, known, prepared, context }, near) => {
    const { scorer } = known;
    const scored = scoredNow({ scorer, query, vector, task: request.task, promptTokens }, parts);
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
