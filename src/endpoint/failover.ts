import { setTimeout as sleep } from 'node:timers/promises';
import type { Maybe } from '../base/maybe.js';
import type { Target, TargetOutcome } from '../providers/types.js';
import { attempt, failedBy, type Attempt, type AttemptParts, type Failed } from './attempt.js';
import type { StopReason } from './types.js';
import type { Outgoing } from './wire.js';

/** A call that failed before another answered. */
export interface FailedCall extends Failed {
  model: string;
  target: Target;
  latencyMs: number;
}

/** The call that is answered with, and those that failed before it. */
export interface Reached {
  /** Null where nobody answered. */
  answered: {
    attempt: Exclude<Attempt, Failed>;
    target: Target;
    /** Tells the target's breaker and limits how the call went, once. */
    ended(outcome: TargetOutcome): void;
  } | null;
  failed: FailedCall[];
}

export interface FailoverParts extends AttemptParts {
  /** Uniform in [0, 1): spreads the retries of several clients. */
  random(): number;
}

export interface FailoverInput {
  /** LLMs in the order in which they are called. */
  models: readonly string[];
  /** The only provider that is called; null for any. */
  provider: string | null;
  outgoing: Outgoing;
  /** Aborted when the client is gone; and here, when the deadline is over. */
  stop: AbortController;
  /** Longest until the beginning of an answer, in milliseconds. */
  deadlineMs: number;
  /** Takes capacity for an LLM that was not chosen first; false where it has none. */
  take(model: string): Maybe<boolean>;
}

/** How often all LLMs are tried, and the pause before the second time, which doubles, in milliseconds. */
const ROUNDS = 3;
const PAUSE_MS = 250;
const MAX_PAUSE_MS = 30_000;

/** Whether the same call may succeed later. */
const mayPass = ({ failure }: FailedCall): boolean => failure !== 'not_configured' && failure !== 'unfit';

/**
 * Calls LLMs in order, each at its deployments in order, until one answers or refuses the request itself. Where all
 * failed for reasons that may pass, they are tried again after a pause, or after the shortest `Retry-After`, as long as
 * the deadline allows. Rejects only where the client is gone.
 */
export async function callInTurn(
  parts: FailoverParts,
  { models, provider, outgoing, stop, deadlineMs, take }: FailoverInput,
): Promise<Reached> {
  const { calling, now, random } = parts;
  const { call } = outgoing;
  const until = now() + deadlineMs;
  const { signal } = stop;
  const timer = setTimeout(() => stop.abort('late' satisfies StopReason), deadlineMs);
  const isLate = (): boolean => signal.reason === ('late' satisfies StopReason);
  const failed: FailedCall[] = [];
  const taken = new Set<string>(models.slice(0, 1));

  async function hasRoom(model: string): Promise<boolean> {
    if (taken.has(model)) return true;
    const granted = await take(model);
    if (granted) taken.add(model);
    return granted;
  }

  async function at(target: Target): Promise<Reached['answered']> {
    const ended = calling.begin(target, call.promptTokens);
    const began = now();
    try {
      const found = await attempt(parts, target, outgoing, signal);
      if (found.kind !== 'failed') return { attempt: found, target, ended };
      const { message, retryAfterMs, failure } = found;
      ended({ error: message, tokens: 0, retryAfterMs, inconclusive: failure === 'unfit' });
      failed.push({ ...found, model: target.model, target, latencyMs: now() - began });
      return null;
    } catch (error) {
      const isOurs = isLate();
      const message = `no answer within ${deadlineMs} ms`;
      ended({ error: message, tokens: 0, inconclusive: !isOurs });
      if (!isOurs) throw error;
      failed.push({ ...failedBy('timeout', message), model: target.model, target, latencyMs: now() - began });
      return null;
    }
  }

  /** The next target of an LLM that was not called in this round. */
  function nextTarget(model: string, called: ReadonlySet<Target['deployment']>): Target | undefined {
    return calling
      .targets(model, call.api, call.promptTokens)
      .find((target) => !called.has(target.deployment) && (provider === null || target.provider.name === provider));
  }

  async function round(): Promise<Reached['answered']> {
    const called = new Set<Target['deployment']>();
    for (const model of models) {
      if (nextTarget(model, called) === undefined || !(await hasRoom(model))) continue;
      // Chosen anew each time, as others call meanwhile.
      for (let target = nextTarget(model, called); target !== undefined; target = nextTarget(model, called)) {
        if (isLate()) return null;
        called.add(target.deployment);
        const answered = await at(target);
        if (answered !== null) return answered;
      }
    }
    return null;
  }

  /** How long to wait before all are tried again; null where that is not worth it. */
  function pauseAfter(rounds: number): number | null {
    const passing = failed.filter(mayPass);
    if (rounds >= ROUNDS || (failed.length > 0 && passing.length === 0)) return null;
    const told = passing.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
    const pause = PAUSE_MS * 2 ** (rounds - 1) * (1 + random());
    const wait = Math.min(MAX_PAUSE_MS, Math.max(pause, told.length === 0 ? 0 : Math.min(...told)));
    return now() + wait < until ? wait : null;
  }

  try {
    for (let rounds = 1; ; rounds++) {
      const answered = await round();
      if (answered !== null) return { answered, failed };
      const pause = isLate() ? null : pauseAfter(rounds);
      if (pause === null) return { answered: null, failed };
      await sleep(pause, undefined, { signal }).catch(() => undefined);
      if (!isLate()) signal.throwIfAborted();
    }
  } finally {
    clearTimeout(timer);
  }
}
