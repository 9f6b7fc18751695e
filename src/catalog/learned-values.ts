import { nameId } from '../schema/strength.js';
import type { KnownProfile, ScoreEstimate } from '../schema/known-profile.js';
import type { LlmProfile, TaskType } from '../schema/profile.js';

const rounded = (x: number, digits = 4): number => Number(x.toFixed(digits));

const metricsOf = ({ score, low, high, answers }: ScoreEstimate): Record<string, number> => ({
  learned_score: rounded(score),
  learned_low: rounded(low),
  learned_high: rounded(high),
  learned_answers: answers,
});

/**
 * A declared profile with learned values filled in, to be reviewed and committed: scores of tasks among the metrics,
 * what answers take where nothing else is declared. Applied, the scores count as any declared score does.
 */
export function withLearnedValues({ learned, ...declared }: KnownProfile): LlmProfile {
  const { tasks, usage } = learned;
  const types = declared.task_types ?? [];
  const learnedAt = ({ task }: TaskType) => tasks.find((one) => nameId(one.task) === nameId(task));
  const filled = types.map((type): TaskType => {
    const own = learnedAt(type);
    return own === undefined ? type : { ...type, metrics: { ...type.metrics, ...metricsOf(own) } };
  });
  const more = tasks
    .filter(({ answers, task }) => answers > 0 && !types.some((type) => nameId(type.task) === nameId(task)))
    .map(({ task, ...own }): TaskType => ({ task: task as TaskType['task'], metrics: metricsOf(own) }));
  const all = [...filled, ...more];
  const latency = usage.latency_ms ?? undefined;
  const tail = usage.latency_p90_ms ?? undefined;
  return {
    ...declared,
    ...(latency !== undefined && declared.latency_ms === undefined && { latency_ms: rounded(latency, 1) }),
    ...(tail !== undefined && declared.latency_p90_ms === undefined && { latency_p90_ms: rounded(tail, 1) }),
    ...(all.length > 0 && { task_types: all }),
  };
}
