import { MEANING_SHARE } from '../profile/structured/neighbourhood.js';
import { QUERY_GAIN } from '../profile/structured/profile.js';
import { placeByStyle, writeFeatures } from '../profile/structured/style.js';
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
  /** Nearness to every anchor `[numAnchors]` of a query at `place` whose tasks are `tasks`. */
  nearness(vector: Float32Array, place: Float32Array, tasks: Float32Array): Float32Array;
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
  const numAnchors = names.anchors.length;
  const [quantiles, styleScale] = [data('style/quantiles'), data('style/scale')];
  const size = axes + styleScale.length;
  const styleStart = data('style/range')[0]!;
  const anchors = transposed(data('anchor/places'), numAnchors, size);
  const anchorSquare = Float32Array.from({ length: numAnchors }, (_, a) => dot(data('anchor/places'), a * size, data('anchor/places'), a * size, size));
  const anchorTask = Int32Array.from({ length: numAnchors }, (_, a) => data('anchor/tasks').subarray(a * numTasks, (a + 1) * numTasks).indexOf(1));
  // An anchor of no known task agrees with all alike; see `taskRows`.
  const unknownTask = 1 / Math.sqrt(numTasks);
  return {
    stateOf(vector) {
      const features = new Float32Array(vector.length);
      writeFeatures(vector, styleStart, quantiles, styleScale, features, 0);
      const z = timesMatrix(features, data('query/kernel'), hidden);
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
    nearness(vector, place, tasks) {
      const at = new Float32Array(size);
      at.set(toUnit(place.slice()).map((x) => x * Math.sqrt(MEANING_SHARE)));
      placeByStyle(vector, styleStart, quantiles, styleScale, at, axes);
      const square = dot(at, 0, at, 0, size);
      const out = timesTransposed(at, anchors, numAnchors);
      for (let a = 0; a < numAnchors; a++) {
        const agreement = anchorTask[a]! < 0 ? unknownTask : tasks[anchorTask[a]!]!;
        out[a] = agreement * Math.exp(-Math.max(0, square + anchorSquare[a]! - 2 * out[a]!));
      }
      return out;
    },
  };
}
