import type { Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { every } from '../base/every.js';
import type { Logger } from '../base/log.js';
import { createPace } from '../base/pace.js';
import { whileBusy } from '../base/while-busy.js';
import type { Forgetting } from '../dataset/forget.js';
import type { Ledger } from '../store/ports/index.js';

export interface RetentionParts {
  ledger: Pick<Ledger, 'retention' | 'settings'>;
  forgetting: Forgetting;
  clock: Clock;
  log: Logger;
}

/** How often texts that are kept no longer are looked for, in milliseconds: it takes a pass over all queries. */
const FORGET_EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Longest that other work waits for its turn, in milliseconds, and its share of the time: routing goes first. */
const TURN_MS = 4;
const OTHERS_SHARE = 0.75;
/** Longest that one part waits for a ledger that others write to, in milliseconds. */
const BUSY_LIMIT_MS = 2_000;

/**
 * Removes what is kept no longer, and forgets texts of feedback whose time is over: at once and every so often, until
 * the returned function is called. Whatever fails is logged, and tried again.
 */
export function followRetention({ ledger, forgetting, clock, log }: RetentionParts, everyMs: number): () => void {
  let forgetAt = -Infinity;
  const stopping = new AbortController();

  async function sweep(): Promise<void> {
    const pace = createPace({ turnMs: TURN_MS, othersShare: OTHERS_SHARE });
    const part = (): Promise<boolean> => whileBusy(BUSY_LIMIT_MS, () => ledger.retention.sweep());
    while (!stopping.signal.aborted && (await part())) await pace.rest();
    const { feedback_text_days: days } = await ledger.settings.get('retention');
    const now = clock();
    if (stopping.signal.aborted || days === null || now < forgetAt) return;
    const { texts, errors, decisions } = await forgetting.forget({ before: now - days * DAY_MS });
    forgetAt = now + FORGET_EVERY_MS;
    if (texts + errors + decisions > 0) log.info({ texts, errors, decisions, days }, 'texts forgotten, as is set');
  }

  const stop = every(everyMs, sweep, (error) =>
    log.warn({ error: messageOf(error) }, 'what is kept no longer is not removed, will be tried again'),
  );
  return () => {
    stopping.abort();
    stop();
  };
}
