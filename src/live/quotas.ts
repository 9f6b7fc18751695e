import type { Clock } from '../base/clock.js';
import { messageOf, PointsmanError } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { chain, type Maybe } from '../base/maybe.js';
import { createQuota, type Allowance, type Quota, type Refusal, type Usage } from '../machines/quota.js';
import type { Ledger } from '../store/ports/index.js';

/** Spends of keys' limits, which all API processes share. */
export interface LiveQuotas {
  /** Counts usage against the limits of a key. Throws, or rejects with, `rate_limited` or `budget_exhausted`. */
  spend(key: string, allowance: Allowance, cost: Usage): Maybe<void>;
  /** Gives back what was claimed and not spent, of slots that are over. */
  settle(): Promise<void>;
}

/** How long a busy ledger is left alone, in milliseconds: each try holds up every request. */
const BUSY_PAUSE_MS = 250;
const MINUTELY = /_per_minute$/;

function refused({ limit, allowed, retryAfterMs }: Refusal): PointsmanError {
  const retryAfterS = Math.ceil(retryAfterMs / 1000);
  const again = `try again in ${retryAfterS} s`;
  return MINUTELY.test(limit)
    ? new PointsmanError('rate_limited', `${limit} of the key is ${allowed}, and is used up; ${again}`, { retryAfterS })
    : new PointsmanError('budget_exhausted', `${limit} of the key is ${allowed}, and does not cover this; ${again}`, {
        retryAfterS,
      });
}

/** Where the ledger can't be asked, and this process has let its share through. */
const busy = (): PointsmanError =>
  new PointsmanError('ledger_busy', 'Another process is writing to the ledger, and the key has limits; try again soon');

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
  let busyUntil = -Infinity;
  /** Claims that wait or run: what a key has left changes with each, so they run one after another. */
  let writing = 0;
  let last: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    writing++;
    const mine = last.then(work).finally(() => writing--);
    last = mine.catch(() => undefined);
    return mine;
  }

  /** What `work` answers; undefined where the ledger can't be written now. */
  async function tryWrite<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (clock() < busyUntil) return undefined;
    try {
      const answer = await work();
      busyUntil = -Infinity;
      return answer;
    } catch (error) {
      if (busyUntil === -Infinity)
        log.warn({ error: messageOf(error) }, 'limits of keys are counted here until the ledger can be written');
      busyUntil = clock() + BUSY_PAUSE_MS;
      return undefined;
    }
  }

  function quotaOf(key: string, allowance: Allowance): Quota {
    let quota = known.get(key);
    if (quota === undefined) known.set(key, (quota = createQuota(key, allowance)));
    else quota.declare(allowance);
    return quota;
  }

  function check(spent: boolean | Refusal): boolean {
    if (typeof spent === 'boolean') return spent;
    throw refused(spent);
  }

  async function claim(quota: Quota, cost: Usage): Promise<void> {
    const now = clock();
    // The claim before this one may have been granted more than it needed.
    if (check(quota.spend(cost, now))) return;
    const asked = quota.claim(cost, now);
    const grant = await tryWrite(() => quotas.claim(asked));
    if (grant === undefined) {
      if (!quota.borrow(cost, now)) throw busy();
      return;
    }
    const refusal = quota.granted(cost, grant, now);
    if (refusal !== null) throw refused(refusal);
  }

  return {
    spend(key, allowance, cost) {
      const quota = quotaOf(key, allowance);
      if (writing === 0 && check(quota.spend(cost, clock()))) return undefined;
      return chain(
        inTurn(() => claim(quota, cost)),
        () => undefined,
      );
    },
    settle: () =>
      inTurn(async () => {
        const now = clock();
        const due = [...known.values()].flatMap((quota) => {
          const returned = quota.returns(now);
          return returned === null ? [] : [{ quota, returned }];
        });
        if (due.length === 0) return;
        const written = await tryWrite(async () => {
          await quotas.settle(due.map(({ returned }) => returned));
          return true;
        });
        if (written) for (const { quota } of due) quota.settled();
      }),
  };
}
