import type { CallMessage } from '../protocol/types.js';
import { MAX_JUDGED, type JudgeJob } from '../schema/judge.js';

/** Stands for what was left out. */
export const LEFT_OUT = '[…]';
/** Messages of a conversation that a judge reads at most, and characters of its instructions. */
const MOST_MESSAGES = 200;
const MOST_INSTRUCTIONS = 8_000;

/** An answer that was given; its texts may be kept whole. */
export interface Answered extends Omit<JudgeJob, 'messages'> {
  messages: readonly CallMessage[];
}

const beginning = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - LEFT_OUT.length).toWellFormed()}${LEFT_OUT}`;
const end = (text: string, most: number): string =>
  text.length <= most ? text : `${LEFT_OUT}${text.slice(LEFT_OUT.length - most).toWellFormed()}`;

/** An answer as far as a judge reads it. */
export const shownAnswer = (text: string): string => beginning(text, MAX_JUDGED.answer);

/** The instructions at the beginning, the end of the conversation as far as there is room, and whether that is all. */
function shortened(messages: readonly CallMessage[]): { messages: CallMessage[]; isWhole: boolean } {
  const [first, ...others] = messages;
  const hasInstructions = first !== undefined && (first.role === 'system' || first.role === 'developer');
  const instructions = hasInstructions ? [{ ...first, content: beginning(first.content, MOST_INSTRUCTIONS) }] : [];
  const rest = hasInstructions ? others : messages;
  let room = MAX_JUDGED.conversation - (instructions[0]?.content.length ?? 0);
  const kept: CallMessage[] = [];
  for (const { role, content } of rest.toReversed()) {
    if (room < LEFT_OUT.length * 2 || kept.length === MOST_MESSAGES) break;
    const text = end(content, room);
    room -= text.length;
    kept.unshift({ role, content: text });
  }
  const sizeOf = (all: readonly CallMessage[]): number => all.reduce((sum, { content }) => sum + content.length, 0);
  const result = [...instructions, ...kept];
  return { messages: result, isWhole: result.length === messages.length && sizeOf(result) === sizeOf(messages) };
}

/**
 * What waits in the queue; undefined where there is no text to judge. Long texts are shortened. Another LLM is asked
 * for an answer only where it can be given the same: not where messages are of tools, or were shortened.
 */
export function jobOf({ messages: whole, ...answered }: Answered): JudgeJob | undefined {
  const texts = whole.filter(({ content }) => content.trim() !== '');
  const { messages, isWhole } = shortened(texts);
  if (messages.length === 0 || answered.answer.trim() === '') return undefined;
  const isPlain = isWhole && texts.length === whole.length && whole.every(({ role }) => role !== 'tool');
  return {
    ...answered,
    messages,
    answer: shownAnswer(answered.answer),
    second: isPlain && answered.second !== answered.model ? answered.second : null,
  };
}
