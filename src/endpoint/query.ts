import type { CallMessage } from '../protocol/types.js';
import { MAX_QUERY_CHARS } from '../schema/feedback.js';

/** What is routed by where a call has no text at all, as one with an image alone. */
const NO_TEXT = '(no text)';
/** Where an agent’s own text begins: `<system-reminder>`, `<environment_details>`. No element of HTML is named so. */
const ADDED = /^[ \t]*<([a-z]+(?:[-_][a-z]+)+)>/gm;

const isBlank = (text: string): boolean => text.trim() === '';

const cut = (text: string): string => text.slice(0, MAX_QUERY_CHARS).toWellFormed();

/** What a user says in a message, without what an agent adds to it; what has no end is the user’s. */
function saidIn(text: string): string {
  const parts: string[] = [];
  let from = 0;
  ADDED.lastIndex = 0;
  for (let opening = ADDED.exec(text); opening !== null; opening = ADDED.exec(text)) {
    const closing = `</${opening[1]}>`;
    const end = text.indexOf(closing, ADDED.lastIndex);
    if (end < 0) break;
    parts.push(text.slice(from, opening.index));
    ADDED.lastIndex = from = end + closing.length;
  }
  return parts.length === 0 ? text : [...parts, text.slice(from)].join('').trim();
}

/**
 * The text that a call is routed by: what the user says in the last message that says something, else all other text,
 * at most as long as a query may be.
 */
export function queryOf(messages: readonly CallMessage[]): string {
  const said = messages.filter(({ role, content }) => role === 'user' && !isBlank(content));
  for (const { content } of said.toReversed()) {
    const text = saidIn(content);
    if (!isBlank(text)) return cut(text);
  }
  const text = said.at(-1)?.content ?? messages.map(({ content }) => content).join('\n');
  return isBlank(text) ? NO_TEXT : cut(text);
}
