import type { LlmStats } from '../store/ports/feedback.js';
import { DEFAULT_METRICS, type MetricSettings } from '../schema/metric.js';
import type { LlmProfile } from '../schema/profile.js';
import { mostObservations } from './changed.js';
import { answerCost } from './cost.js';
import { estimateTokens } from '../base/tokens.js';
import { declaredQuality } from './declared-quality.js';
import { likenessOf } from './likeness.js';
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
  /** Score to expect from what is declared, by task. */
  declared(task: string | undefined): number;
}

const EMPTY = new Float32Array(0);

function candidateOf(
  profile: LlmProfile,
  stats: LlmStats | undefined,
  tasks: readonly string[],
  metrics: MetricSettings,
): Candidate {
  const qualities = new Map<string | undefined, number>();
  const { weight: interactions, meanScore } = stats?.now ?? { weight: 0, meanScore: NaN };
  return {
    profile,
    interactions,
    observations: Math.min(interactions, mostObservations(stats, 1)),
    scoreSum: interactions > 0 ? meanScore * interactions : 0,
    wins: stats?.wins ?? 0,
    losses: stats?.losses ?? 0,
    usage: usageOf(profile, stats, tasks),
    declared(task) {
      // Callers name any task: only those that are logged are kept.
      const known = task !== undefined && !tasks.includes(task) ? undefined : qualities.get(task);
      const quality = known ?? declaredQuality(profile, task, metrics);
      if (task === undefined || tasks.includes(task)) qualities.set(task, quality);
      return quality;
    },
  };
}

/**
 * Posterior mean and standard deviation of an LLM's score under a Beta prior. Wins and losses move the
 * prior's mean only: they say who was better, not how good, so they never outvote scored interactions.
 */
function posterior(candidate: Candidate, task: string | undefined): { mean: number; deviation: number } {
  const { wins, losses, interactions, observations } = candidate;
  const prior = (candidate.declared(task) * PRIOR_STRENGTH + wins) / (PRIOR_STRENGTH + wins + losses);
  const strength = PRIOR_STRENGTH + interactions;
  const mean = (prior * PRIOR_STRENGTH + candidate.scoreSum) / strength;
  const deviation = Math.sqrt((mean * (1 - mean)) / (PRIOR_STRENGTH + observations + 1));
  return { mean, deviation: interactions === 0 ? Math.max(UNSEEN_UNCERTAINTY, deviation) : deviation };
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
export function createPriorScorer(
  llms: LlmProfile[],
  stats: readonly LlmStats[],
  metrics: MetricSettings = DEFAULT_METRICS,
): Scorer {
  const statsById = new Map(stats.map((row) => [row.id, row]));
  const tasks = [
    ...new Set(stats.flatMap((row) => row.usage.map((usage) => usage.task)).filter((task) => task !== null)),
  ];
  const candidates = llms.map((profile) => candidateOf(profile, statsById.get(profile.id), tasks, metrics));

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
    strengths(model) {
      const candidate = candidates.find(({ profile }) => profile.id === model)!;
      const { mean, deviation } = posterior(candidate, undefined);
      const overall = { score: mean, deviation, answers: Math.round(candidate.interactions) };
      return { overall, tasks: [], kinds: [], queries: [] };
    },
    nearest(model) {
      const self = candidates.find((candidate) => candidate.profile.id === model);
      if (self === undefined) return [];
      return candidates
        .filter((other) => other !== self)
        .map((other) => ({
          model: other.profile.id as string,
          similarity: likenessOf(self.profile, other.profile, metrics).similarity,
        }))
        .toSorted((a, b) => b.similarity - a.similarity || (a.model < b.model ? -1 : 1));
    },
  };
}
