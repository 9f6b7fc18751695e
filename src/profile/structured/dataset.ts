import type { Encoder } from '../../encoder/types.js';
import type { FrozenGraph } from '../../graph/freeze.js';
import type { GraphRows } from '../../graph/rows.js';
import type { ProfileDesign } from '../design.js';
import { encodeFacts, encodeSome, factsLength } from './facts.js';
import type { PartRange } from './semantics.js';

/** The task that stands in where a log has none. */
export const NO_TASK = '*';

/** A dense matrix in row order. */
export interface Matrix {
  rows: number;
  cols: number;
  data: Float32Array;
}

export function matrix(rows: number, cols: number, data = new Float32Array(rows * cols)): Matrix {
  return { rows, cols, data };
}

export function fromRows(vectors: readonly Float32Array[], cols: number): Matrix {
  const out = matrix(vectors.length, cols);
  vectors.forEach((v, i) => out.data.set(v, i * cols));
  return out;
}

/** LLM evidence per query in compressed rows: entries `[start[q], start[q + 1])` belong to query q. */
export interface Evidence {
  start: Int32Array;
  llm: Int32Array;
  /** Mean score of the LLM on the query, or the share of its comparisons that it won. */
  score: Float32Array;
  /** 1 for a measured score; 0 for one that stands in for comparisons. */
  measured: Uint8Array;
}

/** A frozen graph with its features, as training and profiling read it. */
export interface Dataset {
  design: ProfileDesign;
  graph: FrozenGraph;
  numLlms: number;
  /** At least 1: with no task known, one task that holds every query stands in. */
  numTasks: number;
  numQueries: number;
  /** Encoded queries `[numQueries, dim]`. */
  queries: Float32Array[];
  dim: number;
  /** The part of an encoded query that carries its meaning, and the part (or none) that describes how it is written. */
  semantic: PartRange;
  style: PartRange;
  /** Task of each query, −1 where unknown. */
  taskOf: Int32Array;
  evidence: Evidence;
  /** Comparisons: LLM `better[i]` did better than `worse[i]` on query `query[i]`, sorted by query. */
  preferences: GraphRows['preferences'];
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
  /** Declared benchmark scores `[numLlms, numTasks]`; NaN where none. */
  benchmarks: Matrix;
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

function evidenceOf(graph: FrozenGraph, numQueries: number): Evidence {
  const scored = graph.edges['llm-query'];
  const compared = graph.edges['llm-preference'];
  const seen = new Set<number>();
  const numLlms = graph.sizes.llm;
  const entries: [query: number, llm: number, score: number, measured: number][] = [];
  for (let e = 0; e < (scored?.source.length ?? 0); e++) {
    seen.add(scored!.target[e]! * numLlms + scored!.source[e]!);
    entries.push([scored!.target[e]!, scored!.source[e]!, scored!.weight[e]!, 1]);
  }
  // A measured score says more than comparisons do, so they only fill in where there is none.
  for (let e = 0; e < (compared?.source.length ?? 0); e++) {
    if (!seen.has(compared!.target[e]! * numLlms + compared!.source[e]!)) entries.push([compared!.target[e]!, compared!.source[e]!, compared!.weight[e]!, 0]);
  }
  entries.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return {
    start: bucketStarts(Int32Array.from(entries, (e) => e[0]), numQueries),
    llm: Int32Array.from(entries, (e) => e[1]),
    score: Float32Array.from(entries, (e) => e[2]),
    measured: Uint8Array.from(entries, (e) => e[3]),
  };
}

function adjacency(rows: number, cols: number, edges: { source: Int32Array; target: Int32Array } | undefined): Matrix {
  const out = matrix(rows, cols);
  if (!edges) return out;
  const degree = new Float32Array(rows);
  for (const s of edges.source) degree[s]!++;
  edges.source.forEach((s, e) => (out.data[s * cols + edges.target[e]!] = 1 / degree[s]!));
  return out;
}

/** Gathers a snapshot's features. `queries` are the encoded queries, in the order of `rows.queries`. */
export async function createDataset(rows: GraphRows, graph: FrozenGraph, design: ProfileDesign, encoder: Encoder, queries: Float32Array[]): Promise<Dataset> {
  const numTasks = Math.max(1, graph.sizes.task);
  const noTasks = graph.sizes.task === 0;
  const numLlms = rows.llms.length;
  const text = async (nodes: readonly { description: string; id: string }[], used: number): Promise<Matrix> =>
    fromRows(used === 0 ? [] : await encodeSome(encoder, nodes.map((n) => `${n.id} ${n.description}`.trim())), encoder.dim);
  const benchmarks = matrix(numLlms, numTasks, new Float32Array(numLlms * numTasks).fill(NaN));
  const declared = graph.edges['llm-benchmark'];
  declared?.source.forEach((l, e) => (benchmarks.data[l * numTasks + declared.target[e]!] = declared.weight[e]!));
  return {
    design,
    graph,
    numLlms,
    numTasks,
    numQueries: rows.queries.length,
    queries,
    dim: encoder.dim,
    semantic: encoder.semantic ?? { start: 0, end: encoder.dim },
    style: encoder.style ?? { start: 0, end: 0 },
    taskOf: Int32Array.from(rows.queries, (q) => (noTasks ? 0 : q.task)),
    evidence: evidenceOf(graph, rows.queries.length),
    preferences: rows.preferences,
    preferenceStart: bucketStarts(rows.preferences.query, rows.queries.length),
    llmFacts: fromRows(await encodeFacts(encoder, rows.llms), factsLength(encoder.dim)),
    familyText: await text(rows.families, graph.sizes.family),
    taskText: noTasks ? matrix(1, encoder.dim) : await text(rows.tasks, graph.sizes.task),
    domainText: await text(rows.domains, graph.sizes.domain),
    llmFamily: adjacency(numLlms, graph.sizes.family, graph.edges['llm-family']),
    taskDomain: adjacency(numTasks, graph.sizes.domain, graph.edges['task-domain']),
    benchmarks,
    tasks: noTasks ? [NO_TASK] : rows.tasks.map((t) => t.id),
    llms: rows.llms.map((l) => l.id),
  };
}
