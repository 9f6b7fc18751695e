import type { Thread } from './conversation-thread.js';
import { REPHRASED_MS } from './conversation-behaviour.js';

/**
 * Conversations that one person begins in five minutes at most. Who begins more is a program, or many people behind one
 * key: their first questions are alike for being of one template, and say nothing of each other's answers.
 */
export const MOST_BEGUN = 3;
/** Callers that are remembered; beyond that, the oldest are forgotten. */
const MAX_CALLERS = 10_000;

/** What one caller began lately. */
interface Begun {
  /** When, the last {@link MOST_BEGUN} and one more. */
  times: number[];
  /** The newest that was answered, while it has that one answer. */
  last: Thread | undefined;
}

/** Conversations that callers began lately, so that a new one may be seen to repeat the one before. */
export interface Beginnings {
  /** Notes a conversation's first turn; answers whether it is one of so few that a person began them. */
  begin(caller: string, now: number): boolean;
  /** The conversation that the caller began before, where it went no further than its first answer. */
  last(caller: string): Thread | undefined;
  /** Notes an answer. */
  answered(caller: string, thread: Thread): void;
}

export function createBeginnings(): Beginnings {
  /** The one that was heard of last at the end. */
  const callers = new Map<string, Begun>();
  return {
    begin(caller, now) {
      const { times, last } = callers.get(caller) ?? { times: [], last: undefined };
      const begun = { times: [...times, now].slice(-MOST_BEGUN - 1), last };
      callers.delete(caller);
      callers.set(caller, begun);
      for (const oldest of callers.keys()) {
        if (callers.size <= MAX_CALLERS) break;
        callers.delete(oldest);
      }
      return begun.times.length <= MOST_BEGUN || now - begun.times[0]! >= REPHRASED_MS;
    },
    last: (caller) => callers.get(caller)?.last,
    answered(caller, thread) {
      const begun = callers.get(caller);
      if (begun === undefined) return;
      if (thread.turns === 1) begun.last = thread;
      else if (begun.last?.session === thread.session) begun.last = undefined;
    },
  };
}
