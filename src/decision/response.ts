import { brokenBounds } from '../policy/constraints.js';
import type { Ranking } from '../policy/rank.js';
import type { DecisionId } from '../schema/ids.js';
import type { RouteResponse } from '../schema/route.js';
import { checkWithin } from './allowed.js';
import { firstOf, MOST_LISTED } from './answer.js';
import type { Asked } from './asked.js';
import { scoredAgain } from './explain-logged.js';
import type { Choice } from './pick.js';
import { fallbacksFor } from './similarity.js';

/** What is answered of a choice; of a ranking that was relaxed, only the bounds that the chosen LLM breaks stay. */
export function responseOf(asked: Asked, id: string, ranked: Ranking, choice: Choice): RouteResponse {
  const { request, caller, known, prepared, arm } = asked;
  const { ranking } = ranked;
  const { chosen, propensity, cascade, kept } = choice;
  ranked.relaxed =
    ranked.relaxed.length === 0
      ? []
      : brokenBounds(prepared.constraints, scoredAgain(ranking.find((llm) => llm.model === chosen)!));
  const listed = firstOf(ranking, request.top ?? MOST_LISTED, chosen);
  const response: RouteResponse = {
    decision_id: id as DecisionId,
    model: chosen,
    version: known.scorer.version,
    router: known.scorer.router,
    ranking: listed,
    fallbacks: fallbacksFor(known, chosen, { ranking, rules: prepared.rules }),
    ...(listed.length === ranking.length ? {} : { more_ranked: ranking.length - listed.length }),
    ...(ranked.relaxed.length === 0 ? {} : { relaxed: ranked.relaxed }),
    ...(propensity === 1 ? {} : { propensity }),
    ...(kept === undefined ? {} : { kept }),
    ...(arm === null ? {} : { experiment: { experiment: arm.experiment, arm: arm.arm } }),
    ...(cascade === null ? {} : { cascade }),
  };
  checkWithin(response, caller);
  return response;
}
