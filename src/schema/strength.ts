import { DEFAULT_METRICS, meaningOf, qualityOf, type MetricSettings } from './metric.js';
import type { LlmProfile } from './profile.js';

/** A name without capitals, spaces and punctuation: `Human-Eval` and `human_eval` are one benchmark, and one task. */
export const nameId = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}+]/gu, '');

/** How good an LLM is at something, as declared. */
export interface Strength {
  /** What was measured: the {@link nameId} of a benchmark, or of a task and one of its metrics. */
  id: string;
  /** Benchmark or task, as it is written. */
  about: string;
  /** In [0, 1]. */
  score: number;
  /** How far it tells of quality, in (0, 1]. */
  weight: number;
}

/**
 * What an LLM declares that it is good at: its benchmarks, and the metrics of its task types as far as they mean
 * quality. Of several names that are one, the mean.
 */
export function strengthsOf(
  { benchmarks = {}, task_types: types = [] }: LlmProfile,
  metrics: MetricSettings = DEFAULT_METRICS,
): Strength[] {
  const found = new Map<string, Strength[]>();
  const add = (id: string, strength: Omit<Strength, 'id'>): void =>
    void found.set(id, [...(found.get(id) ?? []), { id, ...strength }]);
  for (const [about, score] of Object.entries(benchmarks)) add(nameId(about), { about, score, weight: 1 });
  for (const { task, metrics: measured = {} } of types)
    for (const [metric, value] of Object.entries(measured)) {
      const meaning = meaningOf(metric, metrics);
      const score = meaning === undefined || meaning.weight === 0 ? undefined : qualityOf(value, meaning);
      if (score !== undefined)
        add(`${nameId(task)} ${nameId(metric)}`, { about: task, score, weight: meaning!.weight });
    }
  return Array.from(found.values(), (same) => ({
    ...same[0]!,
    score: same.reduce((sum, { score }) => sum + score, 0) / same.length,
  }));
}

/** What strengths say of a task, by its name: their mean, and how far they tell together; undefined where none does. */
export function strengthAt(
  strengths: readonly Strength[],
  task: string,
): { score: number; weight: number } | undefined {
  const own = strengths.filter(({ about }) => nameId(about) === nameId(task));
  const weight = own.reduce((sum, one) => sum + one.weight, 0);
  return weight === 0
    ? undefined
    : { score: own.reduce((sum, one) => sum + one.weight * one.score, 0) / weight, weight };
}
