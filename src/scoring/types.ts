import type { TrainedModel } from '../artifact/model.js';
import type { Encoder } from '../encoder/types.js';
import type { MetricSettings } from '../schema/metric.js';
import type { LlmProfile } from '../schema/profile.js';
import type { LlmStats } from '../store/ports/feedback.js';

/** What a scorer of a trained model is made from. */
export interface ScorerParts {
  version: string;
  model: TrainedModel;
  encoder: Encoder;
  /** The catalogue of now: LLMs that came after training are scored from their declared facts. */
  llms: LlmProfile[];
  stats: readonly LlmStats[];
  /** What metrics of declared profiles mean, where a team says so. */
  metrics?: MetricSettings;
}

/** An LLM that got worse may be as good again: how likely that is, and what it gains by it, in points of quality. */
export interface Recovery {
  chance: number;
  gain: number;
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
  /** What answers since the training moved `quality` by; nothing unless given. */
  correction?: number;
  /** Of an LLM that came after the training: the score to expect by what is declared of it alone. */
  declared?: number;
  /** Deviation of what its next answers would tell of it; `uncertainty` tells it unless given. */
  learnable?: number;
  /** Where it got worse: how likely it is as good again by now, and how much higher its quality then is. */
  recovery?: Recovery;
}

/** How likely a query is of a task. */
export interface TaskShare {
  task: string;
  probability: number;
}

/** How likely a query is of a kind: a group of queries that was discovered, by its typical words. */
export interface KindShare {
  kind: string;
  probability: number;
}

/** Why the scores are what they are, for one query. */
export interface ScoreExplanation {
  /** What it looks like, likeliest first: tasks of the log, and kinds that were discovered. */
  tasks: TaskShare[];
  kinds: KindShare[];
  /** Nearest logged queries, by the SHA-256 of their texts in hexadecimal, with how each LLM did on them. */
  neighbours: { queryHash: string; similarity: number; scores: Record<string, number> }[];
}

/** An expected score, its standard deviation, and how many answers it rests on. */
export interface Estimate {
  score: number;
  deviation: number;
  answers: number;
}

/** What was learned of one LLM. */
export interface LearnedStrengths {
  overall: Estimate;
  /** By task of the log; none where it has none. */
  tasks: (Estimate & { task: string })[];
  /** By kind of query, from answers to some of them. */
  kinds: (Estimate & { kind: string })[];
  /** Logged queries on which it did best beside the others, then worst: SHA-256 of the text, its score, theirs. */
  queries: { queryHash: string; score: number; others: number }[];
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
  /** Those of `models` whose answers the version was made from: the others follow what is logged of them. */
  readonly trainedOn: ReadonlySet<string>;
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
  /** How likely the query is of each kind; none where none was discovered. */
  kindsOf(vector: Float32Array): KindShare[];
  /** Where the query lies among logged queries `[location]`; empty where nothing is learned of them. */
  embed(vector: Float32Array): Float32Array;
  explain(query: string, vector: Float32Array, task?: string): ScoreExplanation;
  /** What is known of one LLM of `models`; without `queries`, which cost most, where `only` says so. */
  strengths(model: string, only?: 'groups'): LearnedStrengths;
  /** LLMs by nearness of profile to `model`, nearest first, for failover. */
  nearest(model: string): { model: string; similarity: number }[];
}

/** Holds the scorer in force. Swapping is one assignment: a request sees the old or the new one, never a mix. */
export interface ScorerHolder {
  current(): Scorer;
}
