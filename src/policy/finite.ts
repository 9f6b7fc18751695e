import type { ScoredLlm } from '../scoring/types.js';

/** Beyond this, no number is of something real, and rounding it may overflow. */
const MOST = 1e15;

export const isSane = (value: number): boolean => Math.abs(value) <= MOST;
const known = (value: number | null): number | null => (value !== null && isSane(value) ? value : null);

/** Whether all numbers are sane: a sum is not where one of its parts is not, or is no number. */
function isWhole({
  quality,
  uncertainty,
  costUsd,
  latencyMs,
  latencyP90Ms,
  correction = 0,
  learnable = 0,
  recovery,
}: ScoredLlm): boolean {
  return isSane(
    Math.abs(quality) +
      Math.abs(uncertainty) +
      Math.abs(correction) +
      Math.abs(costUsd ?? 0) +
      Math.abs(latencyMs ?? 0) +
      Math.abs(latencyP90Ms ?? 0) +
      Math.abs(learnable) +
      Math.abs(recovery?.gain ?? 0),
  );
}

/**
 * The LLM with numbers that can be compared, whatever they were computed from: a cost or latency that is not finite is
 * not known, and a quality that is not is none at all, so that it is never an advantage.
 */
export function finite(llm: ScoredLlm): ScoredLlm {
  if (isWhole(llm)) return llm;
  const { correction, learnable: _learnable, recovery: _recovery, ...rest } = llm;
  return {
    ...rest,
    quality: known(llm.quality) ?? 0,
    uncertainty: known(llm.uncertainty) ?? 1,
    costUsd: known(llm.costUsd),
    latencyMs: known(llm.latencyMs),
    latencyP90Ms: known(llm.latencyP90Ms),
    ...(correction !== undefined && isSane(correction) ? { correction } : {}),
  };
}
