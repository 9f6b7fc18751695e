import type { CallNeeds } from '../protocol/types.js';

/** Where a conversation is, as its next turn comes. */
export interface Standing {
  /** The LLM that gave its last answer. */
  model: string;
  /** Tokens of the prompt that this LLM's provider has likely cached. */
  cachedTokens: number;
  /**
   * `free`: another LLM may take over, where that gains more than it costs; `tools`: results of tools came for its
   * answer, so it stays; `escalate`: its calls of tools fail or repeat, so a better one takes over.
   */
  turn: 'free' | 'tools' | 'escalate';
}

/** What a call through the model endpoint adds to a request to route. */
export interface CallContext {
  needs: CallNeeds;
  /** What is read, images and tools included; and most that may be written, null where nothing is said. */
  promptTokens: number;
  maxOutputTokens: number | null;
  /** Why an LLM can't be called at all; undefined where it can. */
  uncallable(model: string): string | undefined;
  /** Names the conversation. */
  conversation: string;
  /** Null on a conversation's first turn. */
  standing: Standing | null;
  /** What is kept of the query in the log of decisions. */
  texts: 'none' | 'hash' | 'whole';
}
