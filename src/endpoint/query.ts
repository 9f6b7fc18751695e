import type { CallMessage } from '../protocol/types.js';
import { MAX_QUERY_CHARS } from '../schema/feedback.js';

/** What is routed by where a call has no text at all, as one with an image alone. */
const NO_TEXT = '(no text)';

const isBlank = (text: string): boolean => text.trim() === '';

/**
 * The text that a call is routed by: that of the last user message that has some, else all other text, at most as long
 * as a query may be.
 */
export function queryOf(messages: readonly CallMessage[]): string {
  const last = messages.findLast(({ role, content }) => role === 'user' && !isBlank(content))?.content;
  const text = last ?? messages.map(({ content }) => content).join('\n');
  return isBlank(text) ? NO_TEXT : text.slice(0, MAX_QUERY_CHARS).toWellFormed();
}
