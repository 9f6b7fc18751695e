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

/** Anchors of a task that a query is less likely to be of than this are taken to be far away: most tasks are, of most queries. */
const LEAST_AGREEMENT = 2e-4;

/** The anchors of one task. */
interface AnchorGroup {
  /** −1 where no task is known. */
  task: number;
  /** Indices of anchors `[n]`. */
  members: Int32Array;
  /** Their places, as {@link timesTransposed} takes them, and their square lengths `[n]`. */
  places: Float32Array;
  squares: Float32Array;
}

/** @param places `[numAnchors, size]` @param tasks `[numAnchors, numTasks]`, 1 at the task of an anchor whose task is known */
function anchorGroups(places: Float32Array, tasks: Float32Array, numAnchors: number, numTasks: number): AnchorGroup[] {
  const size = places.length / Math.max(1, numAnchors);
  const taskOf = Int32Array.from({ length: numAnchors }, (_, a) => tasks.subarray(a * numTasks, (a + 1) * numTasks).indexOf(1));
  return [...new Set(taskOf)].map((task) => {
    const members = Int32Array.from(taskOf.keys()).filter((a) => taskOf[a] === task);
    const own = new Float32Array(members.length * size);
    members.forEach((a, i) => own.set(places.subarray(a * size, (a + 1) * size), i * size));
    return { task, members, places: transposed(own, members.length, size), squares: Float32Array.from(members, (_, i) => dot(own, i * size, own, i * size, size)) };
  });
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
  const groups = anchorGroups(data('anchor/places'), data('anchor/tasks'), numAnchors, numTasks);
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
      const out = new Float32Array(numAnchors);
      for (const { task, members, places, squares } of groups) {
        const agreement = task < 0 ? unknownTask : tasks[task]!;
        if (agreement < LEAST_AGREEMENT) continue;
        const products = timesTransposed(at, places, members.length);
        for (let i = 0; i < members.length; i++) out[members[i]!] = agreement * Math.exp(-Math.max(0, square + squares[i]! - 2 * products[i]!));
      }
      return out;
    },
  };
}
