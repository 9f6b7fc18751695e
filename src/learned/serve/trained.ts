import { NO_TASK } from '../../dataset/dataset.js';
import { createProjector } from './projection.js';
import { encodeFacts } from '../../dataset/facts.js';
import { FEATURES, HEAD_HIDDEN, LOGIT_MARGIN } from '../constants.js';
import { alignCandidates, RECORD_SHARE, trainedRow } from './candidates.js';
import { answerCost } from '../../scoring/cost.js';
import { estimateTokens } from '../../base/tokens.js';
import { fastSigmoid, fastTanh } from '../../math/exponential.js';
import { dot, sumOf, toDampedUnit } from '../../math/linear.js';
import { tableReader } from '../tables.js';
import { productsOf } from './products.js';
import type { ScoredLlm, ScorerParts, Scorer } from '../../scoring/types.js';
import { usageOf } from '../../scoring/usage.js';

/** Tasks and neighbours that an explanation names. */
const EXPLAINED = 5;
/** Observations that an expected score is worth before any is logged. */
const BASE_OBSERVATIONS = 2;

function logit(p: number): number {
  const q = Math.min(1 - LOGIT_MARGIN, Math.max(LOGIT_MARGIN, p));
  return Math.log(q / (1 - q));
}

/** What serves once something is trained: the decoder of `learned/decoder.ts` on plain arrays. */
export async function createLearnedScorer({
  version,
  model,
  encoder,
  llms,
  stats,
  textOf,
}: ScorerParts): Promise<Scorer> {
  const { names } = model;
  const data = tableReader(model);
  const newcomers = llms.filter((llm) => trainedRow(model, llm.id) < 0);
  const facts = await encodeFacts(encoder, newcomers);
  const candidates = alignCandidates(
    model,
    llms,
    stats,
    new Map(newcomers.map((llm, i) => [llm.id as string, facts[i]!])),
  );

  const { stateOf, taskAttention, placeOf, nearness } = createProjector(model);
  const { x, meaning, messages, known, answered } = productsOf(model);
  // A newcomer hears what is so of all LLMs, which is the row after the last.
  const heard = candidates.rows.map((row) => (row < 0 ? names.llms.length : row));
  const answeredBy = candidates.rows.map((row) => (row < 0 ? 'none' : answered[row]!));
  const hidden = data('query/bias').length;
  const [size, numTasks, numAnchors] = [llms.length, names.tasks.length, names.anchors.length];
  const models = llms.map((llm) => llm.id as string);
  const headScale = data('head/scale')[0]!;
  const headKernel = data('head/hidden/kernel');
  const headBias = data('head/hidden/bias');
  const outKernel = data('head/out/kernel');
  const outBias = data('head/out/bias')[0]!;
  const recordLogit = candidates.record.map(logit);
  const usage = llms.map((llm, c) => usageOf(llm, candidates.stats[c], names.tasks));

  const expected = new Float32Array(size);
  const byTask = new Float32Array(size);
  const features = new Float32Array(FEATURES);
  function scoreAll(
    query: string,
    vector: Float32Array,
    task?: string,
    promptTokens = estimateTokens(query),
  ): ScoredLlm[] {
    const tasks = taskAttention(stateOf(vector), task);
    const place = placeOf(vector);
    const near = nearness(vector, place, tasks);
    x.set(place);
    meaning.multiply();
    x.set(near);
    messages.multiply();
    known.multiply();
    const total = sumOf(near);
    const squares = dot(near, 0, near, 0, numAnchors);
    for (let c = 0; c < size; c++) {
      byTask[c] = dot(tasks, 0, candidates.taskRecord, c * numTasks, numTasks);
      expected[c] = byTask[c]! + meaning.out[heard[c]!]! + messages.out[heard[c]!]!;
    }
    let best = -Infinity;
    let mean = 0;
    for (const e of expected) {
      best = Math.max(best, e);
      mean += e / size;
    }

    const scored: ScoredLlm[] = [];
    for (let c = 0; c < size; c++) {
      features[0] = logit(expected[c]!);
      features[1] = logit(byTask[c]!);
      features[2] = expected[c]! - best;
      features[3] = mean;
      features[4] = recordLogit[c]!;
      let value = headScale * features[0] + outBias;
      for (let j = 0; j < HEAD_HIDDEN; j++) {
        let unit = headBias[j]!;
        for (let f = 0; f < FEATURES; f++) unit += features[f]! * headKernel[f * HEAD_HIDDEN + j]!;
        value += fastTanh(unit) * outKernel[j]!;
      }
      const quality = fastSigmoid(value);
      // Logged answers that speak for this query: neighbours as Kish's effective sample size, and a little of the
      // record.
      const neighbours =
        answeredBy[c] === 'all' ? total : answeredBy[c] === 'none' ? 0 : known.out[candidates.rows[c]!]!;
      const observations =
        BASE_OBSERVATIONS +
        Math.min(
          (squares > 0 ? neighbours ** 2 / squares : 0) + Math.min(20, candidates.interactions[c]! * RECORD_SHARE),
          candidates.mostObservations[c]!,
        );
      const taken = usage[c]!(tasks);
      scored[c] = {
        model: models[c]!,
        quality,
        uncertainty: Math.sqrt((quality * (1 - quality)) / observations),
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

  return {
    version,
    router: names.router,
    models,
    profiles: llms,
    encode: (query) => encoder.encodeSync?.(query) ?? encoder.encode([query]).then((vectors) => vectors[0]!),
    score: scoreAll,
    tasksOf(vector, task) {
      if (task !== undefined) return [{ task, probability: 1 }];
      // A log without tasks has one that stands in for all: it says nothing of the query.
      if (names.tasks[0] === NO_TASK) return [];
      const shares = taskAttention(stateOf(vector));
      return names.tasks.map((name, t) => ({ task: name, probability: shares[t]! }));
    },
    explain(_query, vector, task) {
      const state = stateOf(vector);
      const tasks = taskAttention(state, task);
      const near = nearness(vector, placeOf(vector), tasks);
      return {
        // A log without tasks has one that stands in for all: it says nothing of the query.
        tasks: (names.tasks[0] === NO_TASK ? [] : top(tasks)).map((t) => ({
          task: names.tasks[t]!,
          probability: tasks[t]!,
        })),
        neighbours: top(near).map((a) => ({
          query: textOf(names.anchors[a]!) ?? `(query ${names.anchors[a]!.slice(0, 12)}, no longer in the ledger)`,
          similarity: near[a]!,
          scores: scoresOn(a),
        })),
      };
    },
    nearest: (modelId) => nearestProfiles(models, candidates.embeddings, hidden, modelId),
  };
}

/** LLMs by cosine of their profiles to `model`'s, about the mean profile; nearest first. */
function nearestProfiles(
  models: readonly string[],
  embeddings: Float32Array,
  hidden: number,
  model: string,
): { model: string; similarity: number }[] {
  const mean = new Float32Array(hidden);
  for (let i = 0; i < embeddings.length; i++) mean[i % hidden]! += embeddings[i]! / models.length;
  const centred = (c: number): Float32Array =>
    toDampedUnit(embeddings.slice(c * hidden, (c + 1) * hidden).map((x, i) => x - mean[i]!));
  const own = models.indexOf(model);
  if (own < 0) return [];
  const self = centred(own);
  return models
    .map((id, c) => ({ model: id, similarity: dot(self, 0, centred(c), 0, hidden) }))
    .filter((other) => other.model !== model)
    .toSorted((a, b) => b.similarity - a.similarity);
}
