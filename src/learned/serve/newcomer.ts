import { MESSAGES } from '../messages.js';
import { TASK_PRIOR_RANGE } from '../constants.js';
import { declaredStrength } from '../../dataset/benchmarks.js';
import type { MetricSettings } from '../../schema/metric.js';
import type { LlmProfile } from '../../schema/profile.js';
import { dot, timesMatrix, toSoftmax } from '../../math/linear.js';
import { benchmarksIn, tableReader } from '../tables.js';
import type { TrainedModel } from '../../artifact/model.js';

/** An LLM that the artifact was not trained with. */
export interface Newcomer {
  llm: LlmProfile;
  metrics?: MetricSettings | undefined;
  /** What it declares, as numbers `[factsLength]`. */
  facts: Float32Array;
  /** Its mean score so far over `interactions`, in the units of the model's scale; NaN where there are none. */
  meanScore: number;
  interactions: number;
}

/** The profile of an LLM that the artifact was not trained with. */
export interface NewcomerProfile {
  /** Expected score on each probe `[numProbes]`. */
  embedding: Float32Array;
  /** Expected score over all queries, in the units of the model's scale as all of them. */
  record: number;
  /** Expected score on each task `[numTasks]`. */
  taskRecord: Float32Array;
}

/**
 * Profiles an LLM that arrived after training from its declared facts, family and benchmarks, and its mean score so
 * far: the same message passing as in training, for one node (see `learned/profile.ts`).
 */
export function profileNewcomer(
  model: TrainedModel,
  { llm, metrics, facts, meanScore, interactions }: Newcomer,
): NewcomerProfile {
  const { names } = model;
  const data = tableReader(model);
  const hidden = data('llm/bias').length;
  const state = timesMatrix(facts, data('llm/kernel'), hidden).map((x, i) => Math.tanh(x + data('llm/bias')[i]!));
  const { overall = 0, byTask: declaredAt } = declaredStrength(llm, benchmarksIn(model), metrics);
  const told = declaredAt.filter((x) => x !== 0).length;
  const benchmarkWeights = declaredAt.map((x) => (4 * x) / Math.max(1, told));
  const family = llm.family === undefined ? -1 : names.families.indexOf(llm.family);

  for (let hop = 0; hop < names.hops; hop++) {
    const familyStates = data(`hop${hop}/state/family`);
    // What the newcomer has no record of says nothing: those messages are 0, and take their share of attention.
    const heard: Record<string, Float32Array> = {
      'family-llm': family < 0 ? new Float32Array(hidden) : familyStates.slice(family * hidden, (family + 1) * hidden),
      'task-llm': new Float32Array(hidden),
      'benchmark-llm': timesMatrix(benchmarkWeights, data(`hop${hop}/state/task`), hidden),
      'query-llm': new Float32Array(hidden),
    };
    const messages = MESSAGES.filter(
      (m) => m.to === 'llm' && (m.name !== 'family-llm' || names.families.length > 0),
    ).map((m) => timesMatrix(heard[m.name]!, data(`hop${hop}/${m.name}/kernel`), hidden));
    const query = data(`hop${hop}/llm/attention`);
    const attention = toSoftmax(
      Float32Array.from(messages, (m) => m.reduce((sum, x, i) => sum + Math.tanh(x) * query[i]!, 0)),
    );
    const bias = data(`hop${hop}/llm/bias`);
    for (let i = 0; i < hidden; i++) {
      let mixed = bias[i]!;
      for (let r = 0; r < messages.length; r++) mixed += attention[r]! * messages[r]![i]!;
      state[i]! += Math.tanh(mixed);
    }
  }

  const [usual, strength] = [data('level/usual')[0]!, data('level/usual')[1]!];
  const record =
    ((interactions > 0 ? meanScore * interactions : 0) +
      strength * (usual + data('level/declared')[0]! * overall + timesMatrix(state, data('prior/kernel'), 1)[0]!)) /
    (interactions + strength);
  const keys = data('task_prior/llm/kernel').length / hidden;
  const own = timesMatrix(state, data('task_prior/llm/kernel'), keys);
  const taskRecord = Float32Array.from(names.tasks, (_, t) => {
    const task = timesMatrix(
      data('embedding/task').subarray(t * hidden, (t + 1) * hidden),
      data('task_prior/task/kernel'),
      keys,
    );
    const advantage =
      names.tasks.length === 1
        ? 0
        : TASK_PRIOR_RANGE * Math.tanh(dot(own, 0, task, 0, keys)) + data('task_prior/benchmark')[0]! * declaredAt[t]!;
    return record + data('task/offset')[t]! + advantage;
  });
  // On probes it does as LLMs do on their tasks, and near them.
  const numTasks = names.tasks.length;
  const embedding = data('embedding/shared').map(
    (shared, probe) => shared + dot(data('anchor/tasks'), probe * numTasks, taskRecord, 0, numTasks),
  );
  return { embedding, record, taskRecord };
}
