import { MEANING_SHARE, WORDS_SHARE } from '../neighbourhood.js';
import { QUERY_GAIN } from '../profile.js';
import { projectStyle, writeFeatures } from '../style.js';
import { wordLength } from '../words.js';
import { expMinus, fastSigmoid } from '../../math/exponential.js';
import { addTo, dot, toSoftmax, toDampedUnit } from '../../math/linear.js';
import { tableReader } from '../tables.js';
import type { TrainedModel } from '../../artifact/model.js';
import { productsOf } from './products.js';

/**
 * Where a query lies among what a model has learned. Answers are overwritten when the next query of the model is
 * placed.
 */
export interface QueryProjector {
  /** Learned state `[hidden]` of an encoded query `[dim]`. */
  stateOf(vector: Float32Array): Float32Array;
  /** Probability of each task `[numTasks]`; certain where the caller says which it is. */
  taskAttention(state: Float32Array, task?: string): Float32Array;
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
  const mean = data('semantic/mean');
  const axes = data('semantic/basis').length / Math.max(1, mean.length);
  const start = data('semantic/range')[0]!;
  const style = { start: data('style/range')[0]!, quantiles: data('style/quantiles'), scale: data('style/scale') };
  const size = axes + style.scale.length;
  const wordStart = data('words/range')[0]!;
  const [rarity, wordCentre] = [data('words/rarity'), data('words/centre')];
  const byWords = wordCentre.length > 0;
  // An anchor of no known task agrees with all alike; see `taskRows`.
  const unknownTask = 1 / Math.sqrt(numTasks);

  const features = new Float32Array(data('query/kernel').length / queryBias.length);
  const part = new Float32Array(mean.length);
  const at = new Float32Array(size);
  const near = new Float32Array(names.anchors.length);
  return {
    stateOf(vector) {
      writeFeatures(vector, style, features, 0);
      x.set(features);
      const state = query.multiply();
      for (let i = 0; i < state.length; i++) {
        const z = QUERY_GAIN * state[i]! + queryBias[i]!;
        state[i] = z * fastSigmoid(z);
      }
      return state;
    },
    taskAttention(state, task) {
      const given = task === undefined ? -1 : names.tasks.indexOf(task);
      if (given >= 0) {
        taskKeys.out.fill(0)[given] = 1;
        return taskKeys.out;
      }
      x.set(state);
      x.set(toDampedUnit(addTo(taskQuery.multiply(), taskQueryBias)));
      const tasks = taskKeys.multiply();
      for (let t = 0; t < numTasks; t++) tasks[t] = taskScale * tasks[t]! + taskMask[t]!;
      return toSoftmax(tasks);
    },
    nearness(vector, tasks) {
      for (let i = 0; i < part.length; i++) part[i] = vector[start + i]! - mean[i]!;
      x.set(toDampedUnit(part));
      at.set(basis.multiply());
      toDampedUnit(at.subarray(0, axes));
      for (let i = 0; i < axes; i++) at[i]! *= Math.sqrt(MEANING_SHARE);
      projectStyle(vector, style, at, axes);
      const square = dot(at, 0, at, 0, size);
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
      x.set(vector.subarray(wordStart, wordStart + rarity.length));
      const along = wordBasis.multiply();
      const scale = 1 / wordLength(vector, wordStart, rarity);
      for (let i = 0; i < along.length; i++) along[i] = scale * along[i]! - wordCentre[i]!;
      x.set(toDampedUnit(along));
      for (const { members, from } of close) {
        words.multiplyRows(from, from + members.length);
        for (let i = 0; i < members.length; i++)
          near[members[i]!]! *= 1 - WORDS_SHARE + WORDS_SHARE * words.out[from + i]!;
      }
      return near;
    },
  };
}
