import { createHash } from 'node:crypto';
import { buildGraph, type GraphParts } from './build.js';
import { sortEdges, type EdgeColumns } from './columns.js';
import { ALL_RELATIONS, NODE_KINDS, RELATIONS, type NodeKind, type Relation } from './relations.js';
import type { SnapshotRows } from './rows.js';

/** Edges of one relation, sorted by source, then target. `[numEdges]` each. */
export type FrozenEdges = Readonly<EdgeColumns>;

/** An immutable snapshot: typed arrays, and the hash that names it. */
export interface FrozenGraph {
  /** SHA-256 over nodes, their declared facts and texts, and edges. */
  hash: string;
  sizes: Readonly<Record<NodeKind, number>>;
  edges: Readonly<Partial<Record<Relation, FrozenEdges>>>;
}

const ones = (length: number): Float32Array => new Float32Array(length).fill(1);

/** Edges to queries as the rows have them. */
const QUERY_EDGES: Partial<Record<Relation, (rows: SnapshotRows) => EdgeColumns>> = {
  'query-task': ({ queries }) => {
    const known = new Int32Array(queries.length).map((_, q) => q).filter((q) => queries.taskOf(q) >= 0);
    return {
      source: known,
      target: known.map((q) => queries.taskOf(q)),
      weight: ones(known.length),
      count: ones(known.length),
    };
  },
  'llm-query': ({ scores: { query, llm, score, count } }) => ({ source: llm, target: query, weight: score, count }),
  'llm-preference': ({ preferences: { query, better, worse, weight = ones(query.length) } }) => {
    const both = <T extends Int32Array | Float32Array>(out: T, a: T, b: T): T => {
      out.set(a);
      out.set(b, a.length);
      return out;
    };
    const joined = (a: Int32Array, b: Int32Array): Int32Array => both(new Int32Array(a.length + b.length), a, b);
    const won = ones(2 * query.length).fill(0, query.length);
    return {
      source: joined(better, worse),
      target: joined(query, query),
      weight: won,
      count: both(new Float32Array(won.length), weight, weight),
    };
  },
};

/**
 * Freezes the parts asked for into typed arrays; the same rows and parts give the same hash, in whatever order edges
 * came.
 */
export function freezeGraph(rows: SnapshotRows, parts: GraphParts): FrozenGraph {
  const graph = buildGraph(rows, parts);
  const sizes: Record<NodeKind, number> = {
    llm: 0,
    family: 0,
    task: 0,
    domain: 0,
    query: parts.kinds.has('query') ? rows.queries.length : 0,
  };
  graph.forEachNode((_, { kind }) => void sizes[kind]++);

  const lists = new Map<Relation, [source: number, target: number, weight: number, count: number][]>();
  graph.forEachEdge((_edge, { relation, weight, count }, _s, _t, source, target) => {
    const list = lists.get(relation);
    const entry: [number, number, number, number] = [source.index, target.index, weight, count];
    if (list) list.push(entry);
    else lists.set(relation, [entry]);
  });
  const columnsOf = (relation: Relation): EdgeColumns | null => {
    const { source, target } = RELATIONS[relation];
    const fromRows = QUERY_EDGES[relation];
    if (fromRows !== undefined)
      return parts.relations.has(relation) && parts.kinds.has(source) && parts.kinds.has(target)
        ? fromRows(rows)
        : null;
    const list = lists.get(relation) ?? [];
    return {
      source: Int32Array.from(list, (e) => e[0]),
      target: Int32Array.from(list, (e) => e[1]),
      weight: Float32Array.from(list, (e) => e[2]),
      count: Float32Array.from(list, (e) => e[3]),
    };
  };

  const hash = createHash('sha256');
  const texts: Record<Exclude<NodeKind, 'query'>, readonly unknown[]> = {
    llm: rows.llms,
    family: rows.families,
    task: rows.tasks,
    domain: rows.domains,
  };
  for (const kind of NODE_KINDS) {
    if (sizes[kind] === 0) continue;
    hash.update(`${kind} ${sizes[kind]}\n`);
    if (kind === 'query') for (let q = 0; q < sizes.query; q++) hash.update(rows.queries.hashOf(q));
    else hash.update(JSON.stringify(texts[kind]));
  }

  const edges: Partial<Record<Relation, FrozenEdges>> = {};
  for (const relation of ALL_RELATIONS) {
    const columns = columnsOf(relation);
    if (columns === null || columns.source.length === 0) continue;
    const { source, target } = RELATIONS[relation];
    const frozen = sortEdges(columns, sizes[source], sizes[target]);
    edges[relation] = frozen;
    hash.update(`${relation} ${frozen.source.length}\n`);
    for (const column of [frozen.source, frozen.target, frozen.weight, frozen.count]) hash.update(column);
  }
  if (rows.metrics !== undefined) hash.update(`metrics ${JSON.stringify(rows.metrics)}\n`);
  for (const name of ['propensity', 'answers', 'age'] as const) {
    const column = rows.scores[name];
    if (column !== undefined) hash.update(`${name}\n`).update(column);
  }
  return { hash: hash.digest('hex'), sizes, edges };
}
