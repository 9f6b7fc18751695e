import type { AnswerFacts } from '../protocol/types.js';
import type { Attempt, Failed } from './attempt.js';

/** An answer that is held back. */
export interface Held {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** Null where the request was refused. */
  facts: AnswerFacts | null;
  ttftMs: number | null;
  /** Why it broke off; null where it did not. */
  broken: string | null;
}

/** Reads all of an answer, a stream to its end, before anything of it is sent. */
export async function hold(attempt: Exclude<Attempt, Failed>): Promise<Held> {
  const { headers } = attempt;
  if (attempt.kind === 'refused')
    return { status: attempt.status, headers, body: attempt.body, facts: null, ttftMs: null, broken: null };
  if (attempt.kind === 'whole') {
    const { status, body, facts, ttftMs } = attempt;
    return { status, headers, body, facts, ttftMs, broken: null };
  }
  const { relay, first, rest, ttftMs } = attempt;
  const parts = [first];
  await new Promise<void>((resolve) => {
    rest.flow((chunk) => {
      parts.push(relay.push(chunk));
      if (!relay.over()) return;
      rest.destroy();
      resolve();
    }, resolve);
  });
  parts.push(relay.end());
  const facts = relay.facts();
  const broken = facts.error?.message ?? (facts.complete ? null : 'the answer broke off');
  return {
    status: 200,
    headers: { ...headers, 'content-type': 'text/event-stream', 'cache-control': 'no-cache' },
    body: parts.join(''),
    facts,
    ttftMs,
    broken,
  };
}
