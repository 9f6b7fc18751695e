import type { Dataset } from '../dataset/dataset.js';
import type { Weights } from '../math/weights.js';
import { dot, toSoftmax } from '../math/linear.js';
import { taskTables, type TaskBaseline, type TaskScores } from './by-task.js';
import { defineBaseline } from './fit/baseline.js';
import { applyLinear, fitLinear } from './fit/linear.js';
import { taskLoss } from './fit/row-loss.js';
import { sampleRows } from './fit/rows.js';
import type { Baseline, FitTools, FittedRouter } from './types.js';

/** Ridge of the task classifier, whose inputs have unit length. */
const L2 = 0.0133;
/** Added to the logit of a task that no query has. */
const ABSENT = -30;

/** Tables of a task classifier (multinomial logistic regression) and of what is expected on each task. */
function softTaskTables(data: Dataset, train: Int32Array, { tf, rng }: FitTools, scores: TaskScores): Weights {
  const labelled = train.filter((q) => data.taskOf[q]! >= 0);
  const { queries, x } = sampleRows(data, labelled, rng);
  const { kernel, bias } = fitLinear(tf, {
    x,
    queries,
    outputs: data.numTasks,
    loss: taskLoss(data),
    l2: L2,
  });
  const present = new Set(Array.from(queries, (q) => data.taskOf[q]!));
  return {
    kernel: { shape: [data.dim, data.numTasks], data: kernel },
    bias: { shape: [data.numTasks], data: bias.map((b, t) => (present.has(t) ? b : b + ABSENT)) },
    ...taskTables(scores),
  };
}

/** Routes by the tasks that a query may be, each by its probability. */
function routeBySoftTask({ kernel, bias, overall, by_task: byTask }: Weights): FittedRouter {
  const map = { kernel: kernel!.data, bias: bias!.data };
  const numTasks = map.bias.length;
  return {
    score({ vector }) {
      const tasks = toSoftmax(applyLinear(map, vector));
      return overall!.data.map((_, l) => dot(tasks, 0, byTask!.data, l * numTasks, numTasks));
    },
  };
}

/** Routes by the tasks that the query's text looks like. */
export function defineBySoftTask({ scores, ...named }: TaskBaseline): Baseline {
  return defineBaseline({
    ...named,
    learn: (data, train, tools) => softTaskTables(data, train, tools, scores(data, train)),
    restore: routeBySoftTask,
  });
}
