import type { Standing } from '../decision/call-context.js';
import type { Call, Finish, TokenUsage } from '../protocol/types.js';
import type { CallRecord } from '../store/ports/calls.js';
import { isSamePlace, type Answer, type Asked } from './conversation-behaviour.js';

/**
 * How long a provider keeps a prompt after it was read last, in milliseconds: Anthropic's five minutes, the least of
 * OpenAI's five to ten. What it may have dropped counts as dropped.
 */
export const CACHE_MS = 300_000;
/** Fewest tokens of a prompt that OpenAI and Anthropic keep. */
export const LEAST_CACHED = 1_024;
/**
 * From how many of an LLM's own calls on, the same or failed in a row, a better one takes over: the second may be a
 * second try, which agents ask for; with the third it is a loop.
 */
export const REPEATS = 3;
export const FAILURES = 3;

/** An answer that was given, as the conductor tells it. */
export interface Given {
  decision: string;
  model: string;
  usage: TokenUsage | null;
  /** When it ended, in milliseconds since the epoch. */
  at: number;
  /** What was routed by. */
  query: string;
  /** Why it ended; taken for whole unless given. */
  finish?: Finish | null;
}

/** One line of talk in a session: agents of one session, and its housekeeping, have lines of their own. */
export interface Thread {
  session: string;
  caller: string;
  opening: string;
  /** Messages of its last call. */
  messages: number;
  answer: Answer;
  /** Tokens that its LLM's provider read and wrote last, and has cached if it caches. */
  tokens: number;
  /** How many answers in a row its LLM gave. */
  streak: number;
  /** Turns of the user: results of tools are none, and one that is asked again is one. */
  turns: number;
  /** How often in a row its last turn was asked again. */
  again: number;
}

/**
 * What the provider has read and written. Where one that should have had the prompt cached said that it had not, it
 * does not cache, and that counts as nothing.
 */
function tokensOf(call: Call, { model, usage, at }: Given, before: Thread | undefined): number {
  if (usage === null) return call.promptTokens;
  const goesOn = before?.answer.model === model && at - before.answer.at < CACHE_MS && usage.prompt >= LEAST_CACHED;
  return goesOn && before.tokens >= LEAST_CACHED && usage.cached + usage.cacheWritten === 0
    ? 0
    : usage.prompt + usage.completion;
}

/** A thread after one more answer. */
export function threadAfter(
  before: Thread | undefined,
  { call, asked, session, caller }: { call: Call; asked: Asked; session: string; caller: string },
  given: Given,
): Thread {
  const { decision, model, at, finish = 'stop' } = given;
  const isOfTools = call.toolLoop !== null;
  const isAgain = before !== undefined && isSamePlace(before.answer.asked, asked);
  return {
    session,
    caller,
    opening: call.opening,
    messages: call.messages.length,
    answer: { decision, model, at, asked, settled: finish === 'stop' || finish === null, told: false },
    tokens: tokensOf(call, given, before),
    streak: before?.answer.model === model ? before.streak + 1 : 1,
    turns: (before?.turns ?? 0) + (isOfTools || isAgain ? 0 : 1),
    again: isOfTools ? (before?.again ?? 0) : isAgain ? before.again + 1 : 0,
  };
}

/**
 * The thread that a call goes on with: of the answer that it names, else with the same beginning; else, as agents
 * change their instructions in the middle, the longest that is no longer than it.
 *
 * @param threads of its session, the newest last
 */
export function threadOf(threads: readonly Thread[], call: Call): Thread | undefined {
  const { previousAnswer: previous, opening, messages, continues } = call;
  if (previous !== null) return threads.findLast(({ answer }) => previous.endsWith(answer.decision));
  const same = threads.findLast((thread) => thread.opening === opening);
  if (same !== undefined || !continues) return same;
  let longest: Thread | undefined;
  for (const thread of threads)
    if (thread.messages <= messages.length && thread.messages >= (longest?.messages ?? 0)) longest = thread;
  return longest;
}

/** What the next turn is. What an answer's provider keeps of a conversation, no other provider has. */
function turnOf({ toolLoop: loop, previousAnswer }: Call, streak: number): Standing['turn'] {
  if (previousAnswer !== null) return 'tools';
  if (loop === null) return 'free';
  return Math.min(loop.repeats, streak) >= REPEATS || Math.min(loop.failures, streak) >= FAILURES
    ? 'escalate'
    : 'tools';
}

/** Where a conversation is by its last answer, of `tokens`, at `at`. */
function standingAfter(call: Call, model: string, tokens: number, since: number, streak: number): Standing {
  const isCached = tokens >= LEAST_CACHED && since < CACHE_MS;
  return { model, cachedTokens: isCached ? Math.min(tokens, call.promptTokens) : 0, turn: turnOf(call, streak) };
}

export const standingIn = (call: Call, { answer, tokens, streak }: Thread, now: number): Standing =>
  standingAfter(call, answer.model, tokens, now - answer.at, streak);

/** The same by the ledger's record of the last call, which does not tell how many answers in a row its LLM gave. */
export function standingBy(call: Call, record: CallRecord | undefined, now: number): Standing | null {
  if (record === undefined || record.error !== null) return null;
  const tokens = (record.promptTokens ?? 0) + (record.completionTokens ?? 0);
  return standingAfter(call, record.model, tokens, now - record.at, Infinity);
}
