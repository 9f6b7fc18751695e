import type { LlmStats } from '../store/ports/feedback.js';
import { benchmarkId, benchmarksOf } from '../schema/benchmark.js';
import type { LlmProfile } from '../schema/profile.js';
import { mostObservations } from './changed.js';
import { answerCost } from './cost.js';
import { estimateTokens } from '../base/tokens.js';
import type { ScoredLlm, Scorer } from './types.js';
import { usageOf } from './usage.js';

/** Interactions that the declared facts are worth. */
const PRIOR_STRENGTH = 4;
/** Least standard deviation of an LLM whose answers were never scored. */
const UNSEEN_UNCERTAINTY = 0.2;

/** What is known of one LLM, ready to score with. */
interface Candidate {
  profile: LlmProfile;
  /** Sum and number of its scored interactions, those from before it changed counting little. */
  scoreSum: number;
  interactions: number;
  /** How many of them speak for it as it is. */
  observations: number;
  wins: number;
  losses: number;
  usage: ReturnType<typeof usageOf>;
}

const EMPTY = new Float32Array(0);

function candidateOf(profile: LlmProfile, stats: LlmStats | undefined, tasks: readonly string[]): Candidate {
  const { weight: interactions, meanScore } = stats?.now ?? { weight: 0, meanScore: NaN };
  return {
    profile,
    interactions,
    observations: Math.min(interactions, mostObservations(stats, 1)),
    scoreSum: interactions > 0 ? meanScore * interactions : 0,
    wins: stats?.wins ?? 0,
    losses: stats?.losses ?? 0,
    usage: usageOf(profile, stats, tasks),
  };
}

/**
 * The score to expect from declared facts alone, in [0, 1]: the public benchmark of this task, else the mean
 * of all of them, else a guess by size (1B: 0.4, each tenfold 0.1 more, within 0.3–0.7), else 0.5.
 */
export function declaredQuality(profile: LlmProfile, task?: string): number {
  const benchmarks = benchmarksOf(profile);
  const own = task === undefined ? undefined : benchmarks.get(benchmarkId(task));
  if (own !== undefined) return own;
  const values = [...benchmarks.values()];
  if (values.length > 0) return values.reduce((sum, value) => sum + value, 0) / values.length;
  if (profile.size_b !== undefined) return Math.min(0.7, Math.max(0.3, 0.4 + 0.1 * Math.log10(profile.size_b)));
  return 0.5;
}

/**
 * Posterior mean and standard deviation of an LLM's score under a Beta prior. Wins and losses move the
 * prior's mean only: they say who was better, not how good, so they never outvote scored interactions.
 */
function posterior(candidate: Candidate, task: string | undefined): { mean: number; deviation: number } {
  const { wins, losses, interactions, observations } = candidate;
  const prior = (declaredQuality(candidate.profile, task) * PRIOR_STRENGTH + wins) / (PRIOR_STRENGTH + wins + losses);
  const strength = PRIOR_STRENGTH + interactions;
  const mean = (prior * PRIOR_STRENGTH + candidate.scoreSum) / strength;
  const deviation = Math.sqrt((mean * (1 - mean)) / (PRIOR_STRENGTH + observations + 1));
  return { mean, deviation: interactions === 0 ? Math.max(UNSEEN_UNCERTAINTY, deviation) : deviation };
}

/**
 * How alike two positive quantities are, in [0, 1]: 1 when equal, 0 when a thousandfold apart; undefined unless both
 * are known.
 */
function logSimilarity(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return undefined;
  const [x, y] = [Math.max(a, 1e-6), Math.max(b, 1e-6)];
  return Math.max(0, 1 - Math.abs(Math.log10(x / y)) / 3);
}

function tagSimilarity(a: readonly string[] | undefined, b: readonly string[] | undefined): number | undefined {
  if (!a?.length || !b?.length) return undefined;
  const [left, right] = [new Set(a), new Set(b)];
  let shared = 0;
  for (const tag of left) if (right.has(tag)) shared++;
  return shared / (left.size + right.size - shared);
}

/** Mean likeness over the declared facts that both have, in [0, 1]. */
function profileSimilarity(a: LlmProfile, b: LlmProfile): number {
  const family = a.family === undefined || b.family === undefined ? undefined : Number(a.family === b.family);
  const facts = [
    1 - Math.abs(declaredQuality(a) - declaredQuality(b)),
    family,
    logSimilarity(a.size_b, b.size_b),
    logSimilarity(a.output_price, b.output_price),
    logSimilarity(a.context_tokens, b.context_tokens),
    tagSimilarity(a.tags, b.tags),
  ].filter((fact) => fact !== undefined);
  return facts.reduce((sum, fact) => sum + fact, 0) / facts.length;
}

function scoreOne(
  candidate: Candidate,
  promptTokens: number,
  task: string | undefined,
  weights: Float32Array | null,
): ScoredLlm {
  const { profile } = candidate;
  const usage = candidate.usage(weights);
  const { mean, deviation } = posterior(candidate, task);
  return {
    model: profile.id,
    quality: mean,
    uncertainty: deviation,
    costUsd: answerCost(profile, usage, promptTokens),
    latencyMs: usage.latencyMs,
    latencyP90Ms: usage.latencyP90Ms,
  };
}

/**
 * What serves before anything is trained: per LLM, the smoothed mean of its scores, whatever the query.
 * Its uncertainty is wide and its `version` null, so that nobody takes it for a learned score.
 */
export function createPriorScorer(llms: LlmProfile[], stats: readonly LlmStats[]): Scorer {
  const statsById = new Map(stats.map((row) => [row.id, row]));
  const tasks = [
    ...new Set(stats.flatMap((row) => row.usage.map((usage) => usage.task)).filter((task) => task !== null)),
  ];
  const candidates = llms.map((profile) => candidateOf(profile, statsById.get(profile.id), tasks));

  return {
    version: null,
    router: 'prior',
    models: candidates.map((candidate) => candidate.profile.id),
    trainedOn: new Set(),
    profiles: llms,
    encode: () => EMPTY,
    score(query, _vector, task, promptTokens = estimateTokens(query)) {
      const weights =
        task !== undefined && tasks.includes(task) ? Float32Array.from(tasks, (one) => Number(one === task)) : null;
      return candidates.map((candidate) => scoreOne(candidate, promptTokens, task, weights));
    },
    tasksOf: (_vector, task) => (task === undefined ? [] : [{ task, probability: 1 }]),
    kindsOf: () => [],
    embed: () => EMPTY,
    explain: () => ({ tasks: [], kinds: [], neighbours: [] }),
    nearest(model) {
      const self = candidates.find((candidate) => candidate.profile.id === model);
      if (self === undefined) return [];
      return candidates
        .filter((other) => other !== self)
        .map((other) => ({
          model: other.profile.id as string,
          similarity: profileSimilarity(self.profile, other.profile),
        }))
        .toSorted((a, b) => b.similarity - a.similarity || (a.model < b.model ? -1 : 1));
    },
  };
}
