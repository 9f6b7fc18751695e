import { QUERY_GAIN } from '../profile/structured/profile.js';
import { addTo, dot, sigmoid, timesMatrix, timesTransposed, toSoftmax, toUnit, transposed } from './linear.js';
import type { TrainedModel } from './model.js';

/** Where a query lies among what a model has learned. */
export interface QueryPlacer {
  /** Learned state `[hidden]` of an encoded query `[dim]`. */
  stateOf(vector: Float32Array): Float32Array;
  /** Probability of each task `[numTasks]`; certain where the caller says which it is. */
  taskAttention(state: Float32Array, task?: string): Float32Array;
  /** Place by meaning `[axes]`. */
  placeOf(vector: Float32Array): Float32Array;
}

/** The decoder's view of a query (`router/graph/decoder.ts`, `profile/structured/semantics.ts`) on plain arrays. */
export function createPlacer({ names, tables }: TrainedModel): QueryPlacer {
  const data = (name: string): Float32Array => tables[name]!.data;
  const hidden = data('query/bias').length;
  const numTasks = names.tasks.length;
  const taskScale = Math.exp(data('task_temperature')[0]!);
  const axes = data('semantic/ridge').length;
  const mean = data('semantic/mean');
  const [start, end] = data('semantic/range') as unknown as [number, number];
  const basis = transposed(data('semantic/basis'), axes, mean.length);
  return {
    stateOf(vector) {
      const z = timesMatrix(vector, data('query/kernel'), hidden);
      for (let i = 0; i < hidden; i++) {
        const x = QUERY_GAIN * z[i]! + data('query/bias')[i]!;
        z[i] = x * sigmoid(x);
      }
      return z;
    },
    taskAttention(state, task) {
      const given = task === undefined ? -1 : names.tasks.indexOf(task);
      const out = new Float32Array(numTasks);
      if (given >= 0) {
        out[given] = 1;
        return out;
      }
      const query = toUnit(addTo(timesMatrix(state, data('task_query/kernel'), hidden), data('task_query/bias')));
      for (let t = 0; t < numTasks; t++) out[t] = taskScale * dot(query, 0, data('task/keys'), t * hidden, hidden) + data('task/mask')[t]!;
      return toSoftmax(out);
    },
    placeOf(vector) {
      const part = vector.slice(start, end);
      for (let i = 0; i < part.length; i++) part[i]! -= mean[i]!;
      return timesTransposed(toUnit(part), basis, axes);
    },
  };
}
