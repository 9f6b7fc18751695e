import { PointsmanError } from '../base/errors.js';
import { MAX_QUERY_CHARS } from '../schema/feedback.js';
import type { RouteRequest } from '../schema/route.js';
import { estimateTokens } from '../base/tokens.js';

type Message = NonNullable<RouteRequest['messages']>[number];

const INSTRUCTING_ROLES = new Set(['system', 'developer']);

/** All text of one message; parts that aren't text (images, audio) are left out. */
function textOf(message: Message): string {
  const { content } = message;
  if (typeof content === 'string') return content;
  if (!content) return '';
  return content.flatMap((part) => (part.type === 'text' && part.text !== undefined ? [part.text] : [])).join('\n');
}

/**
 * The text a request is routed by: its `query`; of a chat, the last user message that has text, else the
 * system text. A chat may be longer than a query may be, so its text is cut at the longest query.
 * Throws `invalid_request` where no message holds text.
 */
export function queryText(request: Pick<RouteRequest, 'query' | 'messages'>): string {
  if (request.query !== undefined) return request.query;
  const messages = request.messages ?? [];
  const lastUser = messages.findLast((message) => message.role === 'user' && textOf(message).trim() !== '');
  const text =
    lastUser === undefined
      ? messages
          .filter((message) => INSTRUCTING_ROLES.has(message.role))
          .map(textOf)
          .join('\n')
      : textOf(lastUser);
  if (text.trim() === '') {
    const issue = {
      field: 'messages',
      expected: 'a user or system message with text',
      received: `${messages.length} messages without any`,
    };
    throw new PointsmanError('invalid_request', `messages: expected ${issue.expected}, got ${issue.received}`, {
      issues: [issue],
    });
  }
  return text.slice(0, MAX_QUERY_CHARS);
}

/** About how many tokens an LLM reads of a request: its `query`, or all text of its messages. */
export function promptTokensOf(request: RouteRequest, query: string): number {
  if (request.messages === undefined) return estimateTokens(query);
  return request.messages.reduce((sum, message) => sum + estimateTokens(textOf(message)), 0);
}
