import { dot } from '../../math/linear.js';
import type { TrainedModel } from '../../artifact/model.js';
import { NO_TASK } from '../../dataset/dataset.js';
import type { Estimate, LearnedStrengths } from '../../scoring/types.js';
import { CHANCE, RESIDUAL, TASK_STRENGTH } from '../constants.js';
import { locationOf } from '../location.js';
import { intoRange, scalesIn } from '../scale.js';
import { tableReader } from '../tables.js';

/** Answers that what is expected of an LLM weighs as much as, beside those that are logged of a kind. */
const KIND_STRENGTH = 10;
/** Logged queries that are shown, of those that it did best and worst on. */
const SHOWN = 5;

/** One LLM as the tables of candidates have it. */
export interface ReadLlm {
  /** Row in the artifact, −1 for a newcomer. */
  row: number;
  interactions: number;
  /** `[numTasks]` */
  taskRecord: Float32Array;
  taskCounts: Float32Array;
  /** `groups` where nobody asks for queries. */
  only?: 'groups' | undefined;
}

/** Nearest kind of each anchor, by model: the same for all LLMs. */
const kindsOfAnchors = new WeakMap<TrainedModel, Int32Array>();

function kindOfEach(model: TrainedModel): Int32Array {
  const known = kindsOfAnchors.get(model);
  if (known !== undefined) return known;
  const { kinds, anchors } = model.names;
  const data = tableReader(model);
  const [places, words, centres] = [data('anchor/places'), data('anchor/words'), data('embedding/kind')];
  const [place, word] = [places.length / anchors.length, words.length / anchors.length];
  const length = place + word;
  const found = Int32Array.from(anchors, (_, a) => {
    const at = locationOf({
      at: places.subarray(a * place, (a + 1) * place),
      words: words.subarray(a * word, (a + 1) * word),
    });
    let [best, least] = [-1, Infinity];
    for (let k = 0; k < kinds.length; k++) {
      const apart = dot(centres, k * length, centres, k * length, length) - 2 * dot(centres, k * length, at, 0, length);
      if (apart < least) [best, least] = [k, apart];
    }
    return best;
  });
  kindsOfAnchors.set(model, found);
  return found;
}

/** What a version learned of one LLM: of its tasks from all answers, of kinds and queries from its anchors. */
export function strengthsIn(
  model: TrainedModel,
  { row, interactions, taskRecord, taskCounts, only }: ReadLlm,
): LearnedStrengths {
  const { names } = model;
  const data = tableReader(model);
  const scale = scalesIn(data('score/scale')).measured;
  const level = RESIDUAL / (interactions + data('level/usual')[1]!);
  const estimate = (expected: number, variance: number, answers: number): Estimate => ({
    score: intoRange(scale.centre + scale.spread * expected, scale),
    deviation: scale.spread * Math.sqrt(variance),
    answers: Math.round(answers),
  });
  const mean = taskRecord.reduce((a, b) => a + b, 0) / taskRecord.length;
  const tasksKnown = names.tasks[0] !== NO_TASK;
  const asked = data('record/task_count');
  const tasks = names.tasks.flatMap((task, t) => {
    const anyone = names.llms.some((_, l) => asked[l * names.tasks.length + t]! > 0);
    if (!tasksKnown || !anyone) return [];
    const variance = level + RESIDUAL / (taskCounts[t]! + TASK_STRENGTH);
    return [{ task, ...estimate(taskRecord[t]!, variance, taskCounts[t]!) }];
  });

  const numLlms = names.llms.length;
  const scores = data('anchor/scores');
  const [numTasks, ofTasks] = [names.tasks.length, data('anchor/tasks')];
  const kinds = names.kinds.map(() => ({ expected: 0, anchors: 0, sum: 0, answers: 0 }));
  const queries: LearnedStrengths['queries'] = [];
  if (names.kinds.length > 0 || row >= 0) {
    const kindOf = names.kinds.length > 0 ? kindOfEach(model) : null;
    names.anchors.forEach((queryHash, a) => {
      const own = row < 0 ? NaN : scores[a * numLlms + row]!;
      const kind = kindOf === null ? undefined : kinds[kindOf[a]!];
      if (kind !== undefined) {
        kind.anchors++;
        kind.expected += dot(ofTasks, a * numTasks, taskRecord, 0, numTasks);
        if (!Number.isNaN(own)) {
          kind.sum += (own - scale.centre) / scale.spread;
          kind.answers++;
        }
      }
      if (Number.isNaN(own) || only === 'groups') return;
      let [others, n] = [0, 0];
      for (let l = 0; l < numLlms; l++) {
        const score = scores[a * numLlms + l]!;
        if (l === row || Number.isNaN(score)) continue;
        others += score;
        n++;
      }
      if (n > 0) queries.push({ queryHash, score: own, others: others / n });
    });
  }
  queries.sort((a, b) => b.score - b.others - (a.score - a.others));
  return {
    overall: estimate(row < 0 ? mean : data('record/llm')[row]!, level, interactions),
    tasks,
    kinds: kinds.flatMap(({ expected, anchors, sum, answers }, k) => {
      if (anchors === 0) return [];
      const score = (sum + (KIND_STRENGTH * expected) / anchors) / (answers + KIND_STRENGTH);
      const variance = level + CHANCE / (answers + KIND_STRENGTH);
      return [{ kind: names.kinds[k]!, ...estimate(score, variance, answers) }];
    }),
    queries: queries.length <= 2 * SHOWN ? queries : [...queries.slice(0, SHOWN), ...queries.slice(-SHOWN)],
  };
}
