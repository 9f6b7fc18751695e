import { DEFAULT_COMPLETION_TOKENS } from '../base/tokens.js';
import { afterCall, CLOSED, failuresOf, healthOf, stateOf, type Breaker } from '../machines/breaker.js';
import { AMOUNT_KINDS, createUseWindow, slotOf, type Capacity } from '../machines/limits.js';
import type { BreakerSettings, LlmHealth } from '../schema/health.js';
import type { TargetOutcome } from './types.js';

/** Longest that `Retry-After` keeps a deployment out, in milliseconds. */
const MAX_HOLD_MS = 3_600_000;
/** Over how many answers their typical length is averaged. */
const TYPICAL_OF = 64;

/** One place where an LLM is called, as this process knows it. Times are milliseconds. */
export interface DeploymentState {
  inFlight(): number;
  /** The number of the last call that began here, of all places. */
  lastTurn(): number;
  /** Why a call may not go there now; undefined where it may. */
  barred(promptTokens: number, capacity: Capacity, now: number): string | undefined;
  /** Which limit leaves no room for a call. */
  full(promptTokens: number, capacity: Capacity, now: number): string | undefined;
  /**
   * Takes a call's place until the returned function is called, once. `turn` counts the calls of all places.
   *
   * @param ended called with the breaker, where the call opened or closed it
   */
  begin(promptTokens: number, turn: number, now: number): (outcome: TargetOutcome, now: number) => Change;
  /** @param wall the time of day at `now` */
  health(now: number, wall: number): Omit<LlmHealth, 'model'> & { held_until: string | null };
}

/** What a call made of the breaker. */
export type Change = 'opened' | 'closed' | null;

const seconds = (ms: number): string => `${Math.ceil(ms / 1000)} s`;

/** @param settings the breaker's, as they are at each call */
export function createDeploymentState(settings: () => BreakerSettings): DeploymentState {
  const used = createUseWindow();
  let breaker: Breaker = CLOSED;
  let [inFlight, probes, turn] = [0, 0, 0];
  let heldUntil = -Infinity;
  /** Tokens of a typical answer. */
  let typical = DEFAULT_COMPLETION_TOKENS;

  function full(promptTokens: number, capacity: Capacity, now: number): string | undefined {
    if (inFlight >= capacity.inFlight) return `it has ${inFlight} of its ${capacity.inFlight} calls in flight`;
    if (capacity.requests === Infinity && capacity.tokens === Infinity) return undefined;
    const sum = used.used(slotOf(now));
    const wanted = { requests: 1, tokens: promptTokens + typical };
    // A call that is longer than a minute's limit has room where nothing else was sent.
    const kind = AMOUNT_KINDS.find((one) => sum[one] > 0 && sum[one] + wanted[one] > capacity[one]);
    return kind && `it is at ${Math.round(sum[kind])} of its ${capacity[kind]} ${kind} a minute`;
  }

  function count({ error, tokens }: TargetOutcome, promptTokens: number, counted: number, slot: number): void {
    if (tokens > promptTokens) typical += (tokens - promptTokens - typical) / TYPICAL_OF;
    const unknown = error === null ? counted : promptTokens;
    used.add(slot, { requests: 0, tokens: (tokens > 0 ? tokens : unknown) - counted });
  }

  return {
    inFlight: () => inFlight,
    lastTurn: () => turn,
    barred(promptTokens, capacity, now) {
      if (now < heldUntil) return `it asked for no calls for another ${seconds(heldUntil - now)}`;
      if (breaker.openedAt !== null) {
        if (stateOf(breaker, now) === 'open')
          return `${failuresOf(breaker)} of its last ${breaker.calls} calls failed (${breaker.error})`;
        if (probes > 0) return 'it failed before, and is being tried by one call at a time';
      }
      return full(promptTokens, capacity, now);
    },
    full,
    begin(promptTokens, number, now) {
      const isProbe = stateOf(breaker, now) === 'half_open';
      const [slot, counted] = [slotOf(now), promptTokens + typical];
      used.add(slot, { requests: 1, tokens: counted });
      turn = number;
      inFlight++;
      if (isProbe) probes++;
      let isOver = false;
      return (outcome, at) => {
        if (isOver) return null;
        isOver = true;
        inFlight--;
        if (isProbe) probes--;
        count(outcome, promptTokens, counted, slot);
        if (outcome.retryAfterMs !== undefined)
          heldUntil = Math.max(heldUntil, at + Math.min(outcome.retryAfterMs, MAX_HOLD_MS));
        // One that was begun before it opened says nothing of how it is now.
        if (outcome.inconclusive === true || (!isProbe && stateOf(breaker, at) === 'half_open')) return null;
        const before = breaker;
        breaker = afterCall(breaker, { error: outcome.error, at }, settings());
        if (breaker.openedAt === before.openedAt) return null;
        return breaker.openedAt === null ? 'closed' : 'opened';
      };
    },
    health(now, wall) {
      const { model: _model, ...health } = healthOf('', breaker, now, wall);
      return { ...health, held_until: now < heldUntil ? new Date(heldUntil - now + wall).toISOString() : null };
    },
  };
}
