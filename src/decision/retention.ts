import type { Clock } from '../base/clock.js';
import { DAY_MS } from '../base/units.js';
import { messageOf } from '../base/errors.js';
import { every } from '../base/every.js';
import type { Logger } from '../base/log.js';
import { createPace } from '../base/pace.js';
import { whileBusy } from '../base/while-busy.js';
import type { Forgetting } from '../dataset/forget.js';
import type { Ledger } from '../store/ports/index.js';
import type { ToForget } from '../store/ports/retention.js';

export interface RetentionParts {
  ledger: Pick<Ledger, 'retention' | 'settings'>;
  forgetting: Forgetting;
  clock: Clock;
  log: Logger;
}

/** How often texts that are kept no longer are looked for, in milliseconds: it takes a pass over all queries. */
const FORGET_EVERY_MS = 3_600_000;
/** Share of the time that other work has, after each part: routing goes first. */
const OTHERS_SHARE = 0.75;
/** Longest that one part waits for a ledger that others write to, in milliseconds. */
const BUSY_LIMIT_MS = 2_000;

/**
 * Removes what is kept no longer, and forgets texts of feedback whose time is over: every so often, until the
 * returned function is called. Whatever fails is logged, and tried again.
 */
export function followRetention({ ledger, forgetting, clock, log }: RetentionParts, everyMs: number): () => void {
  /** Since the process began: what the clock is set to does not put it off. */
  let forgetAt = -Infinity;
  const stopping = new AbortController();

  async function sweep(): Promise<void> {
    const pace = createPace({ turnMs: 0, othersShare: OTHERS_SHARE });
    const part = (): Promise<boolean> => whileBusy(BUSY_LIMIT_MS, () => ledger.retention.sweep());
    while (!stopping.signal.aborted && (await part())) await pace.turn();
    const now = clock();
    if (!stopping.signal.aborted && (await ledger.retention.isDue(now))) await forget({ due: now });
    const { feedback_text_days: days } = await ledger.settings.get('retention');
    if (stopping.signal.aborted || days === null || performance.now() < forgetAt) return;
    await forget({ before: clock() - days * DAY_MS });
    forgetAt = performance.now() + FORGET_EVERY_MS;
  }

  async function forget(what: ToForget): Promise<void> {
    const { texts, errors, decisions, comments } = await forgetting.forget(what);
    if (texts + errors + decisions + comments > 0)
      log.info({ texts, errors, decisions, comments }, 'texts forgotten, as is set');
  }

  const stop = every(everyMs, sweep, (error) =>
    log.warn({ error: messageOf(error) }, 'what is kept no longer is not removed, will be tried again'),
  );
  return () => {
    stopping.abort();
    stop();
  };
}
