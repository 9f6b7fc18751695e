import type { Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { Maybe } from '../base/maybe.js';
import { DAY_MS } from '../base/units.js';
import type { Standing } from '../decision/call-context.js';
import type { Call } from '../protocol/types.js';
import type { CallStore } from '../store/ports/calls.js';
import { createBeginnings } from './conversation-beginnings.js';
import {
  askedOf,
  behaviour,
  shownAfresh,
  shownAfter,
  shownInPlace,
  type Asked,
  type Behaviour,
} from './conversation-behaviour.js';
import { standingBy, standingIn, threadAfter, threadOf, type Given, type Thread } from './conversation-thread.js';

/** Sessions that are remembered, of about a kilobyte each; beyond that, the oldest are forgotten. */
const MAX_SESSIONS = 50_000;
/** Share of them that is left when the oldest are forgotten, many at a time. */
const LEFT = 0.98;
/** How often in a row one turn is asked again by a person; whoever goes on is a program that asks by the clock. */
export const MOST_AGAIN = 3;
/** Threads of one session. */
const MAX_THREADS = 8;
/** How long a session is remembered after its last call, in milliseconds. */
const KEPT_MS = DAY_MS;
/** How long a conversation says nothing until it is over, in milliseconds. */
export const QUIET_MS = 900_000;
/** Characters of a decision's id, a UUID, which ends the id of its answer. */
const DECISION_CHARS = 36;

export interface ConversationParts {
  clock: Clock;
  /** Asked where a conversation goes on that this process has not seen. */
  ledger: Pick<CallStore, 'last' | 'get'>;
  log: Logger;
  /** 50,000 unless given. */
  maxSessions?: number;
}

/**
 * Conversations through the model endpoint, in memory: which LLM gave the last answer, what its provider has cached,
 * and what users do on answers. No text is kept. They are this process's: after a restart, or where another process had
 * the conversation, the ledger's last call tells where it stands, and behaviours are seen anew from then on.
 */
export interface Conversations {
  /** Where the conversation of a call is; null where it begins, or nothing is known of it. */
  standing(call: Call, session: string): Maybe<Standing | null>;
  /**
   * What a call shows of earlier answers, as it comes. Each answer is seen something of once.
   *
   * @param query what it is routed by
   * @param caller whose other conversations it may repeat; see `callerOf`
   */
  begin(call: Call, session: string, query: string, caller: string): Behaviour[];
  /** Remembers the answer to a call that began. */
  answered(call: Call, session: string, given: Given): void;
  /** What is seen of the last answers of conversations that are over by now. */
  ended(now: number): Behaviour[];
  /** The session in which the last answer has this id; undefined where none is known. */
  sessionAfter(answerId: string): string | undefined;
}

/** A call on its way. */
interface Begun {
  asked: Asked;
  caller: string;
}

export function createConversations({
  clock,
  ledger,
  log,
  maxSessions = MAX_SESSIONS,
}: ConversationParts): Conversations {
  /** By session, the one that was heard of last at the end; of each, threads likewise. */
  const sessions = new Map<string, Thread[]>();
  /** Threads whose last answer nothing was seen of, in order of their answers. */
  const open = new Set<Thread>();
  /** By the decision of their last answer. */
  const byDecision = new Map<string, Thread>();
  const beginnings = createBeginnings();
  const begun = new WeakMap<Call, Begun>();

  function forget(thread: Thread): void {
    open.delete(thread);
    if (byDecision.get(thread.answer.decision) === thread) byDecision.delete(thread.answer.decision);
  }

  function tell(thread: Thread, signal: Behaviour['signal'] | null): Behaviour[] {
    if (signal === null || thread.answer.told || thread.again >= MOST_AGAIN) return [];
    thread.answer.told = true;
    open.delete(thread);
    return [behaviour(thread.answer, signal)];
  }

  async function askLedger(call: Call, session: string): Promise<Standing | null> {
    try {
      const decision = call.previousAnswer?.slice(-DECISION_CHARS);
      const record = decision === undefined ? await ledger.last(session) : (await ledger.get([decision])).get(decision);
      return standingBy(call, record, clock());
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'the last call of a conversation not read, so it may go to any LLM');
      return null;
    }
  }

  /** Forgets the oldest sessions: those beyond `most`, and those of too long ago. */
  function forgetOldest(now: number, most: number): void {
    for (const [session, threads] of sessions) {
      if (sessions.size <= most && threads.at(-1)!.answer.at > now - KEPT_MS) return;
      sessions.delete(session);
      threads.forEach(forget);
    }
  }

  return {
    standing(call, session) {
      if (!call.continues) return null;
      const thread = threadOf(sessions.get(session) ?? [], call);
      return thread === undefined ? askLedger(call, session) : standingIn(call, thread, clock());
    },
    begin(call, session, query, caller) {
      const now = clock();
      const threads = sessions.get(session) ?? [];
      const thread = threadOf(threads, call);
      const asked = askedOf(call, query, thread?.answer.asked);
      begun.set(call, { asked, caller });
      // Results of tools are not the user's.
      if (call.toolLoop !== null) return [];
      if (call.continues) return thread === undefined ? [] : tell(thread, shownAfter(thread.answer, asked, now));
      const isPerson = beginnings.begin(caller, now);
      if (thread !== undefined) return tell(thread, shownInPlace(thread.answer, asked, now));
      if (!isPerson) return [];
      // The first question edited, where the session has a name; else in another conversation.
      const newest = threads.at(-1);
      const edited = newest === undefined ? [] : tell(newest, shownInPlace(newest.answer, asked, now));
      const last = edited.length > 0 ? undefined : beginnings.last(caller);
      return last === undefined ? edited : tell(last, shownAfresh(last.answer, asked, now));
    },
    answered(call, session, given) {
      const threads = sessions.get(session) ?? [];
      const before = threadOf(threads, call);
      const { asked, caller } = begun.get(call) ?? {
        asked: askedOf(call, given.query, before?.answer.asked),
        caller: '',
      };
      const thread = threadAfter(before, { call, asked, session, caller }, given);
      if (before !== undefined) forget(before);
      const kept = [...threads.filter((one) => one !== before), thread];
      kept.splice(0, kept.length - MAX_THREADS).forEach(forget);
      sessions.delete(session);
      sessions.set(session, kept);
      open.add(thread);
      byDecision.set(given.decision, thread);
      beginnings.answered(caller, thread);
      if (sessions.size > maxSessions) forgetOldest(given.at, LEFT * maxSessions);
    },
    ended(now) {
      const quiet: Behaviour[] = [];
      for (const thread of open) {
        if (thread.answer.at > now - QUIET_MS) break;
        open.delete(thread);
        if (thread.answer.settled) quiet.push(...tell(thread, 'quiet'));
      }
      forgetOldest(now, maxSessions);
      return quiet;
    },
    sessionAfter: (answerId) => byDecision.get(answerId.slice(-DECISION_CHARS))?.session,
  };
}
