import { PointsmanError } from '../base/errors.js';
import { chain, type Maybe } from '../base/maybe.js';
import type { Load } from '../live/load.js';
import type { Ranking } from '../policy/rank.js';
import type { LlmId } from '../schema/ids.js';
import type { RankedLlm } from '../schema/route.js';

/** What capacity is taken for. */
export interface Reservation {
  /** Id of the decision. */
  id: string;
  promptTokens: number;
}

/**
 * Takes capacity for a query at the LLM that `pick` chooses. Where other queries took the last of it, that LLM is
 * excluded and another is picked; where none has any, the first choice gets the query all the same.
 *
 * @param ranked who is excluded is moved out of its ranking
 * @param pick throws `no_candidate` where none of those left can be chosen
 */
export function reserve<T extends { chosen: LlmId }>(
  load: Load,
  ranked: Ranking,
  { id, promptTokens }: Reservation,
  pick: (ranking: RankedLlm[]) => T,
): Maybe<T> {
  const first = pick(ranked.ranking);
  const full: string[] = [];
  const forced = (): Maybe<T> => chain(load.take(first.chosen, promptTokens, id, true), () => first);

  function attempt(picked: T, left: RankedLlm[]): Maybe<T> {
    return chain(load.take(picked.chosen, promptTokens, id), (granted): Maybe<T> => {
      if (granted) {
        ranked.ranking = left;
        for (const model of full)
          ranked.excluded.push({ model, constraint: 'load', reason: 'other queries took what was left of its limits' });
        return picked;
      }
      full.push(picked.chosen);
      const others = left.filter(({ model }) => model !== picked.chosen);
      const another = pickAmong(others, pick);
      return another === undefined ? forced() : attempt(another, others);
    });
  }

  return ranked.allFull ? forced() : attempt(first, ranked.ranking);
}

/** Undefined where none is left, or a cascade finds none that it can pay for. */
function pickAmong<T>(left: RankedLlm[], pick: (ranking: RankedLlm[]) => T): T | undefined {
  if (left.length === 0) return undefined;
  try {
    return pick(left);
  } catch (error) {
    if (error instanceof PointsmanError && error.code === 'no_candidate') return undefined;
    throw error;
  }
}
