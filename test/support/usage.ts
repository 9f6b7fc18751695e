import type { LlmStats, TaskUsage } from '../../src/store/ports/feedback.js';

/** What `n` answers to one task report: all of the same length and latency. */
export function usageOn(
  task: string | null,
  n: number,
  { tokens, latencyMs }: { tokens?: number; latencyMs?: number },
): TaskUsage {
  const log = Math.log(latencyMs ?? 1);
  return {
    task,
    completionTokens: n * (tokens ?? 0),
    completionTokensN: tokens === undefined ? 0 : n,
    logLatency: latencyMs === undefined ? 0 : n * log,
    logLatencySquares: latencyMs === undefined ? 0 : n * log * log,
    latencyN: latencyMs === undefined ? 0 : n,
  };
}

/** Statistics of an LLM of which nothing is known but what is given. */
export function statsOf(id: string, fields: Partial<LlmStats> = {}): LlmStats {
  const { meanScore = NaN, interactions = 0 } = fields;
  return {
    id,
    meanScore,
    interactions,
    failed: 0,
    wins: 0,
    losses: 0,
    costUsd: NaN,
    scored: interactions,
    now: { meanScore, scored: interactions, weight: interactions },
    usage: [],
    ...fields,
  };
}
