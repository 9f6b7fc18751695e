import type { SimulatedQuery } from '../../../src/simulator/types.js';
import type { Reaction } from './users.js';

/** A call as a user makes it. */
export interface Asking {
  query: SimulatedQuery;
  /** The text of this message: the query's, or the same in other words. */
  text: string;
  /** Conversation that it belongs to. */
  session: string;
  /** What is asked again by this one: the same messages, or others. */
  again: Exclude<Reaction, 'continued' | 'quiet'> | null;
}

/** A call that was answered. */
export interface Answered {
  decision: string;
  /** The LLM that answered. */
  model: string;
  /** Quality of this answer, in [0, 1]: what the user and the judge react to. */
  quality: number;
}

/** A service under test, with everything behind it. */
export interface World {
  ask(asking: Asking): Promise<Answered>;
  /** Lets the service know what the user did, as far as the conversation does not tell it by itself. */
  react(answered: Answered, reaction: Reaction): Promise<void>;
  /** Trains as a night would; answers what came of it, in words. */
  train(): Promise<string>;
  close(): Promise<void>;
}
