import { DEFAULT_METRICS, type MetricSettings } from '../schema/metric.js';
import type { LlmProfile } from '../schema/profile.js';
import { strengthAt, strengthsOf } from '../schema/strength.js';

/**
 * The score to expect from declared facts alone, in [0, 1]: what is declared of this task, else the mean of all that
 * is, else a guess by size (1B: 0.4, each tenfold 0.1 more, within 0.3–0.7), else 0.5.
 */
export function declaredQuality(
  profile: LlmProfile,
  task: string | undefined,
  metrics: MetricSettings = DEFAULT_METRICS,
): number {
  const strengths = strengthsOf(profile, metrics);
  const own = task === undefined ? undefined : strengthAt(strengths, task);
  if (own !== undefined) return own.score;
  const weight = strengths.reduce((sum, one) => sum + one.weight, 0);
  if (weight > 0) return strengths.reduce((sum, one) => sum + one.weight * one.score, 0) / weight;
  if (profile.size_b !== undefined) return Math.min(0.7, Math.max(0.3, 0.4 + 0.1 * Math.log10(profile.size_b)));
  return 0.5;
}
