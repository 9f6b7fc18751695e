import type { Dataset } from '../dataset/dataset.js';
import type { Weighing } from '../schema/training.js';
import type { LoggingPolicy } from './off-policy.js';
import { BASELINES } from '../router/baselines.js';
import { SERVED_ROUTERS } from '../serving/routers.js';
import type { Baseline, FitTools, FittedRouter } from '../router/types.js';
import { breathe } from '../base/breathe.js';

/** Queries that nobody has learned from, and what is logged of them. */
export interface HeldOut {
  data: Dataset;
  /** Indices into the dataset's queries `[n]`. */
  queries: Int32Array;
  /** Where they have one answer each: how LLMs came to be asked, by which choices are judged. */
  policy?: LoggingPolicy | null;
  /** What is compared by; each query once unless told. */
  weigh?: Weighing | undefined;
}

/** What a router expects of every held-out query. */
export interface Prediction {
  /** Short, in kebab case. */
  name: string;
  title: string;
  /** Whether it was told the query's task. */
  told: boolean;
  /** Expected score of every LLM `[n · numLlms]`, query-major. */
  scores: Float32Array;
}

const trainable = SERVED_ROUTERS.find((router) => router.trainable)!;
/** The router that training makes, as a contender. */
export const LEARNED = { name: trainable.name, title: trainable.title, told: false };
export const ORACLE = { name: 'oracle', title: 'oracle per query', told: true };

/** Queries between two breaths. */
const BREATH = 64;

/** Scores `[n · numLlms]` of every held-out query, asked one at a time by its place in `queries`. */
export async function predictEach(
  { data, queries }: HeldOut,
  scoresOf: (index: number) => Float32Array,
): Promise<Float32Array> {
  const scores = new Float32Array(queries.length * data.numLlms);
  for (let i = 0; i < queries.length; i++) {
    scores.set(scoresOf(i), i * data.numLlms);
    if (i % BREATH === BREATH - 1) await breathe();
  }
  return scores;
}

/** Asks a router about every held-out query. */
export function predict(heldOut: HeldOut, router: FittedRouter): Promise<Float32Array> {
  const { data, queries } = heldOut;
  return predictEach(heldOut, (i) =>
    router.score({ vector: data.queries.at(queries[i]!)!, task: data.taskOf[queries[i]!]! }),
  );
}

/**
 * What a router would say that knows every held-out score `[n · numLlms]`; 0 where none is logged. NaN where one is
 * logged of each query: it would always choose the LLM that was asked.
 */
export function oracleScores({ data, queries, policy }: HeldOut): Float32Array {
  const scores = new Float32Array(queries.length * data.numLlms);
  if (policy) return scores.fill(NaN);
  const { start, llm, score } = data.evidence;
  queries.forEach((q, i) => {
    for (let e = start[q]!; e < start[q + 1]!; e++) scores[i * data.numLlms + llm[e]!] = score[e]!;
  });
  return scores;
}

/** Who predicts: the learned router, and baselines that are fitted first. */
export interface Contenders {
  learned: FittedRouter;
  /** Queries that baselines are fitted on. */
  train: Int32Array;
  tools: FitTools;
  baselines?: readonly Baseline[];
}

/**
 * Predictions of baselines fitted on `train`, those that read only text first.
 *
 * @param onEach told the title of each before it is fitted
 */
export async function predictBaselines(
  heldOut: HeldOut,
  { train, tools, baselines = BASELINES }: Omit<Contenders, 'learned'>,
  onEach: (title: string, index: number, all: number) => void = () => undefined,
): Promise<Prediction[]> {
  const ordered = [...baselines.filter((b) => !b.told), ...baselines.filter((b) => b.told)];
  const out: Prediction[] = [];
  for (const [i, baseline] of ordered.entries()) {
    const { name, title, told } = baseline;
    onEach(title, i, ordered.length);
    out.push({ name, title, told, scores: await predict(heldOut, await baseline.fit(heldOut.data, train, tools)) });
  }
  return out;
}

/** Those predictions, with the learned router's before what is told the task, and the oracle's last. */
export async function besideBaselines(
  heldOut: HeldOut,
  learned: FittedRouter,
  baselines: readonly Prediction[],
): Promise<Prediction[]> {
  return [
    ...baselines.filter(({ told }) => !told),
    { ...LEARNED, scores: await predict(heldOut, learned) },
    ...baselines.filter(({ told }) => told),
    { ...ORACLE, scores: oracleScores(heldOut) },
  ];
}

/** The same in one: baselines are fitted first. */
export async function predictAll(heldOut: HeldOut, { learned, ...others }: Contenders): Promise<Prediction[]> {
  return besideBaselines(heldOut, learned, await predictBaselines(heldOut, others));
}

/** Predictions of the same routers for one set of queries after another, as those for all. */
export function joinPredictions(parts: readonly (readonly Prediction[])[]): Prediction[] {
  return parts[0]!.map((first, p) => ({ ...first, scores: joined(parts.map((of) => of[p]!.scores)) }));
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
