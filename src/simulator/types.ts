import type { Rng } from '../base/rng.js';
import type { Interaction } from '../schema/feedback.js';
import type { LlmProfile } from '../schema/profile.js';

/** A query as its writer made it. */
export interface WrittenQuery {
  text: string;
  /** How hard it is, in [0, 1]; shows in the text (longer, bigger numbers, more conditions). */
  difficulty: number;
}

/** One kind of query. */
export interface SimulatedTask {
  id: string;
  domain: string;
  description: string;
  /** `graded` answers score anywhere in [0, 1]; `exact` ones are right or wrong. */
  scoring: 'graded' | 'exact';
  /** Tokens of a usual answer. */
  answerTokens: number;
  write(rng: Rng): WrittenQuery;
}

/** An invented LLM: what is declared of it, and what it can really do. */
export interface SimulatedLlm {
  profile: LlmProfile;
  /** By task id, on the scale of difficulty: at equal skill and difficulty, half of the answers are right. */
  skill: Record<string, number>;
  /** Milliseconds before the first token. */
  startMs: number;
  /** Milliseconds per token of the answer. */
  tokenMs: number;
  /** Length of its answers relative to the usual one. */
  verbosity: number;
}

export interface SimulatedQuery extends WrittenQuery {
  task: SimulatedTask;
}

/** A query of the simulated traffic. */
export interface SimulatedRequest {
  /** Milliseconds since the epoch. */
  at: number;
  query: SimulatedQuery;
  /** Whether whoever asks says which task it is. */
  isLabelled: boolean;
}

/** A time in which an LLM is another one than it was. */
export interface Episode {
  model: string;
  /** In milliseconds since the epoch, `to` excluded. */
  from: number;
  to: number;
  /** The task that it is worse at, and by how much of skill; all where no task is given. */
  task?: string;
  skillLost?: number;
  /** Share of its calls that fail. */
  failing?: number;
}

/** What an answer was like, without what was asked of whom. */
export type SimulatedAnswer = Omit<Interaction, 'query' | 'model' | 'task' | 'domain'>;

export interface Simulation {
  profiles: LlmProfile[];
  families: { id: string; description: string }[];
  tasks: { id: string; description: string; domain: string }[];
  domains: { id: string; description: string }[];
  /** Every LLM on every query, query by query. */
  rows: Interaction[];
}

/** A simulation whose rows are made as they are read, once. */
export type SimulationStream = Omit<Simulation, 'rows'> & { rows: Iterable<Interaction> };
