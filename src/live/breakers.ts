import type { Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { every } from '../base/every.js';
import type { Logger } from '../base/log.js';
import type { Ledger } from '../store/types.js';
import { DEFAULT_BREAKER } from '../schema/health.js';
import { failuresOf, stateOf, type Breaker } from '../machines/breaker.js';

/** What breakers say of the LLMs, as decisions read it. */
export interface Health {
  /** Why an LLM may not be chosen now, undefined where it may; null where all may. */
  barred(): ((model: string) => string | undefined) | null;
  /** Takes note that a decision chose this LLM: of one that is tried, so is the next one only after a while. */
  chosen(model: string): void;
}

/** Health that follows the ledger, which all API processes share. */
export interface LiveHealth extends Health {
  /** Reads what the ledger says now. */
  refresh(): void;
  follow(everyMs: number): () => void;
}

/** Where nothing is watched. */
export const ALL_WELL: Health = { barred: () => null, chosen: () => undefined };

function reasonOf(breaker: Breaker): string {
  const { calls, error, coolDownMs } = breaker;
  if (coolDownMs === null) return `it is held out by an operator: ${error}`;
  return (
    `${failuresOf(breaker)} of its last ${calls} calls failed (${error}); it is tried again at ` +
    `${new Date(breaker.openedAt! + coolDownMs).toISOString()}`
  );
}

export function openLiveHealth({
  ledger,
  clock,
  log,
}: {
  ledger: Pick<Ledger, 'openBreakers' | 'getBreakerSettings'>;
  clock: Clock;
  log: Logger;
}): LiveHealth {
  let open: ReadonlyMap<string, Breaker> = new Map();
  let settings = DEFAULT_BREAKER;
  /** When an LLM that is half open was last chosen here. */
  const tried = new Map<string, number>();

  function barredNow(model: string, now: number): string | undefined {
    const breaker = open.get(model);
    if (breaker === undefined) return undefined;
    if (stateOf(breaker, now) === 'open') return reasonOf(breaker);
    return now - (tried.get(model) ?? -Infinity) >= settings.probe_interval_ms
      ? undefined
      : `it failed before and is being tried: one query in ${settings.probe_interval_ms} ms`;
  }

  function refresh(): void {
    const now = ledger.openBreakers();
    for (const [model, breaker] of now)
      if (!open.has(model))
        log.warn(
          { model, error: breaker.error, calls: breaker.calls, failures: failuresOf(breaker) },
          'LLM taken out of the rankings',
        );
    for (const model of open.keys()) {
      if (now.has(model)) continue;
      tried.delete(model);
      log.info({ model }, 'LLM back in the rankings');
    }
    open = now;
    settings = ledger.getBreakerSettings();
  }

  refresh();
  return {
    barred() {
      if (open.size === 0) return null;
      const now = clock();
      return (model) => barredNow(model, now);
    },
    chosen(model) {
      if (open.has(model)) tried.set(model, clock());
    },
    refresh,
    follow: (everyMs) =>
      every(everyMs, refresh, (error) =>
        log.error({ error: messageOf(error) }, 'health not refreshed; what was known goes on counting'),
      ),
  };
}
