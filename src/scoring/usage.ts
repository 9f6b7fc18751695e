import type { LlmStats, TaskUsage } from '../store/ports/feedback.js';
import type { LlmProfile } from '../schema/profile.js';
import { DEFAULT_COMPLETION_TOKENS } from '../base/tokens.js';

/** Answers that an LLM's own mean is worth beside those on one task. */
const LLM_STRENGTH = 10;
/** Answers that a declared latency is worth beside measured ones. */
const DECLARED_STRENGTH = 5;
/**
 * Spread of the logarithm of latency before any is measured: nine in ten answers take less than 1.9 times the median.
 */
const USUAL_SPREAD = 0.5;
/** Answers that {@link USUAL_SPREAD} is worth. */
const SPREAD_STRENGTH = 10;
/** Standard deviations above the mean below which nine tenths of a normal distribution lie. */
const P90 = 1.2816;

/** What one answer of an LLM is expected to take. */
export interface AnswerUsage {
  completionTokens: number;
  /** Mean US dollars of its answers, for LLMs without prices; null where none reported it. */
  meanCostUsd: number | null;
  /** Median and ninth decile, in milliseconds; null where neither measured nor declared. */
  latencyMs: number | null;
  latencyP90Ms: number | null;
}

/** Length and log-normal latency: `log` is the mean of the logarithm, NaN where nothing is known of it. */
interface Taken {
  tokens: number;
  log: number;
  variance: number;
}

function mean(sum: number, n: number, prior: number, strength: number): number {
  return (sum + strength * prior) / (n + strength);
}

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** A task's sums, of which those that are not finite say nothing. */
function told(usage: TaskUsage): TaskUsage {
  const { completionTokens, logLatency, logLatencySquares } = usage;
  return {
    ...usage,
    ...(Number.isFinite(completionTokens) ? {} : { completionTokens: 0, completionTokensN: 0 }),
    ...(Number.isFinite(logLatency + logLatencySquares) ? {} : { logLatency: 0, logLatencySquares: 0, latencyN: 0 }),
  };
}

/** What an LLM's answers take over all its tasks. */
function overall({ latency_ms: declared, latency_p90_ms: tail }: LlmProfile, usage: readonly TaskUsage[]): Taken {
  let [tokens, tokensN, log, squares, n] = [0, 0, 0, 0, 0];
  for (const task of usage) {
    tokens += task.completionTokens;
    tokensN += task.completionTokensN;
    log += task.logLatency;
    squares += task.logLatencySquares;
    n += task.latencyN;
  }
  const own = n === 0 ? NaN : log / n;
  const expected =
    declared === undefined
      ? own
      : n === 0
        ? Math.log(Math.max(1, declared))
        : mean(log, n, Math.log(Math.max(1, declared)), DECLARED_STRENGTH);
  const spread =
    declared === undefined || tail === undefined || tail <= declared
      ? USUAL_SPREAD
      : Math.log(tail / Math.max(1, declared)) / P90;
  return {
    tokens: tokensN === 0 ? DEFAULT_COMPLETION_TOKENS : tokens / tokensN,
    log: expected,
    variance: mean(n === 0 ? 0 : Math.max(0, squares - n * own * own), n, spread ** 2, SPREAD_STRENGTH),
  };
}

/**
 * What answers of one LLM take, by kind of query: how long they are, and how their latency is distributed (log-normal,
 * as service times commonly are). What is known of a task is drawn towards what is known of the LLM.
 *
 * @param tasks names that the weights of {@link usageOf}'s answer stand for
 */
export function usageOf(
  profile: LlmProfile,
  stats: LlmStats | undefined,
  tasks: readonly string[],
): (weights: ArrayLike<number> | null) => AnswerUsage {
  const usage = (stats?.usage ?? []).map(told);
  const all = overall(profile, usage);
  const meanCostUsd = stats !== undefined && Number.isFinite(stats.costUsd) ? stats.costUsd : null;
  const byTask = new Map(usage.map((task) => [task.task, task]));
  const own = tasks.map((task): Taken => {
    const seen = byTask.get(task);
    if (seen === undefined) return all;
    return {
      tokens: mean(seen.completionTokens, seen.completionTokensN, all.tokens, LLM_STRENGTH),
      log: mean(seen.logLatency, seen.latencyN, all.log, LLM_STRENGTH),
      variance: mean(
        seen.logLatencySquares - (seen.latencyN === 0 ? 0 : seen.logLatency ** 2 / seen.latencyN),
        seen.latencyN,
        all.variance,
        LLM_STRENGTH,
      ),
    };
  });
  const answer = ({ tokens, log, variance }: Taken): AnswerUsage => {
    return {
      completionTokens: tokens,
      meanCostUsd,
      latencyMs: finiteOrNull(Math.exp(log)),
      latencyP90Ms: finiteOrNull(Math.exp(log + P90 * Math.sqrt(variance))),
    };
  };
  const whole = answer(all);
  const differs = own.some((task) => task !== all);
  return (weights) => {
    if (weights === null || !differs) return whole;
    let [tokens, log, squares] = [0, 0, 0];
    for (let t = 0; t < own.length; t++) {
      const [weight, task] = [weights[t]!, own[t]!];
      if (weight === 0) continue;
      tokens += weight * task.tokens;
      log += weight * task.log;
      squares += weight * (task.variance + task.log * task.log);
    }
    return answer({ tokens, log, variance: Math.max(0, squares - log * log) });
  };
}
