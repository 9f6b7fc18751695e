import { NO_TASK } from '../../dataset/dataset.js';
import { createKindReader, likeliestKinds } from './kinds.js';
import { createProjector } from './projection.js';
import { encodeFacts } from '../../dataset/facts.js';
import { CHANCE, OWN, QUERY, RESIDUAL, SHARED, TASK_STRENGTH, WITHIN_TASK } from '../constants.js';
import { alignCandidates, trainedRow } from './candidates.js';
import { answerCost } from '../../scoring/cost.js';
import { estimateTokens } from '../../base/tokens.js';
import { dot, toDampedUnit } from '../../math/linear.js';
import { benchmarksIn, tableReader } from '../tables.js';
import { calibrated } from '../calibration.js';
import { productsOf } from './products.js';
import { strengthsIn } from './strengths.js';
import { intoRange, scalesIn } from '../scale.js';
import { likenessOf } from '../../scoring/likeness.js';
import { isStatic } from '../../schema/profile.js';
import type { ScoredLlm, ScorerParts, Scorer } from '../../scoring/types.js';
import { usageOf } from '../../scoring/usage.js';

/** Tasks and neighbours that an explanation names. */
const EXPLAINED = 5;
/** What serves once something is trained: the decoder of `learned/decoder.ts` on plain arrays. */
export async function createLearnedScorer(parts: ScorerParts): Promise<Scorer> {
  const { version, model, encoder, llms, metrics } = parts;
  const { names } = model;
  const data = tableReader(model);
  const newcomers = llms.filter((llm) => trainedRow(model, llm) < 0);
  const facts = await encodeFacts(encoder, { llms: newcomers, metrics }, benchmarksIn(model));
  const candidates = alignCandidates(parts, new Map(newcomers.map((llm, i) => [llm.id as string, facts[i]!])));

  const { place, tasksFor, nearness } = createProjector(model);
  const { x, messages, known, answered } = productsOf(model);
  const fixed = new Set(llms.flatMap((llm, c) => (isStatic(llm) ? [c] : [])));
  // A newcomer hears what is so of all LLMs, which is the row after the last.
  const heard = candidates.rows.map((row) => (row < 0 ? names.llms.length : row));
  const [size, numTasks, numAnchors] = [llms.length, names.tasks.length, names.anchors.length];
  const models = llms.map((llm) => llm.id as string);
  const usage = llms.map((llm, c) => usageOf(llm, candidates.stats[c], names.tasks));
  const scale = scalesIn(data('score/scale')).measured;
  const calibration = data('score/calibration');
  // A single task, as of a log without any, says nothing that the level doesn't.
  const tasksKnown = numTasks === 1 ? 0 : numTasks;
  const levelStrength = data('level/usual')[1]!;
  const prior = (OWN + SHARED) * data('anchor/spread')[0]!;
  const leftOpen = tasksKnown > 0 ? WITHIN_TASK * prior : prior;

  // Answers of an LLM for each anchor that has one: near a query there are so many times those of anchors.
  const perAnchor = candidates.rows.map((row, c) => {
    if (row < 0) return 0;
    let anchors = 0;
    for (let a = 0; a < numAnchors; a++)
      if (!Number.isNaN(data('anchor/scores')[a * names.llms.length + row]!)) anchors++;
    return anchors === 0 ? 0 : Math.max(1, candidates.interactions[c]! / anchors);
  });

  const squares = new Float32Array(numAnchors);
  /**
   * Variance of an LLM's expected score, in the units of the scale: of its level, by how many answers it rests on; of
   * its records on tasks; and of what its answers near by say, a Gaussian process's by the number that they amount to.
   */
  function varianceOf(c: number, tasks: Float32Array, nearby: number): number {
    const most = candidates.mostObservations[c]!;
    const level = RESIDUAL / (Math.min(candidates.interactions[c]!, most) + levelStrength);
    let byTask = 0;
    for (let t = 0; t < tasksKnown; t++)
      byTask +=
        tasks[t]! ** 2 * (RESIDUAL / (Math.min(candidates.taskCounts[c * numTasks + t]!, most) + TASK_STRENGTH));
    return level + byTask + leftOpen / (1 + (Math.min(nearby, most) * prior) / (CHANCE + QUERY));
  }

  function scoreAll(
    query: string,
    vector: Float32Array,
    task?: string,
    promptTokens = estimateTokens(query),
  ): ScoredLlm[] {
    const tasks = tasksFor(vector, task);
    const near = nearness(vector, tasks);
    x.set(near);
    messages.multiply();
    let total = 0;
    for (let a = 0; a < numAnchors; a++) total += squares[a] = near[a]! * near[a]!;
    x.set(squares);
    known.multiply();

    const scored: ScoredLlm[] = [];
    for (let c = 0; c < size; c++) {
      const expected = dot(tasks, 0, candidates.taskRecord, c * numTasks, numTasks) + messages.out[heard[c]!]!;
      const row = candidates.rows[c]!;
      const answers = row < 0 ? 0 : answered[row] === 'all' ? total : answered[row] === 'none' ? 0 : known.out[row]!;
      const taken = usage[c]!(tasks);
      const scoreOf = (value: number): number =>
        intoRange(scale.centre + scale.spread * calibrated(value, calibration), scale);
      scored[c] = {
        model: models[c]!,
        quality: scoreOf(expected),
        ...(row < 0 && !fixed.has(c) && { declared: scoreOf(expected - candidates.level[c]!) }),
        uncertainty: scale.spread * Math.sqrt(varianceOf(c, tasks, answers * perAnchor[c]!)),
        costUsd: answerCost(llms[c]!, taken, promptTokens),
        latencyMs: taken.latencyMs,
        latencyP90Ms: taken.latencyP90Ms,
      };
    }
    return scored;
  }

  /** What is logged of anchor `a`, by LLM. */
  function scoresOn(a: number): Record<string, number> {
    const scores = data('anchor/scores').subarray(a * names.llms.length, (a + 1) * names.llms.length);
    return Object.fromEntries(
      models
        .map((id, c) => [id, scores[candidates.rows[c]!] ?? NaN] as const)
        .filter(([, score]) => !Number.isNaN(score)),
    );
  }

  const top = (values: Float32Array): number[] =>
    Array.from(values.keys())
      .toSorted((a, b) => values[b]! - values[a]!)
      .slice(0, EXPLAINED);

  const reader = createKindReader(model, place);
  return {
    version,
    router: names.router,
    models,
    trainedOn: new Set(models.filter((_, c) => candidates.rows[c]! >= 0)),
    profiles: llms,
    ...reader,
    encode: (query) => encoder.encodeSync?.(query) ?? encoder.encode([query]).then((vectors) => vectors[0]!),
    score: scoreAll,
    tasksOf(vector, task) {
      if (task !== undefined) return [{ task, probability: 1 }];
      // A log without tasks has one that stands in for all: it says nothing of the query.
      if (names.tasks[0] === NO_TASK) return [];
      const shares = tasksFor(vector);
      return names.tasks.map((name, t) => ({ task: name, probability: shares[t]! }));
    },
    explain(_query, vector, task) {
      const tasks = tasksFor(vector, task);
      const near = nearness(vector, tasks);
      return {
        // A log without tasks has one that stands in for all: it says nothing of the query.
        tasks: (names.tasks[0] === NO_TASK ? [] : top(tasks)).map((t) => ({
          task: names.tasks[t]!,
          probability: tasks[t]!,
        })),
        kinds: likeliestKinds(reader, vector),
        neighbours: top(near).map((a) => ({
          queryHash: names.anchors[a]!,
          similarity: near[a]!,
          scores: scoresOn(a),
        })),
      };
    },
    strengths(modelId, only) {
      const c = models.indexOf(modelId);
      return strengthsIn(model, {
        row: candidates.rows[c]!,
        interactions: candidates.interactions[c]!,
        taskRecord: candidates.taskRecord.subarray(c * numTasks, (c + 1) * numTasks),
        taskCounts: candidates.taskCounts.subarray(c * numTasks, (c + 1) * numTasks),
        only,
      });
    },
    nearest(modelId) {
      const self = models.indexOf(modelId);
      // Of an LLM that nothing is learned of, what is declared tells more than an embedding made of it.
      const declared = (c: number): number => 2 * likenessOf(llms[self]!, llms[c]!, metrics).similarity - 1;
      const learned = (c: number): boolean => candidates.rows[c]! >= 0 && candidates.rows[self]! >= 0;
      return nearestProfiles(models, candidates.embeddings, modelId)
        .map((near) => {
          const c = models.indexOf(near.model);
          return learned(c) ? near : { ...near, similarity: declared(c) };
        })
        .toSorted((a, b) => b.similarity - a.similarity);
    },
  };
}

/** LLMs by cosine of their embeddings `[models.length, length]` to `model`'s, about their mean; nearest first. */
function nearestProfiles(
  models: readonly string[],
  embeddings: Float32Array,
  model: string,
): { model: string; similarity: number }[] {
  const length = embeddings.length / models.length;
  const mean = new Float32Array(length);
  for (let i = 0; i < embeddings.length; i++) mean[i % length]! += embeddings[i]! / models.length;
  const centred = (c: number): Float32Array =>
    toDampedUnit(embeddings.slice(c * length, (c + 1) * length).map((x, i) => x - mean[i]!));
  const own = models.indexOf(model);
  if (own < 0) return [];
  const self = centred(own);
  return models
    .map((id, c) => ({ model: id, similarity: dot(self, 0, centred(c), 0, length) }))
    .filter((other) => other.model !== model)
    .toSorted((a, b) => b.similarity - a.similarity);
}
