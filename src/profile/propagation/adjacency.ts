import { NODE_KINDS, RELATIONS, type NodeKind, type Relation } from '../../graph/relations.js';
import type { ProfileDesign } from '../design.js';
import { advantages, sureness, type Observed } from '../observed.js';

/** A square sparse matrix in compressed rows: row i has entries `[start[i], start[i + 1])`. */
export interface SparseMatrix {
  start: Int32Array;
  column: Int32Array;
  value: Float32Array;
}

/** Where each kind's nodes begin when all are put in one row, LLMs first, and how many there are. */
export function layout(sizes: Observed['sizes']): { offset: Record<NodeKind, number>; numNodes: number } {
  let numNodes = 0;
  const offset = {} as Record<NodeKind, number>;
  for (const kind of NODE_KINDS) {
    offset[kind] = numNodes;
    numNodes += sizes[kind];
  }
  return { offset, numNodes };
}

/**
 * The weighted adjacency A + I of the graph, `[numNodes, numNodes]`. An edge that measures how well an LLM did weighs
 * what it beat the other LLMs by: with raw scores all LLMs that answered the same queries would hear the same.
 */
export function adjacency({ edges, sizes }: Observed): SparseMatrix {
  const { offset, numNodes } = layout(sizes);
  const lists = (Object.keys(edges) as Relation[]).map((relation) => {
    const list = edges[relation]!;
    const measured = relation === 'llm-task' || relation === 'llm-query' || relation === 'llm-benchmark';
    const weight = measured
      ? advantages(list).map((advantage, e) => advantage * sureness(list.count[e]!))
      : list.weight;
    return {
      source: list.source,
      target: list.target,
      weight,
      from: offset[RELATIONS[relation].source],
      to: offset[RELATIONS[relation].target],
    };
  });
  const start = new Int32Array(numNodes + 1).map((_, i) => (i === 0 ? 0 : 1));
  for (const { source, target, from, to } of lists) {
    for (const s of source) start[from + s + 1]!++;
    for (const t of target) start[to + t + 1]!++;
  }
  for (let i = 0; i < numNodes; i++) start[i + 1]! += start[i]!;
  const next = start.slice(0, numNodes);
  const column = new Int32Array(start[numNodes]!);
  const value = new Float32Array(start[numNodes]!);
  const put = (row: number, at: number, weight: number): void => {
    const place = next[row]!++;
    column[place] = at;
    value[place] = weight;
  };
  for (let i = 0; i < numNodes; i++) put(i, i, 1);
  for (const { source, target, weight, from, to } of lists) {
    source.forEach((s, e) => {
      put(from + s, to + target[e]!, weight[e]!);
      put(to + target[e]!, from + s, weight[e]!);
    });
  }
  return { start, column, value };
}

/**
 * Scales A in place, with D the diagonal of Σ_j |A_ij|, so that no weight's sign is lost:
 *
 *     symmetric    D^−½ · A · D^−½
 *     random-walk  D^−1 · A
 *     none         A / max D     (only its direction counts, as profiles get unit length; so it can't overflow)
 */
export function normalize(
  { start, column, value }: SparseMatrix,
  normalization: NonNullable<ProfileDesign['normalization']>,
): void {
  const degree = new Float64Array(start.length - 1);
  for (let i = 0; i < degree.length; i++)
    for (let e = start[i]!; e < start[i + 1]!; e++) degree[i]! += Math.abs(value[e]!);
  const most = degree.reduce((max, d) => Math.max(max, d), 0);
  for (let i = 0; i < degree.length; i++) {
    for (let e = start[i]!; e < start[i + 1]!; e++) {
      const by =
        normalization === 'symmetric'
          ? Math.sqrt(degree[i]! * degree[column[e]!]!)
          : normalization === 'random-walk'
            ? degree[i]!
            : most;
      value[e]! /= by;
    }
  }
}
