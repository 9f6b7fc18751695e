import { createHash } from 'node:crypto';
import type { HeteroGraph } from './build.js';
import { ALL_RELATIONS, NODE_KINDS, type NodeKind, type Relation } from './relations.js';
import type { GraphRows } from './rows.js';

/** Edges of one relation, sorted by source, then target. `[numEdges]` each. */
export interface FrozenEdges {
  source: Int32Array;
  target: Int32Array;
  weight: Float32Array;
  count: Float32Array;
}

/** An immutable snapshot: typed arrays, and the hash that names it. */
export interface FrozenGraph {
  /** SHA-256 over nodes, their declared facts and texts, and edges. */
  hash: string;
  sizes: Readonly<Record<NodeKind, number>>;
  edges: Readonly<Partial<Record<Relation, FrozenEdges>>>;
}

/** Freezes a graph into typed arrays; the same rows and parts give the same hash, in whatever order they came. */
export function freezeGraph(graph: HeteroGraph, rows: GraphRows): FrozenGraph {
  const sizes: Record<NodeKind, number> = { llm: 0, family: 0, task: 0, domain: 0, query: 0 };
  graph.forEachNode((_, { kind }) => void sizes[kind]++);

  const lists = new Map<Relation, [source: number, target: number, weight: number, count: number][]>();
  graph.forEachEdge((_edge, { relation, weight, count }, _s, _t, source, target) => {
    const list = lists.get(relation);
    const entry: [number, number, number, number] = [source.index, target.index, weight, count];
    if (list) list.push(entry);
    else lists.set(relation, [entry]);
  });

  const hash = createHash('sha256');
  const texts: Record<NodeKind, readonly unknown[]> = { llm: rows.llms, family: rows.families, task: rows.tasks, domain: rows.domains, query: rows.queries.map((q) => q.hash) };
  for (const kind of NODE_KINDS) if (sizes[kind] > 0) hash.update(`${kind} ${sizes[kind]}\n`).update(JSON.stringify(texts[kind]));

  const edges: Partial<Record<Relation, FrozenEdges>> = {};
  for (const relation of ALL_RELATIONS) {
    const list = lists.get(relation);
    if (!list) continue;
    list.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const frozen: FrozenEdges = {
      source: Int32Array.from(list, (e) => e[0]),
      target: Int32Array.from(list, (e) => e[1]),
      weight: Float32Array.from(list, (e) => e[2]),
      count: Float32Array.from(list, (e) => e[3]),
    };
    edges[relation] = frozen;
    hash.update(`${relation} ${list.length}\n`);
    for (const column of [frozen.source, frozen.target, frozen.weight, frozen.count]) hash.update(column);
  }
  return { hash: hash.digest('hex'), sizes, edges };
}
