import { encodeSome } from '../encoder/some.js';
import type { Encoder, PartRange } from '../encoder/types.js';
import { edgeOrder } from '../graph/columns.js';
import type { FrozenEdges, FrozenGraph } from '../graph/freeze.js';
import type { SnapshotRows } from '../graph/rows.js';
import { fromRows, matrix, type Matrix } from '../math/matrix.js';
import type { ProfileDesign } from '../schema/design.js';
import { declaredStrength, matchBenchmarks, type Benchmarks } from './benchmarks.js';
import { encodeFacts, factsLength } from './facts.js';

/** The task that stands in where a log has none. */
export const NO_TASK = '*';

/** Encoded queries by place, as an array of them is: a long log's stay on disk until they are asked for. */
export interface QueryVectors {
  readonly length: number;
  /** `[dim]`, the caller's to keep. */
  at(place: number): Float32Array | undefined;
}

/** Some encoded queries, each read once: a long log's are on disk. */
export function readVectors(
  { queries: vectors }: Pick<Dataset, 'queries'>,
  queries: ArrayLike<number>,
): Float32Array[] {
  return Array.from(queries, (q) => vectors.at(q)!);
}

/** LLM evidence per query in compressed rows: entries `[start[q], start[q + 1])` belong to query q. */
export interface Evidence {
  start: Int32Array;
  llm: Int32Array;
  /** Mean score of the LLM on the query, or the share of its comparisons that it won. */
  score: Float32Array;
  /** 1 for a measured score; 0 for one that stands in for comparisons. */
  measured: Uint8Array;
  /** How far it counts, in (0, 1]: 1 unless it is told by faint signals, or is from before the LLM changed. */
  weight: Float32Array;
  /** How far it counts for its age alone; `weight` says it where this is left out. */
  age?: Float32Array;
}

/** From this weight on, an answer or a comparison says what an LLM does now: it may be shown, and judge. */
export const CURRENT = 0.5;
export const isCurrent = ({ weight, age = weight }: Pick<Evidence, 'weight' | 'age'>, entry: number): boolean =>
  age[entry]! >= CURRENT;

/** A frozen graph with its features, as training and profiling read it. */
export interface Dataset {
  design: ProfileDesign;
  graph: FrozenGraph;
  numLlms: number;
  /** At least 1: with no task known, one task that holds every query stands in. */
  numTasks: number;
  numQueries: number;
  /** Encoded queries `[numQueries, dim]`. */
  queries: QueryVectors;
  dim: number;
  /**
   * The part of an encoded query that carries its meaning, and the parts (or none) that hold its words and describe how
   * it is written.
   */
  semantic: PartRange;
  words: PartRange;
  style: PartRange;
  /** Task of each query, −1 where unknown. */
  taskOf: Int32Array;
  evidence: Evidence;
  /** How often each query was answered or compared `[numQueries]`, an answer counting as far as it counts. */
  traffic: Float32Array;
  /** Probability with which an LLM was asked a query, as far as it is logged; NaN where it is not. */
  propensityOf(query: number, llm: number): number;
  /** How many answers of an LLM a query has whose propensity is logged. */
  answersOf(query: number, llm: number): number;
  /** Comparisons: LLM `better[i]` did better than `worse[i]` on query `query[i]`, sorted by query. */
  preferences: SnapshotRows['preferences'];
  preferenceStart: Int32Array;
  /** Declared facts `[numLlms, factsLength]`. */
  llmFacts: Matrix;
  /** Encoded descriptions. */
  familyText: Matrix;
  taskText: Matrix;
  domainText: Matrix;
  /** `[numLlms, numFamilies]`, rows sum to 1 or 0. */
  llmFamily: Matrix;
  /** `[numTasks, numDomains]`, rows sum to 1 or 0. */
  taskDomain: Matrix;
  /** Benchmarks that are declared, and what each tells of the tasks. */
  benchmarks: Benchmarks;
  /** How much better than usual an LLM is by all that it declares `[numLlms]`; 0 where it declares nothing. */
  declaredOverall: Float32Array;
  /** How much better than by all its benchmarks an LLM is at each task by those that tell `[numLlms, numTasks]`. */
  declaredAt: Matrix;
  tasks: string[];
  llms: string[];
}

/** Start of each bucket in a list sorted by bucket: `start[b]` to `start[b + 1]`. */
export function bucketStarts(sorted: Int32Array, buckets: number): Int32Array {
  const start = new Int32Array(buckets + 1);
  for (const b of sorted) start[b + 1]!++;
  for (let b = 0; b < buckets; b++) start[b + 1]! += start[b]!;
  return start;
}

/**
 * How far comparisons of each query and LLM count: as the weightiest of them, since all together stand in for one
 * score.
 */
function countsOf(
  { source, target, count }: FrozenEdges,
  numLlms: number,
  { query, better, worse, weight }: SnapshotRows['preferences'],
): Float32Array {
  if (weight === undefined) return count;
  const most = new Map<number, number>();
  const note = (key: number, counts: number): void => void most.set(key, Math.max(counts, most.get(key) ?? 0));
  query.forEach((q, p) => {
    note(q * numLlms + better[p]!, weight[p]!);
    note(q * numLlms + worse[p]!, weight[p]!);
  });
  return count.map((_, e) => most.get(target[e]! * numLlms + source[e]!)!);
}

function evidenceOf(graph: FrozenGraph, numQueries: number, preferences: SnapshotRows['preferences']): Evidence {
  const scored = graph.edges['llm-query'];
  const compared = graph.edges['llm-preference'];
  const sets = [scored, compared].filter((edges) => edges !== undefined);
  const length = sets.reduce((sum, edges) => sum + edges.source.length, 0);
  const joined = {
    query: new Int32Array(length),
    llm: new Int32Array(length),
    score: new Float32Array(length),
    count: new Float32Array(length),
  };
  let at = 0;
  for (const edges of sets) {
    const { source, target, weight } = edges;
    joined.query.set(target, at);
    joined.llm.set(source, at);
    joined.score.set(weight, at);
    joined.count.set(edges === compared ? countsOf(edges, graph.sizes.llm, preferences) : edges.count, at);
    at += source.length;
  }
  const numScored = scored?.source.length ?? 0;
  const out: Evidence & { query: Int32Array } = {
    start: new Int32Array(),
    query: new Int32Array(length),
    llm: new Int32Array(length),
    score: new Float32Array(length),
    measured: new Uint8Array(length),
    weight: new Float32Array(length),
  };
  let size = 0;
  // Of the same query and LLM the measured score comes first. It says more than comparisons do: they only fill in.
  for (const e of edgeOrder(joined.query, joined.llm, numQueries, graph.sizes.llm)) {
    if (size > 0 && out.query[size - 1] === joined.query[e] && out.llm[size - 1] === joined.llm[e]) continue;
    out.query[size] = joined.query[e]!;
    out.llm[size] = joined.llm[e]!;
    out.score[size] = joined.score[e]!;
    out.weight[size] = Math.min(1, joined.count[e]!);
    out.measured[size++] = e < numScored ? 1 : 0;
  }
  const { llm, score, measured, weight } = out;
  return {
    start: bucketStarts(out.query.subarray(0, size), numQueries),
    llm: llm.slice(0, size),
    score: score.slice(0, size),
    measured: measured.slice(0, size),
    weight: weight.slice(0, size),
  };
}

/** How LLMs came to be asked, and how often, as far as it is logged. */
function askingOf(
  { query, llm, propensity, answers, count }: SnapshotRows['scores'],
  numLlms: number,
): Pick<Dataset, 'propensityOf' | 'answersOf'> {
  if (propensity === undefined) return { propensityOf: () => NaN, answersOf: () => 0 };
  const entries = new Map<number, number>();
  propensity.forEach((p, e) => {
    if (!Number.isNaN(p)) entries.set(query[e]! * numLlms + llm[e]!, e);
  });
  const entryOf = (q: number, l: number): number | undefined => entries.get(q * numLlms + l);
  return {
    propensityOf(q, l) {
      const e = entryOf(q, l);
      return e === undefined ? NaN : propensity[e]!;
    },
    answersOf(q, l) {
      const e = entryOf(q, l);
      return e === undefined ? 0 : Math.max(1, (answers ?? count)[e]!);
    },
  };
}

/** The evidence with how far each entry counts for its age, where that is not what it counts. */
function withAges(evidence: Evidence, { query, llm, age }: SnapshotRows['scores'], numLlms: number): Evidence {
  if (age === undefined) return evidence;
  const known = new Map<number, number>();
  age.forEach((a, e) => known.set(query[e]! * numLlms + llm[e]!, a));
  const ages = evidence.weight.slice();
  for (let q = 0; q + 1 < evidence.start.length; q++)
    for (let e = evidence.start[q]!; e < evidence.start[q + 1]!; e++)
      if (evidence.measured[e]) ages[e] = known.get(q * numLlms + evidence.llm[e]!) ?? ages[e]!;
  return { ...evidence, age: ages };
}

function adjacency(rows: number, cols: number, edges: { source: Int32Array; target: Int32Array } | undefined): Matrix {
  const out = matrix(rows, cols);
  if (!edges) return out;
  const degree = new Float32Array(rows);
  for (const s of edges.source) degree[s]!++;
  edges.source.forEach((s, e) => (out.data[s * cols + edges.target[e]!] = 1 / degree[s]!));
  return out;
}

function trafficOf({ queries, scores, preferences }: SnapshotRows): Float32Array {
  const traffic = new Float32Array(queries.length);
  scores.query.forEach((q, e) => (traffic[q]! += scores.count[e]!));
  preferences.query.forEach((q, p) => (traffic[q]! += preferences.weight?.[p] ?? 1));
  return traffic;
}

function someTask(queries: SnapshotRows['queries']): boolean {
  for (let q = 0; q < queries.length; q++) if (queries.taskOf(q) >= 0) return true;
  return false;
}

/** A snapshot, and what encodes its texts. */
export interface DatasetSource {
  rows: SnapshotRows;
  graph: FrozenGraph;
  design: ProfileDesign;
  encoder: Encoder;
  /** The encoded queries, in the order of `rows.queries`. */
  vectors: QueryVectors;
}

/** Gathers a snapshot's features. */
export async function createDataset({
  rows,
  graph,
  design,
  encoder,
  vectors: queries,
}: DatasetSource): Promise<Dataset> {
  // Tasks that benchmarks or a catalogue name say nothing of a log whose queries have none.
  const noTasks = graph.sizes.task === 0 || !someTask(rows.queries);
  const numTasks = noTasks ? 1 : graph.sizes.task;
  const numLlms = rows.llms.length;
  const text = async (nodes: readonly { description: string; id: string }[], used: number): Promise<Matrix> =>
    fromRows(
      used === 0
        ? []
        : await encodeSome(
            encoder,
            nodes.map((n) => `${n.id} ${n.description}`.trim()),
          ),
      encoder.dim,
    );
  // A task that stands in where there is none is told of by no benchmark.
  const tasks = noTasks ? [{ id: NO_TASK, description: '' }] : rows.tasks;
  const benchmarks = await matchBenchmarks(encoder, rows, tasks);
  const strengths = rows.llms.map((llm) => declaredStrength(llm, benchmarks, rows.metrics));
  return {
    design,
    graph,
    numLlms,
    numTasks,
    numQueries: rows.queries.length,
    queries,
    dim: encoder.dim,
    semantic: encoder.semantic ?? { start: 0, end: encoder.dim },
    words: encoder.words ?? { start: 0, end: 0 },
    style: encoder.style ?? { start: 0, end: 0 },
    taskOf: new Int32Array(rows.queries.length).map((_, q) => (noTasks ? 0 : rows.queries.taskOf(q))),
    evidence: withAges(evidenceOf(graph, rows.queries.length, rows.preferences), rows.scores, numLlms),
    traffic: trafficOf(rows),
    ...askingOf(rows.scores, numLlms),
    preferences: rows.preferences,
    preferenceStart: bucketStarts(rows.preferences.query, rows.queries.length),
    llmFacts: fromRows(await encodeFacts(encoder, rows, benchmarks), factsLength(encoder.dim)),
    familyText: await text(rows.families, graph.sizes.family),
    taskText: noTasks ? matrix(1, encoder.dim) : await text(rows.tasks, graph.sizes.task),
    domainText: await text(rows.domains, graph.sizes.domain),
    llmFamily: adjacency(numLlms, graph.sizes.family, graph.edges['llm-family']),
    taskDomain: noTasks
      ? matrix(1, graph.sizes.domain)
      : adjacency(numTasks, graph.sizes.domain, graph.edges['task-domain']),
    benchmarks,
    declaredOverall: Float32Array.from(strengths, ({ overall = 0 }) => overall),
    declaredAt: fromRows(
      strengths.map(({ byTask }) => byTask),
      numTasks,
    ),
    tasks: tasks.map((t) => t.id),
    llms: rows.llms.map((l) => l.id),
  };
}
