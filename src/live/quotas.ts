import type { Clock } from '../base/clock.js';
import { isBusy, isUnfit, PointsmanError } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { chain, type Maybe } from '../base/maybe.js';
import { SLOT_MS } from '../machines/limits.js';
import { createQuota, type Quota } from '../machines/quota-lease.js';
import { NO_USE, type Allowance, type QuotaUse, type Refusal, type Usage } from '../machines/quota.js';
import type { Ledger } from '../store/ports/index.js';
import { createTurns } from './turns.js';

/** Counts usage against the limits of keys, which all API processes share. */
export interface LiveQuotas {
  /** Throws, or rejects with, `rate_limited`, `budget_exhausted`, or why the ledger can't be asked. */
  charge(key: string, allowance: Allowance, usage: Usage): Maybe<void>;
  /** Takes back what was charged a moment ago. */
  refund(key: string, usage: Usage): void;
  /** Gives back what was claimed and not used, of moments that are over; of now, too, where it is the last time. */
  settle(last?: boolean): Promise<void>;
}

const PER_MINUTE = /_per_minute$/;

function refused({ limit, allowed, retryAfterMs }: Refusal): PointsmanError {
  const isRate = PER_MINUTE.test(limit);
  const code = isRate ? 'rate_limited' : 'budget_exhausted';
  if (retryAfterMs === null)
    return new PointsmanError(code, `${limit} of the key is ${allowed}, and this asks for more at once: ask for less`);
  const retryAfterS = Math.ceil(retryAfterMs / 1000);
  const state = isRate ? 'is used up' : 'does not cover this';
  return new PointsmanError(code, `${limit} of the key is ${allowed}, and ${state}; try again in ${retryAfterS} s`, {
    retryAfterS,
  });
}

/** Why the ledger can't be asked, where this process has let its share through. */
function unasked(failure: unknown): unknown {
  if (isBusy(failure) || isUnfit(failure)) return failure;
  return new Error('limits of keys could not be counted', { cause: failure });
}

export function createLiveQuotas({
  ledger: { quotas },
  clock,
  log,
}: {
  ledger: Pick<Ledger, 'quotas'>;
  /** The time that usage is kept by: `Ledger.steady`. */
  clock: Clock;
  log: Logger;
}): LiveQuotas {
  const known = new Map<string, Quota>();
  // What a key has left changes with each write.
  const { taken, inTurn, tryWrite, failure } = createTurns({ clock, log, what: 'usage of keys' });

  function quotaOf(key: string, allowance: Allowance): Quota {
    let quota = known.get(key);
    if (quota === undefined) known.set(key, (quota = createQuota(key, allowance)));
    else quota.declare(allowance);
    return quota;
  }

  /** Answers whether it was spent; throws for a refusal that still holds. */
  function spent(quota: Quota, usage: Usage, now: number): boolean {
    const answer = quota.spend(usage, now);
    if (typeof answer === 'boolean') return answer;
    throw refused(answer);
  }

  /** What the ledger says is used, which may be read though nobody may write; all there is where it can't be. */
  async function usedNow(key: string): Promise<QuotaUse> {
    try {
      return (await quotas.used()).get(key) ?? NO_USE;
    } catch {
      return { requests: Infinity, tokens: Infinity, usdToday: Infinity, usdThisMonth: Infinity };
    }
  }

  async function claim(quota: Quota, usage: Usage): Promise<void> {
    const now = clock();
    // The claim before this one may have been granted more than it needed.
    if (spent(quota, usage, now)) return;
    const asked = quota.claim(usage, now);
    const grant = await tryWrite(() => quotas.claim(asked));
    if (grant === undefined) {
      if (!quota.borrow(usage, now, await usedNow(asked.key))) throw unasked(failure());
      return;
    }
    const refusal = quota.granted(usage, grant.answer, now);
    if (refusal !== null) throw refused(refusal);
  }

  return {
    charge(key, allowance, usage) {
      const quota = quotaOf(key, allowance);
      if (!taken() && spent(quota, usage, clock())) return undefined;
      return chain(
        inTurn(() => claim(quota, usage)),
        () => undefined,
      );
    },
    refund: (key, usage) => known.get(key)?.refund(usage, clock()),
    settle: (last = false) =>
      inTurn(async () => {
        const now = clock() + (last ? SLOT_MS : 0);
        const due = [...known.values()].flatMap((quota) => {
          const returned = quota.returns(now);
          return returned === null ? [] : [{ quota, returned }];
        });
        if (due.length === 0) return;
        const written = await tryWrite(() => quotas.settle(due.map(({ returned }) => returned)));
        if (written !== undefined) for (const { quota } of due) quota.settled();
      }),
  };
}
