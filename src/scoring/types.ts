import type { TrainedModel } from '../artifact/model.js';
import type { Encoder } from '../encoder/types.js';
import type { LlmProfile } from '../schema/profile.js';
import type { LlmStats } from '../store/types.js';

/** What a scorer of a trained model is made from. */
export interface ScorerParts {
  version: string;
  model: TrainedModel;
  encoder: Encoder;
  /** The catalogue of now: LLMs that came after training are scored from their declared facts. */
  llms: LlmProfile[];
  stats: readonly LlmStats[];
  /** Text of a logged query by its hash, for explanations. */
  textOf(hash: string): string | undefined;
}

/** One candidate as scored for one query. */
export interface ScoredLlm {
  model: string;
  /** Expected score in [0, 1]. */
  quality: number;
  /** Standard deviation of the expected score. */
  uncertainty: number;
  /** Expected US dollars for this query; null where no price is known. */
  costUsd: number | null;
  /** Median and ninth decile of its latency, in milliseconds; null where none is known. */
  latencyMs: number | null;
  latencyP90Ms: number | null;
}

/** How likely a query is of a task. */
export interface TaskShare {
  task: string;
  probability: number;
}

/** Why the scores are what they are, for one query. */
export interface ScoreExplanation {
  /** What kind of query it looks like, likeliest first. */
  tasks: TaskShare[];
  /** Nearest logged queries with how each LLM did on them. */
  neighbours: { query: string; similarity: number; scores: Record<string, number> }[];
}

/**
 * Scores queries against every known LLM. Immutable and in memory; a newer one is swapped in whole.
 * `encode` may reach a remote endpoint; `score` never waits.
 */
export interface Scorer {
  /** Version of the artifact behind it; null before anything is trained. */
  readonly version: string | null;
  /** What scores: `learned`, the name of a baseline that was better, or `prior` before anything is trained. */
  readonly router: string;
  /** Ids of the LLMs that can be scored. */
  readonly models: readonly string[];
  /** What each of `models` declares. */
  readonly profiles: readonly LlmProfile[];
  /** Query text to vector `[dim]`. Synchronous encoders answer at once; the empty vector when nothing is trained. */
  encode(query: string): Float32Array | Promise<Float32Array>;
  /**
   * Every LLM of `models`, in that order. `vector` is what {@link encode} answered for `query`; `promptTokens` where it
   * stands in a longer prompt.
   */
  score(query: string, vector: Float32Array, task?: string, promptTokens?: number): ScoredLlm[];
  /** How likely the query is of each task; the one that is told for certain, none where none is known. */
  tasksOf(vector: Float32Array, task?: string): TaskShare[];
  explain(query: string, vector: Float32Array, task?: string): ScoreExplanation;
  /** LLMs by nearness of profile to `model`, nearest first, for failover. */
  nearest(model: string): { model: string; similarity: number }[];
}

/** Holds the scorer in force. Swapping is one assignment: a request sees the old or the new one, never a mix. */
export interface ScorerHolder {
  current(): Scorer;
}

/** A scorer that follows the ledger. */
export interface LiveScorer extends ScorerHolder {
  /** Brings the scorer up to date with the catalogue and the version in force; resolves when it is. */
  refresh(): Promise<void>;
}
