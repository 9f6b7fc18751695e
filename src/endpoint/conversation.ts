import type { Standing } from '../decision/call-context.js';
import type { Maybe } from '../base/maybe.js';
import type { Call, TokenUsage } from '../protocol/types.js';
export interface Conversations {
  standing(call: Call, session: string): Maybe<Standing | null>;
  answered(session: string, what: { decision: string; model: string; usage: TokenUsage | null; at: number; query: string }): void;
}
export const createConversations = (): Conversations => ({ standing: () => null, answered: () => undefined });
