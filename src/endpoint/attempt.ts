import { messageOf, PointsmanError } from '../base/errors.js';
import { createRelay, type Relay } from '../protocol/relay.js';
import { relayWhole } from '../protocol/relay-whole.js';
import { refusalBody } from '../protocol/refusal.js';
import { translationOf } from '../protocol/translate.js';
import type { AnswerFacts, Api, Translation } from '../protocol/types.js';
import { ProviderFailure, type Calling, type ProviderAnswer, type Target } from '../providers/types.js';
import { readWhole, startOf, TooSlow, type Started } from './body.js';
import { bodyFor, passedOn, toProvider, type Outgoing } from './wire.js';

/** Classes of what can go wrong with a call. */
export type FailureClass =
  | 'unreachable'
  | 'timeout'
  | 'rate_limited'
  | 'provider_error'
  | 'not_configured'
  | 'broken_answer'
  /** What is asked has nothing to stand for it in the form of this target. */
  | 'unfit';

/** A call that gave no answer: another LLM or deployment may. */
export interface Failed {
  kind: 'failed';
  failure: FailureClass;
  message: string;
  /** What the provider answered, where it did. */
  status: number | null;
  body: string | null;
  retryAfterMs: number | undefined;
  /** What the client is told where no other takes the call. */
  cause?: PointsmanError;
}

/** What came of one call of one target, before anything is sent to the client. */
export type Attempt =
  | Failed
  /** The provider refuses the request itself: no other would take it. */
  | { kind: 'refused'; status: number; headers: Record<string, string>; body: string }
  | { kind: 'whole'; status: number; headers: Record<string, string>; body: string; facts: AnswerFacts; ttftMs: number }
  | { kind: 'stream'; headers: Record<string, string>; relay: Relay; first: string; rest: Started; ttftMs: number };

/** Longest wait for the first part of a stream, where its provider says nothing else, in milliseconds. */
const FIRST_PART_MS = 60_000;

const REFUSED: ReadonlySet<number> = new Set([400, 409, 413, 415, 422]);
/** A key, a name or a path that its provider does not know is a setting of ours, and no fault of the client. */
const NOT_CONFIGURED: ReadonlySet<number> = new Set([401, 403, 404, 405]);

function failureOf(status: number): FailureClass {
  if (status === 408 || status === 504) return 'timeout';
  if (status === 429 || status === 529) return 'rate_limited';
  return NOT_CONFIGURED.has(status) ? 'not_configured' : 'provider_error';
}

/** Seconds or a date, as milliseconds from now; undefined where nothing sensible is said. */
function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, 3_600_000) : undefined;
}

/** A call that failed, as nothing more is known of it than `rest` says. */
export const failedBy = (failure: FailureClass, message: string, rest: Partial<Failed> = {}): Failed => ({
  kind: 'failed',
  failure,
  message,
  status: null,
  body: null,
  retryAfterMs: undefined,
  ...rest,
});

function failedToSend(error: unknown): Failed {
  if (error instanceof ProviderFailure) {
    const failure = {
      connect: 'unreachable',
      first_byte: 'timeout',
      config: 'not_configured',
      aborted: 'timeout',
    } as const;
    return failedBy(failure[error.kind], error.message);
  }
  return failedBy('unreachable', messageOf(error));
}

/** An answer whose status says that something went wrong. */
async function refusal(
  calling: Calling,
  { status, headers, body }: ProviderAnswer,
  client: { api: Api; translation: Translation | null },
  now: number,
): Promise<Attempt> {
  const text = calling.redact(await readWhole(body).catch(() => ''));
  if (!REFUSED.has(status))
    return failedBy(failureOf(status), `HTTP ${status}: ${text.slice(0, 500).trim() || 'an empty answer'}`, {
      status,
      body: text,
      retryAfterMs: retryAfterMs(headers['retry-after'], now),
    });
  return { kind: 'refused', status, headers: passedOn(headers), body: refusalBody(client, status, text) };
}

export interface AttemptParts {
  calling: Calling;
  /** In milliseconds, for times between. */
  now(): number;
  /** Time of day, in milliseconds. */
  clock(): number;
}

/**
 * Calls one target, and waits for the beginning of a stream or the whole of another answer: until then, nothing is sent
 * to the client. Rejects only where `signal` is aborted.
 */
export async function attempt(
  { calling, now, clock }: AttemptParts,
  target: Target,
  outgoing: Outgoing,
  signal: AbortSignal,
): Promise<Attempt> {
  const { call } = outgoing;
  const translation = translationOf(call.api, target.api);
  const began = now();
  let answer: ProviderAnswer;
  try {
    const body = bodyFor(outgoing, target, translation);
    const headers = toProvider(outgoing.headers, target.provider.protocol);
    answer = await calling.send(target, { body, headers, signal });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof PointsmanError) return failedBy('unfit', error.message, { cause: error });
    return failedToSend(error);
  }
  if (answer.status < 200 || answer.status >= 300)
    return refusal(calling, answer, { api: call.api, translation }, clock());
  const shape = {
    client: call.api,
    provider: target.api,
    model: target.model,
    id: outgoing.answerId,
    dropUsage: call.api === 'chat' && !call.wantsUsage,
  };
  try {
    const isStream = answer.headers['content-type']?.startsWith('text/event-stream') ?? false;
    if (!call.stream || !isStream) {
      const { text, facts } = relayWhole(await readWhole(answer.body), { ...shape, translation });
      const { error } = facts;
      if (error !== null) return failedBy('provider_error', `${error.type}: ${calling.redact(error.message)}`);
      return {
        kind: 'whole',
        status: answer.status,
        headers: passedOn(answer.headers),
        body: text,
        facts,
        ttftMs: now() - began,
      };
    }
    const relay = createRelay({ ...shape, translation: translation?.stream() ?? null, redact: calling.redact });
    const limit = target.provider.first_byte_ms ?? FIRST_PART_MS;
    const { first, rest } = await startOf(answer.body, relay, Math.max(1, limit - (now() - began)));
    if (!relay.started()) {
      answer.body.destroy();
      const { error } = relay.facts();
      const what = error === null ? 'the stream ended before its answer began' : `${error.type}: ${error.message}`;
      return failedBy(error === null ? 'broken_answer' : 'provider_error', calling.redact(what));
    }
    return { kind: 'stream', headers: passedOn(answer.headers), relay, first, rest, ttftMs: now() - began };
  } catch (error) {
    answer.body.destroy();
    signal.throwIfAborted();
    return failedBy(error instanceof TooSlow ? 'timeout' : 'broken_answer', calling.redact(messageOf(error)));
  }
}
