import { PointsmanError } from '../base/errors.js';
import { chain, type Maybe } from '../base/maybe.js';
import type { Health } from '../live/breakers.js';
import type { Load } from '../live/load.js';
import type { Ranking } from '../policy/rank.js';
import type { LlmId } from '../schema/ids.js';
import type { RankedLlm } from '../schema/route.js';

const TAKEN = 'other queries took what was left of its limits';

/** What capacity is taken for. */
export interface Reservation {
  /** Id of the decision. */
  id: string;
  promptTokens: number;
  /**
   * Counts the query at this LLM against its caller's limits; answers how to take that back. Throws, or rejects with,
   * `rate_limited` or `budget_exhausted`.
   */
  charge(model: LlmId): Maybe<() => void>;
}

/**
 * Takes capacity for a query at the LLM that `pick` chooses. Where other queries took the last of it, that LLM is
 * excluded and another is picked; where none has any, the first choice gets the query all the same. The LLM's health
 * hears of a query before its claim is answered: else queries of the same moment would all try one that is half open.
 *
 * A caller is charged before capacity is taken: one who can't pay takes none from others.
 *
 * @param ranked who is excluded is moved out of its ranking
 * @param pick throws `no_candidate` where none of those left can be chosen
 */
export function reserve<T extends { chosen: LlmId }>(
  { load, health }: { load: Load; health: Health },
  ranked: Ranking,
  { id, promptTokens, charge }: Reservation,
  pick: (ranking: RankedLlm[]) => T,
): Maybe<T> {
  const first = pick(ranked.ranking);
  const passedOver: Ranking['excluded'] = [];

  /** Charges for the LLM that is chosen; where that fails, its health hears that the query does not come. */
  function charged(model: LlmId, takeBack: () => void): Maybe<() => void> {
    const failed = (error: unknown): never => {
      takeBack();
      throw error;
    };
    try {
      const refund = charge(model);
      return refund instanceof Promise ? refund.catch(failed) : refund;
    } catch (error) {
      return failed(error);
    }
  }

  function forced(): Maybe<T> {
    const takeBack = health.chosen(first.chosen);
    return chain(charged(first.chosen, takeBack), () =>
      chain(load.take(first.chosen, promptTokens, id, true), () => first),
    );
  }

  /** Those of `left` that are not barred by now: while a claim waited, another query may have tried one. */
  function withoutBarred(left: RankedLlm[]): RankedLlm[] {
    const failing = ranked.allBarred ? null : health.barred();
    if (failing === null) return left;
    return left.filter(({ model }) => {
      const reason = failing(model);
      if (reason !== undefined) passedOver.push({ model, constraint: 'health', reason });
      return reason === undefined;
    });
  }

  function attempt(picked: T, left: RankedLlm[]): Maybe<T> {
    const takeBack = health.chosen(picked.chosen);
    return chain(charged(picked.chosen, takeBack), (refund) =>
      chain(load.take(picked.chosen, promptTokens, id), (granted): Maybe<T> => {
        if (granted) {
          ranked.ranking = left;
          ranked.excluded.push(...passedOver);
          return picked;
        }
        refund();
        takeBack();
        passedOver.push({ model: picked.chosen, constraint: 'load', reason: TAKEN });
        const others = withoutBarred(left.filter(({ model }) => model !== picked.chosen));
        const another = pickAmong(others, pick);
        return another === undefined ? forced() : attempt(another, others);
      }),
    );
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
