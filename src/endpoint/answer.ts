import type { AnswerFacts } from '../protocol/types.js';
import type { Concluder } from './conclude.js';
import { toldBy, type Decided } from './decide.js';
import { deliver, type Delivered } from './deliver.js';
import type { Reached } from './failover.js';
import { nobodyAnswered } from './failures.js';
import { CLIENT_GONE, REFUSED } from './outcome.js';
import type { CallAnswer } from './types.js';

export const ANSWERED = 200;

export const tokensOf = ({ usage }: Pick<AnswerFacts, 'usage'>): number =>
  usage === null ? 0 : usage.prompt + usage.completion;

/** Concludes a call that nobody answered; throws what its client is told. */
export function noAnswer(
  { conclude }: Pick<Concluder, 'conclude'>,
  decided: Decided,
  failed: Reached['failed'],
): never {
  const { model, fallbacks } = decided.response;
  const error = nobodyAnswered(failed, decided.pinned ? [model] : [model, ...fallbacks]);
  const last = failed.at(-1);
  conclude(decided, {
    model: last?.model ?? model,
    provider: last?.target.provider.name ?? null,
    status: error.status,
    error: last?.failure ?? 'rate_limited',
    message: last?.message ?? null,
    failed,
    facts: null,
    ttftMs: null,
  });
  throw error;
}

/** Concludes a call whose client went away before there was an answer. */
export function clientGone({ conclude }: Pick<Concluder, 'conclude'>, decided: Decided): void {
  const gone = { status: CLIENT_GONE, error: 'client_gone', message: null, failed: [], facts: null, ttftMs: null };
  conclude(decided, { ...gone, model: decided.response.model, provider: null });
}

/** What is answered of a call that was answered, and concludes it, a stream once it is over. */
export function answerOf(
  concluder: Pick<Concluder, 'conclude'>,
  decided: Decided,
  { answered, failed }: Reached,
): CallAnswer {
  if (answered === null) return noAnswer(concluder, decided, failed);
  const { attempt, target, ended } = answered;
  const { model } = target;
  const headers = { ...attempt.headers, ...toldBy(decided, model) };
  const about = { model, provider: target.provider.name, failed };
  if (attempt.kind === 'refused') {
    ended({ error: null, tokens: 0 });
    concluder.conclude(decided, {
      ...about,
      status: attempt.status,
      error: REFUSED,
      message: null,
      facts: null,
      ttftMs: null,
    });
    return { kind: 'text', status: attempt.status, headers, body: attempt.body };
  }
  const { ttftMs } = attempt;
  if (attempt.kind === 'whole') {
    const { facts } = attempt;
    ended({ error: null, tokens: tokensOf(facts) });
    concluder.conclude(decided, { ...about, status: ANSWERED, error: null, message: null, facts, ttftMs });
    return { kind: 'text', status: attempt.status, headers, body: attempt.body };
  }
  const over = ({ broken, gone }: Delivered): void => {
    const facts = attempt.relay.facts();
    ended({ error: broken, tokens: tokensOf(facts) });
    concluder.conclude(decided, {
      ...about,
      status: gone ? CLIENT_GONE : ANSWERED,
      error: gone ? 'client_gone' : broken === null ? null : 'broken_answer',
      message: broken,
      facts,
      ttftMs,
    });
  };
  return {
    kind: 'stream',
    status: ANSWERED,
    headers,
    deliver: (to) => deliver(to, attempt, over),
    discard() {
      attempt.rest.destroy();
      over({ broken: null, gone: true });
    },
  };
}
