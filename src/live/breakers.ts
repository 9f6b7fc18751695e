import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/log.js';
import type { Ledger } from '../store/ports/index.js';
import type { Live } from './follower.js';
import { DEFAULT_BREAKER } from '../schema/health.js';
import { failuresOf, stateOf, type Breaker } from '../machines/breaker.js';

/** What breakers say of the LLMs, as decisions read it. */
export interface Health {
  /** Answers why an LLM may not be chosen now, undefined where it may. Null where all of them may. */
  barred(): ((model: string) => string | undefined) | null;
  /**
   * Notes that a query is about to go to this LLM: one that is half open gets its next only after a while. The function
   * that is returned takes the note back, as the query goes elsewhere.
   */
  chosen(model: string): () => void;
}

/** Health that follows the ledger, which all API processes share. */
export interface LiveHealth extends Health, Live {}

const NOTHING_NOTED = (): void => undefined;

/** Where nothing is watched. */
export const ALL_WELL: Health = { barred: () => null, chosen: () => NOTHING_NOTED };

/** @param wall the time of day at 0 of the breaker's time */
function reasonOf(breaker: Breaker, wall: number): string {
  const { calls, error, coolDownMs } = breaker;
  if (coolDownMs === null) return `it is held out by an operator: ${error}`;
  return (
    `${failuresOf(breaker)} of its last ${calls} calls failed (${error}); it is tried again at ` +
    `${new Date(breaker.openedAt! + coolDownMs + wall).toISOString()}`
  );
}

export async function openLiveHealth({
  ledger,
  clock,
  wall = clock,
  log,
}: {
  ledger: Pick<Ledger, 'breakers' | 'settings'>;
  /** The time that breakers are kept by: `Ledger.steady`. */
  clock: Clock;
  /** The time of day, for what people read. */
  wall?: Clock;
  log: Logger;
}): Promise<LiveHealth> {
  let open: ReadonlyMap<string, Breaker> = new Map();
  let settings = DEFAULT_BREAKER;
  /** When an LLM that is half open was last chosen here. */
  const tried = new Map<string, { at: number }>();

  function barredNow(model: string, now: number): string | undefined {
    const breaker = open.get(model);
    if (breaker === undefined) return undefined;
    if (stateOf(breaker, now) === 'open') return reasonOf(breaker, wall() - now);
    return now - (tried.get(model)?.at ?? -Infinity) >= settings.probe_interval_ms
      ? undefined
      : `it failed before and is being tried: one query in ${settings.probe_interval_ms} ms`;
  }

  async function refresh(): Promise<void> {
    const [now, kept] = await Promise.all([ledger.breakers.open(), ledger.settings.get('breaker')]);
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
    settings = kept;
  }

  await refresh();
  return {
    name: 'health',
    eager: ['breakers', 'catalog', 'settings'],
    lazy: [],
    barred() {
      if (open.size === 0) return null;
      const now = clock();
      return (model) => barredNow(model, now);
    },
    chosen(model) {
      if (!open.has(model)) return NOTHING_NOTED;
      const before = tried.get(model);
      const note = { at: clock() };
      tried.set(model, note);
      return () => {
        if (tried.get(model) !== note) return;
        if (before === undefined) tried.delete(model);
        else tried.set(model, before);
      };
    },
    refresh,
  };
}
