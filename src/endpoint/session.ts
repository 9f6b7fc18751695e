import type { IncomingHttpHeaders } from 'node:http';
import { sha256 } from '../base/hash.js';
import type { Caller } from '../live/keys.js';
import type { Call } from '../protocol/types.js';

/**
 * Headers that name a conversation, the first that is there counts:
 *
 * - `x-session-id`, `x-conversation-id`: Semantic Router; OpenCode sends the first; and what teams choose;
 * - `x-claude-code-session-id`: Claude Code from 2.1.86 on, with every call (github.com/d-kuro/kirocc, release v0.0.8);
 * - `session_id`, and `session-id` since proxies drop underscores: Codex;
 * - `x-session-affinity`, `x-opencode-session`: OpenCode (packages/opencode/src/session/llm/request.ts);
 * - `x-litellm-session-id`: LiteLLM (docs.litellm.ai/docs/proxy/request_headers);
 * - `helicone-session-id`: Helicone (docs.helicone.ai, Sessions); `langfuse-session-id`: gateways before Langfuse.
 */
export const SESSION_HEADERS = [
  'x-session-id',
  'x-conversation-id',
  'x-claude-code-session-id',
  'session_id',
  'session-id',
  'x-session-affinity',
  'x-opencode-session',
  'x-litellm-session-id',
  'helicone-session-id',
  'langfuse-session-id',
] as const;

/** What tells agents of one session apart, which talk apart: Claude Code's subagents. */
const AGENT_HEADER = 'x-claude-code-agent-id';

/** Parts of what is hashed can't run into each other. */
const BETWEEN = '\0';

/** Who a caller is, whichever conversation it is: their key and tenant. */
export const callerOf = ({ key, tenant }: Pick<Caller, 'key' | 'tenant'>): string =>
  `${key ?? ''}${BETWEEN}${tenant ?? ''}`;

const valueOf = (headers: IncomingHttpHeaders, name: string): string => {
  const value = headers[name];
  return (typeof value === 'string' ? value : (value?.[0] ?? '')).trim();
};

/** What names the conversation, and where that stands: ids of two kinds are never one. */
function namedIn(headers: IncomingHttpHeaders, { session, opening }: Pick<Call, 'session' | 'opening'>): string[] {
  for (const name of SESSION_HEADERS) {
    const value = valueOf(headers, name);
    if (value !== '') return ['header', value, valueOf(headers, AGENT_HEADER)];
  }
  return session === null ? ['opening', opening] : ['body', session];
}

/**
 * Whose conversation a call is of: SHA-256, in hexadecimal, of its caller and of the session that a header names, else
 * the body, else of how the conversation began. Nobody gets into another caller's by naming it.
 */
export function sessionOf(
  headers: IncomingHttpHeaders,
  call: Pick<Call, 'session' | 'opening'>,
  caller: Pick<Caller, 'key' | 'tenant'>,
): string {
  return sha256([callerOf(caller), ...namedIn(headers, call)].join(BETWEEN));
}
