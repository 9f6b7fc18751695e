import { isAhead } from '../base/clock.js';
import type { BreakerSettings, LlmHealth } from '../schema/health.js';

/** What a breaker knows of one LLM. Times are steady ones, in milliseconds; see `Ledger.steady`. */
export interface Breaker {
  /** The last calls, newest in the lowest bit: 1 for one that failed. */
  outcomes: number;
  /** How many of the bits are calls. */
  calls: number;
  lastAt: number;
  /** Null while it is closed. */
  openedAt: number | null;
  /** Null while an operator holds it open. */
  coolDownMs: number | null;
  /** Calls that succeeded one after another since the cool-down. */
  successes: number;
  error: string | null;
}

/** How a call went; `error` says what went wrong, null where nothing did. */
export interface Outcome {
  error: string | null;
  at: number;
}

export const CLOSED: Breaker = {
  outcomes: 0,
  calls: 0,
  lastAt: 0,
  openedAt: null,
  coolDownMs: null,
  successes: 0,
  error: null,
};

/** What a call reports; `error` as {@link Outcome} has it. */
export function failureOf(
  { error, latency_ms: took }: { error?: string | undefined; latency_ms?: number | undefined },
  { timeout_ms: timeout }: BreakerSettings,
): string | null {
  if (error !== undefined) return error;
  return timeout !== null && took !== undefined && took > timeout
    ? `answered after ${Math.round(took)} ms, and timeout_ms is ${timeout}`
    : null;
}

export function failuresOf({ outcomes }: Breaker): number {
  let count = 0;
  for (let bits = outcomes; bits !== 0; bits &= bits - 1) count++;
  return count;
}

/** When it may be tried again; infinity where an operator holds it open. */
const retryAt = ({ openedAt, coolDownMs }: Breaker): number =>
  coolDownMs === null ? Infinity : openedAt! + coolDownMs;

export function stateOf(breaker: Breaker, now: number): LlmHealth['state'] {
  if (breaker.openedAt === null) return 'closed';
  return now < retryAt(breaker) ? 'open' : 'half_open';
}

/**
 * The breaker without times that are yet to come, from before a clock was set back: it may be tried at once, and calls
 * of a time that nobody knows count no longer.
 */
export function withoutFuture(breaker: Breaker, now: number): Breaker {
  const { openedAt, lastAt, coolDownMs } = breaker;
  if (openedAt !== null && isAhead(openedAt, now))
    return { ...breaker, openedAt: now - (coolDownMs ?? 0), lastAt: Math.min(lastAt, now) };
  return isAhead(lastAt, now)
    ? { ...breaker, lastAt: 0, ...(openedAt === null && { outcomes: 0, calls: 0 }) }
    : breaker;
}

const opened = (breaker: Breaker, at: number, coolDownMs: number): Breaker => ({
  ...breaker,
  openedAt: at,
  coolDownMs,
  successes: 0,
});

/** The breaker after a call. Calls that end while it is open were begun before it was, and change nothing. */
export function afterCall(breaker: Breaker, { error, at }: Outcome, settings: BreakerSettings): Breaker {
  const state = stateOf(breaker, at);
  if (state === 'open') return breaker;
  const forgotten = at - breaker.lastAt > settings.window_ms && state === 'closed';
  const known = forgotten ? CLOSED : breaker;
  const next: Breaker = {
    ...known,
    outcomes: ((known.outcomes << 1) | (error === null ? 0 : 1)) & (2 ** settings.calls - 1),
    calls: Math.min(settings.calls, known.calls + 1),
    lastAt: Math.max(at, known.lastAt),
    error: error ?? known.error,
  };
  if (state === 'half_open') {
    if (error !== null) return opened(next, at, Math.min(settings.max_cool_down_ms, 2 * breaker.coolDownMs!));
    const successes = breaker.successes + 1;
    return successes < settings.probes ? { ...next, successes } : { ...CLOSED, lastAt: at };
  }
  const trips =
    error !== null && next.calls >= settings.min_calls && failuresOf(next) >= settings.failure_rate * next.calls;
  return trips ? opened(next, at, settings.cool_down_ms) : next;
}

/** The breaker as an operator sets it. */
export function overridden(
  breaker: Breaker,
  state: 'open' | 'closed',
  reason: string | undefined,
  at: number,
): Breaker {
  return state === 'closed'
    ? { ...CLOSED, lastAt: at }
    : { ...breaker, openedAt: at, coolDownMs: null, successes: 0, error: reason ?? 'taken out by an operator' };
}

/** @param wall the time of day at `now` */
export function healthOf(model: string, breaker: Breaker, now: number, wall = now): LlmHealth {
  const { calls, openedAt, error } = breaker;
  const iso = (at: number): string => new Date(at - now + wall).toISOString();
  return {
    model: model as LlmHealth['model'],
    state: stateOf(breaker, now),
    calls,
    failures: failuresOf(breaker),
    error,
    opened_at: openedAt === null ? null : iso(openedAt),
    retry_at: openedAt === null || breaker.coolDownMs === null ? null : iso(retryAt(breaker)),
  };
}
