import type { TaskUsage } from '../../src/store/ports/feedback.js';

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
