import type { Call } from '../protocol/types.js';
import { likeness, wordsOf } from './conversation-words.js';

/**
 * What users do that says how good an answer was, without saying so:
 *
 * - `regenerated`: the same was asked again where the answer stood, so it was thrown away;
 * - `rephrased`: nearly the same was asked again soon after;
 * - `continued`: the conversation went on;
 * - `quiet`: nothing came any more, so nobody complained.
 */
export const BEHAVIOURS = ['regenerated', 'rephrased', 'continued', 'quiet'] as const;

/** What is seen of an earlier answer. */
export interface Behaviour {
  /** The decision, and the LLM, that gave that answer. */
  decision: string;
  model: string;
  signal: (typeof BEHAVIOURS)[number];
  /** 0 where it speaks against the answer, 1 where it speaks for it. */
  value: number;
}

const VALUES: Record<Behaviour['signal'], number> = { regenerated: 0, rephrased: 0, continued: 1, quiet: 1 };

export const behaviour = ({ decision, model }: Answer, signal: Behaviour['signal']): Behaviour => ({
  decision,
  model,
  signal,
  value: VALUES[signal],
});

/** Longest after an answer that it is asked for again, as a button does it, in milliseconds. */
export const REGENERATED_MS = 600_000;
/** Longest after an answer that a question like the last one is the same question, in milliseconds. */
export const REPHRASED_MS = 300_000;
/**
 * Least that lies between an answer and what a person does on it, in milliseconds: what comes sooner is a program's,
 * which samples a prompt, retries, or goes through a list.
 */
export const PERSON_MS = 1_000;
/**
 * From when on two questions are one in other words: at half of all words in common, two of three words of each are the
 * other's, if both are of a length. Questions that follow each other on a subject share its nouns, and seldom a third.
 */
export const ALIKE = 0.5;
/** The same for the first question of another conversation, which may be alike for being of one template. */
export const ALIKE_AFRESH = 0.7;
/** Fewest words that can be rephrased: “go on” is asked again for other reasons. */
export const FEWEST_WORDS = 4;

/** What is kept of a user's turn: never its text. */
export interface Asked {
  /** Messages before it, and their characters: what the conversation was when it came. */
  before: number;
  beforeChars: number;
  /** Id of the answer that it goes on from, where it does not bring the conversation itself. */
  from: string | null;
  /** Its characters, and hashes of its words. */
  chars: number;
  words: Uint32Array;
}

/** An answer that behaviour may be seen of. */
export interface Answer {
  decision: string;
  model: string;
  /** When it ended, in milliseconds since the epoch. */
  at: number;
  asked: Asked;
  /** Whether it came to its end: what was cut short says little by what comes after. */
  settled: boolean;
  /** Whether something was seen of it: each answer says one thing. */
  told: boolean;
}

/** Where the last turn of the user stands, and what was before it. */
function placeOf({ messages, previousAnswer }: Call): Pick<Asked, 'before' | 'beforeChars' | 'from'> {
  const last = messages.findLastIndex(({ role }) => role === 'user');
  const before = Math.max(0, last);
  let beforeChars = 0;
  for (let i = 0; i < before; i++) beforeChars += messages[i]!.content.length;
  return { before, beforeChars, from: previousAnswer };
}

/** Whether one turn stands where the other stood: the conversation before it is the same. */
export const isSamePlace = (a: Pick<Asked, 'before' | 'beforeChars' | 'from'>, b: typeof a): boolean =>
  a.before === b.before && a.beforeChars === b.beforeChars && a.from === b.from;

/**
 * What is kept of the user's last turn in a call.
 *
 * @param known of the conversation's call before: where results of tools came since, the turn is still that one
 */
export function askedOf(call: Call, query: string, known: Asked | undefined): Asked {
  const place = placeOf(call);
  if (call.toolLoop !== null && known !== undefined && isSamePlace(place, known)) return known;
  return { ...place, chars: query.length, words: wordsOf(query) };
}

const isSame = (a: Asked, b: Asked): boolean =>
  a.chars === b.chars && a.words.length === b.words.length && a.words.every((word, i) => word === b.words[i]);

const isAlike = (a: Asked, b: Asked, least: number): boolean =>
  Math.min(a.words.length, b.words.length) >= FEWEST_WORDS && likeness(a.words, b.words) >= least;

/** What a turn in an answer's place shows of it: it was thrown away, for the same question or for one like it. */
export function shownInPlace(answer: Answer, asked: Asked, now: number): Behaviour['signal'] | null {
  if (!isSamePlace(answer.asked, asked)) return null;
  const since = now - answer.at;
  if (since < PERSON_MS) return null;
  if (isSame(answer.asked, asked)) return since <= REGENERATED_MS ? 'regenerated' : null;
  return since <= REPHRASED_MS && isAlike(answer.asked, asked, ALIKE) ? 'rephrased' : null;
}

/** What a turn after an answer, in the same conversation, shows of it. */
export function shownAfter(answer: Answer, asked: Asked, now: number): Behaviour['signal'] | null {
  if (isSamePlace(answer.asked, asked)) return shownInPlace(answer, asked, now);
  // Somebody went back to before it, and on from there.
  if (asked.from === null && asked.before <= answer.asked.before) return null;
  const since = now - answer.at;
  if (since < PERSON_MS) return null;
  if (since <= REPHRASED_MS && isAlike(answer.asked, asked, ALIKE)) return 'rephrased';
  return answer.settled ? 'continued' : null;
}

/** What the first turn of another conversation of the same caller shows of an answer to a first turn. */
export function shownAfresh(answer: Answer, asked: Asked, now: number): Behaviour['signal'] | null {
  const since = now - answer.at;
  if (!isSamePlace(answer.asked, asked) || since < PERSON_MS || since > REPHRASED_MS) return null;
  return isAlike(answer.asked, asked, ALIKE_AFRESH) ? 'rephrased' : null;
}
