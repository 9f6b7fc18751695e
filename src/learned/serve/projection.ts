import { WORDS_SHARE } from '../neighbourhood.js';
import { QUERY_GAIN } from '../profile.js';
import { writeFeatures } from '../style.js';
import { expMinus, fastSigmoid } from '../../math/exponential.js';
import { addTo, toSoftmax, toDampedUnit } from '../../math/linear.js';
import { tableReader } from '../tables.js';
import type { TrainedModel } from '../../artifact/model.js';
import { createPlacer, type Placer } from './placing.js';
import { productsOf } from './products.js';

/**
 * Where a query lies among what a model has learned. Answers are overwritten when the next query of the model is
 * placed.
 */
export interface QueryProjector {
  place: Placer;
  /**
   * Probability of each task `[numTasks]`; certain where the caller says which it is. Those of the query asked about
   * last are not made again.
   */
  tasksFor(vector: Float32Array, task?: string): Float32Array;
  /** Nearness to every anchor `[numAnchors]` of a query whose tasks are `tasks`. */
  nearness(vector: Float32Array, tasks: Float32Array): Float32Array;
}

/**
 * Anchors of a task that a query is less likely to be of than this are taken to be far away: most tasks are, of most
 * queries.
 */
const LEAST_AGREEMENT = 2e-4;

/** The decoder's view of a query (`learned/decoder.ts`, `learned/semantics.ts`) on plain arrays. */
export function createProjector(model: TrainedModel): QueryProjector {
  const { names } = model;
  const data = tableReader(model);
  const { x, query, taskQuery, taskKeys, basis, wordBasis, places, words, groups, squares } = productsOf(model);
  const queryBias = data('query/bias');
  const taskQueryBias = data('task_query/bias');
  const taskMask = data('task/mask');
  const numTasks = names.tasks.length;
  const taskScale = Math.exp(data('task_temperature')[0]!);
  const style = { start: data('style/range')[0]!, quantiles: data('style/quantiles'), scale: data('style/scale') };
  const byWords = data('words/centre').length > 0;
  const place = createPlacer(model.tables, { x, basis, wordBasis });
  // An anchor of no known task agrees with all alike; see `taskRows`.
  const unknownTask = 1 / Math.sqrt(numTasks);

  const features = new Float32Array(data('query/kernel').length / queryBias.length);
  const near = new Float32Array(names.anchors.length);

  /** Learned state `[hidden]` of an encoded query `[dim]`. */
  function stateOf(vector: Float32Array): Float32Array {
    writeFeatures(vector, style, features, 0);
    x.set(features);
    const state = query.multiply();
    for (let i = 0; i < state.length; i++) {
      const z = QUERY_GAIN * state[i]! + queryBias[i]!;
      state[i] = z * fastSigmoid(z);
    }
    return state;
  }

  const asked = new Float32Array(numTasks);
  let last: { vector: Float32Array; task: string | undefined } | null = null;

  function tasksFor(vector: Float32Array, task?: string): Float32Array {
    if (last !== null && last.vector === vector && last.task === task) return asked;
    last = { vector, task };
    // A single task is certain.
    const given = numTasks === 1 ? 0 : task === undefined ? -1 : names.tasks.indexOf(task);
    if (given >= 0) {
      asked.fill(0)[given] = 1;
      return asked;
    }
    x.set(stateOf(vector));
    x.set(toDampedUnit(addTo(taskQuery.multiply(), taskQueryBias)));
    const logits = taskKeys.multiply();
    for (let t = 0; t < numTasks; t++) asked[t] = taskScale * logits[t]! + taskMask[t]!;
    return toSoftmax(asked);
  }

  return {
    place,
    tasksFor,
    nearness(vector, tasks) {
      const { at, square, words: along } = place(vector);
      near.fill(0);
      const agreed = (task: number): number => (task < 0 ? unknownTask : tasks[task]!);
      const close = groups.filter(({ task }) => agreed(task) >= LEAST_AGREEMENT);
      x.set(at);
      for (const { task, members, from } of close) {
        places.multiplyRows(from, from + members.length);
        for (let i = 0; i < members.length; i++) {
          const a = members[i]!;
          near[a] = agreed(task) * expMinus(Math.max(0, square + squares[a]! - 2 * places.out[from + i]!));
        }
      }
      if (!byWords) return near;
      x.set(along);
      for (const { members, from } of close) {
        words.multiplyRows(from, from + members.length);
        for (let i = 0; i < members.length; i++)
          near[members[i]!]! *= 1 - WORDS_SHARE + WORDS_SHARE * words.out[from + i]!;
      }
      return near;
    },
  };
}
