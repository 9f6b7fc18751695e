import type { SimulatedQuery } from '../../../src/simulator/types.js';
import type { Reaction } from './users.js';

/** A message of a conversation. */
export interface Said {
  role: 'user' | 'assistant';
  content: string;
}

/** A call as a user makes it: the whole conversation, whose last message is the user's. */
export interface Asking {
  /** What is asked in the last message, whatever its words. */
  query: SimulatedQuery;
  messages: readonly Said[];
  /** Names the conversation. */
  session: string;
}

/** A call that was answered. */
export interface Answered {
  decision: string;
  /** The LLM that answered. */
  model: string;
  text: string;
  /** Quality of this answer, in [0, 1]: what the user and the judge react to. */
  quality: number;
}

/** A service under test, with everything behind it. */
export interface World {
  ask(asking: Asking): Promise<Answered>;
  /** Lets the service know what the user did, as far as the next call does not show it. */
  react(answered: Answered, reaction: Reaction): Promise<void>;
  /** A night: what waits is taken in, and what was learned is trained on. Answers what came of it, in words. */
  night(): Promise<string>;
  close(): Promise<void>;
}
