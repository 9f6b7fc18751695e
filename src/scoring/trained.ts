import type { Encoder } from '../encoder/types.js';
import type { LlmStats } from '../ledger/types.js';
import { NO_TASK } from '../profile/structured/dataset.js';
import { encodeFacts } from '../profile/structured/facts.js';
import { FEATURES, HEAD_HIDDEN, LOGIT_MARGIN, NEIGHBOUR_STRENGTH } from '../router/graph/features.js';
import type { LlmProfile } from '../schema/profile.js';
import { alignCandidates, trainedRow } from './candidates.js';
import { answerCost, answerUsage, estimateTokens } from './cost.js';
import { dot, sigmoid, timesMatrix, timesTransposed, toSoftmax, toUnit, transposed } from './linear.js';
import type { TrainedModel } from './model.js';
import type { ScoredLlm, ScoringIndex } from './types.js';

/** Tasks and neighbours that an explanation names. */
const EXPLAINED = 5;
/** Observations that an expected score is worth before any is logged. */
const BASE_OBSERVATIONS = 2;

export interface TrainedParts {
  version: string;
  model: TrainedModel;
  encoder: Encoder;
  /** The catalogue of now: LLMs that came after training are scored from their declared facts. */
  llms: LlmProfile[];
  stats: readonly LlmStats[];
  /** Text of a logged query by its hash, for explanations. */
  textOf(hash: string): string | undefined;
}

function logit(p: number): number {
  const q = Math.min(1 - LOGIT_MARGIN, Math.max(LOGIT_MARGIN, p));
  return Math.log(q / (1 - q));
}

/** What serves once something is trained: the decoder of `router/graph/decoder.ts` on plain arrays. */
export async function createTrainedIndex({ version, model, encoder, llms, stats, textOf }: TrainedParts): Promise<ScoringIndex> {
  const { names, tables } = model;
  const data = (name: string): Float32Array => tables[name]!.data;
  const newcomers = llms.filter((llm) => trainedRow(model, llm.id) < 0);
  const facts = await encodeFacts(encoder, newcomers);
  const candidates = alignCandidates(model, llms, stats, new Map(newcomers.map((llm, i) => [llm.id as string, facts[i]!])));

  const hidden = data('query/bias').length;
  const keys = data('anchor/kernel').length / hidden;
  const [size, numTasks, numAnchors] = [llms.length, names.tasks.length, names.anchors.length];
  const models = llms.map((llm) => llm.id as string);
  const queryKernel = data('query/kernel');
  const queryBias = data('query/bias');
  const taskKeys = new Float32Array(numTasks * keys);
  for (let t = 0; t < numTasks; t++) taskKeys.set(toUnit(timesMatrix(data('embedding/task').subarray(t * hidden, (t + 1) * hidden), data('task_key/kernel'), keys)), t * keys);
  const taskScale = Math.exp(data('task_temperature')[0]!);
  const taskMask = data('record/task_mask');
  // `[keys, numAnchors]`
  const anchorKeys = transposed(data('anchor/keys'), numAnchors, keys);
  const anchorScale = Math.exp(data('anchor_temperature')[0]!);
  const [share1, share2, share3] = data('head/evidence') as unknown as [number, number, number];
  const headKernel = data('head/hidden/kernel');
  const headBias = data('head/hidden/bias');
  const outKernel = data('head/out/kernel');
  const outBias = data('head/out/bias')[0]!;
  const recordLogit = candidates.record.map(logit);
  const usage = llms.map((llm, c) => answerUsage(llm, candidates.stats[c]));

  function queryState(vector: Float32Array): Float32Array {
    const z = timesMatrix(vector, queryKernel, hidden);
    for (let i = 0; i < hidden; i++) {
      const x = z[i]! + queryBias[i]!;
      z[i] = x * sigmoid(x);
    }
    return z;
  }

  /** Probability of each task `[numTasks]`; certain where the caller says which it is. */
  function taskAttention(state: Float32Array, task: string | undefined): Float32Array {
    const given = task === undefined ? -1 : names.tasks.indexOf(task);
    const out = new Float32Array(numTasks);
    if (given >= 0) {
      out[given] = 1;
      return out;
    }
    const query = toUnit(timesMatrix(state, data('task_query/kernel'), keys));
    for (let t = 0; t < numTasks; t++) out[t] = taskScale * dot(query, 0, taskKeys, t * keys, keys) + taskMask[t]!;
    return toSoftmax(out);
  }

  /** Attention to each logged query `[numAnchors]`, sums to 1. */
  function anchorAttention(state: Float32Array): Float32Array {
    const out = timesTransposed(toUnit(timesMatrix(state, data('anchor/kernel'), keys)), anchorKeys, numAnchors);
    let sum = 0;
    // Keys have unit length, so no product exceeds 1 and no exponential overflows.
    for (let a = 0; a < numAnchors; a++) {
      const weight = Math.exp(anchorScale * (out[a]! - 1));
      out[a] = weight;
      sum += weight;
    }
    const scale = sum > 0 ? 1 / sum : 0;
    for (let a = 0; a < numAnchors; a++) out[a]! *= scale;
    return out;
  }

  /** Attention-weighted scores and coverage `[numCandidates]`, and the sum of squared attention. */
  function neighbourEvidence(attention: Float32Array): { neighbourScore: Float32Array; coverage: Float32Array; concentration: number } {
    const { candidates: columns, scores, known } = candidates.anchors;
    const neighbourScore = new Float32Array(size);
    const coverage = new Float32Array(size);
    columns.forEach((c, k) => {
      neighbourScore[c] = dot(attention, 0, scores, k * numAnchors, numAnchors);
      coverage[c] = known === null ? 1 : dot(attention, 0, known, k * numAnchors, numAnchors);
    });
    const concentration = dot(attention, 0, attention, 0, numAnchors);
    return { neighbourScore, coverage, concentration };
  }

  function scoreAll(query: string, vector: Float32Array, task: string | undefined): ScoredLlm[] {
    const state = queryState(vector);
    const tasks = taskAttention(state, task);
    const attention = anchorAttention(state);
    const { neighbourScore, coverage, concentration } = neighbourEvidence(attention);
    const byTask = new Float32Array(size);
    const byBenchmark = new Float32Array(size);
    const taskCoverage = new Float32Array(size);
    let bestTask = -Infinity;
    let bestNeighbour = -Infinity;
    let meanTask = 0;
    for (let c = 0; c < size; c++) {
      byTask[c] = dot(tasks, 0, candidates.taskRecord, c * numTasks, numTasks);
      byBenchmark[c] = dot(tasks, 0, candidates.benchmark, c * numTasks, numTasks);
      taskCoverage[c] = dot(tasks, 0, candidates.taskCoverage, c * numTasks, numTasks);
      neighbourScore[c] = (neighbourScore[c]! + NEIGHBOUR_STRENGTH * byTask[c]!) / (coverage[c]! + NEIGHBOUR_STRENGTH);
      bestTask = Math.max(bestTask, byTask[c]!);
      bestNeighbour = Math.max(bestNeighbour, neighbourScore[c]!);
      meanTask += byTask[c]! / size;
    }

    const promptTokens = estimateTokens(query);
    const features = new Float32Array(FEATURES);
    const scored: ScoredLlm[] = [];
    for (let c = 0; c < size; c++) {
      const match = dot(state, 0, candidates.match, c * hidden, hidden);
      features[0] = logit(byTask[c]!);
      features[1] = logit(neighbourScore[c]!);
      features[2] = recordLogit[c]!;
      features[3] = match;
      features[4] = byTask[c]! - bestTask;
      features[5] = neighbourScore[c]! - bestNeighbour;
      features[6] = meanTask;
      features[7] = neighbourScore[c]! - byTask[c]!;
      features[8] = byBenchmark[c]! - byTask[c]!;
      features[9] = taskCoverage[c]!;
      features[10] = coverage[c]!;
      let value = share1 * features[0] + share2 * features[1] + share3 * features[2] + match + outBias;
      for (let j = 0; j < HEAD_HIDDEN; j++) {
        let sum = headBias[j]!;
        for (let f = 0; f < FEATURES; f++) sum += features[f]! * headKernel[f * HEAD_HIDDEN + j]!;
        value += Math.tanh(sum) * outKernel[j]!;
      }
      const quality = sigmoid(value);
      // Logged answers that speak for this query: neighbours as Kish's effective sample size, and a little of the record.
      const observations = BASE_OBSERVATIONS + (concentration > 0 ? (coverage[c]! * coverage[c]!) / concentration : 0) + Math.min(20, candidates.interactions[c]! / 10);
      scored[c] = {
        model: models[c]!,
        quality,
        uncertainty: Math.sqrt((quality * (1 - quality)) / observations),
        costUsd: answerCost(llms[c]!, usage[c]!, promptTokens),
        latencyMs: usage[c]!.latencyMs,
      };
    }
    return scored;
  }

  /** What is logged of anchor `a`, by LLM. */
  function scoresOn(a: number): Record<string, number> {
    const { candidates: columns, scores, known } = candidates.anchors;
    return Object.fromEntries(Array.from(columns, (c, k) => [models[c]!, k * numAnchors + a] as const).filter(([, i]) => known === null || known[i] === 1).map(([m, i]) => [m, scores[i]!]));
  }

  const top = (values: Float32Array): number[] => Array.from(values.keys()).toSorted((a, b) => values[b]! - values[a]!).slice(0, EXPLAINED);

  return {
    version,
    models,
    encode: (query) => encoder.encodeSync?.(query) ?? encoder.encode([query]).then((vectors) => vectors[0]!),
    score: scoreAll,
    explain(_query, vector, task) {
      const state = queryState(vector);
      const tasks = taskAttention(state, task);
      const attention = anchorAttention(state);
      const key = toUnit(timesMatrix(state, data('anchor/kernel'), keys));
      return {
        // A log without tasks has one that stands in for all: it says nothing of the query.
        tasks: (names.tasks[0] === NO_TASK ? [] : top(tasks)).map((t) => ({ task: names.tasks[t]!, probability: tasks[t]! })),
        neighbours: top(attention).map((a) => ({
          query: textOf(names.anchors[a]!) ?? `(query ${names.anchors[a]!.slice(0, 12)}, no longer in the ledger)`,
          similarity: dot(key, 0, data('anchor/keys'), a * keys, keys),
          scores: scoresOn(a),
        })),
      };
    },
    nearest: (modelId) => nearestProfiles(models, candidates.embeddings, hidden, modelId),
  };
}

/** LLMs by cosine of their profiles to `model`'s, about the mean profile; nearest first. */
function nearestProfiles(models: readonly string[], embeddings: Float32Array, hidden: number, model: string): { model: string; similarity: number }[] {
  const mean = new Float32Array(hidden);
  for (let i = 0; i < embeddings.length; i++) mean[i % hidden]! += embeddings[i]! / models.length;
  const centred = (c: number): Float32Array => toUnit(embeddings.slice(c * hidden, (c + 1) * hidden).map((x, i) => x - mean[i]!));
  const own = models.indexOf(model);
  if (own < 0) return [];
  const self = centred(own);
  return models
    .map((id, c) => ({ model: id, similarity: dot(self, 0, centred(c), 0, hidden) }))
    .filter((other) => other.model !== model)
    .toSorted((a, b) => b.similarity - a.similarity);
}
