import { MultiDirectedGraph } from 'graphology';
import { strengthAt, strengthsOf } from '../schema/strength.js';
import { NODE_KINDS, RELATIONS, type NodeKind, type Relation } from './relations.js';
import type { SnapshotRows } from './rows.js';

export interface NodeAttributes {
  kind: NodeKind;
  /** Position among the nodes of its kind. */
  index: number;
}

export interface EdgeAttributes {
  relation: Relation;
  weight: number;
  count: number;
}

export type HeteroGraph = MultiDirectedGraph<NodeAttributes, EdgeAttributes>;

/** Which parts of the interaction history a profile design takes. */
export interface GraphParts {
  kinds: ReadonlySet<NodeKind>;
  relations: ReadonlySet<Relation>;
}

const key = (kind: NodeKind, index: number): string => `${kind}:${index}`;

/** Relations between nodes that are not queries: they are as many as LLMs and tasks, however long the log. */
export type SmallRelation = Exclude<Relation, 'query-task' | 'llm-query' | 'llm-preference'>;

/** The edges of each relation, read off the rows: `visit(sourceIndex, targetIndex, weight, count)`. */
type EdgeSource = (
  rows: SnapshotRows,
  visit: (source: number, target: number, weight: number, count: number) => void,
) => void;

const EDGE_SOURCES: Record<SmallRelation, EdgeSource> = {
  'llm-family': (rows, visit) => {
    const families = new Map(rows.families.map((f, i) => [f.id, i]));
    rows.llms.forEach((llm, l) => {
      const family = llm.family === undefined ? undefined : families.get(llm.family);
      if (family !== undefined) visit(l, family, 1, 1);
    });
  },
  'llm-task': ({ llms, tasks, queries, scores: { query, llm, score, count } }, visit) => {
    const sums = new Float64Array(llms.length * tasks.length);
    const counts = new Float64Array(sums.length);
    for (let e = 0; e < query.length; e++) {
      const task = queries.taskOf(query[e]!);
      if (task < 0) continue;
      const cell = llm[e]! * tasks.length + task;
      sums[cell]! += score[e]! * count[e]!;
      counts[cell]! += count[e]!;
    }
    counts.forEach(
      (n, cell) => n > 0 && visit(Math.floor(cell / tasks.length), cell % tasks.length, sums[cell]! / n, n),
    );
  },
  'llm-benchmark': (rows, visit) => {
    rows.llms.forEach((llm, l) => {
      const strengths = strengthsOf(llm, rows.metrics);
      if (strengths.length === 0) return;
      rows.tasks.forEach(({ id }, t) => {
        const strength = strengthAt(strengths, id);
        if (strength !== undefined) visit(l, t, strength.score, 1);
      });
    });
  },
  'task-domain': (rows, visit) => rows.taskDomains.forEach(([task, domain]) => visit(task, domain, 1, 1)),
};

/**
 * Builds the part of the heterogeneous graph that is not queries. A relation is left out when one of its kinds is.
 * Queries and their edges stay in columns (see `freeze.ts`): there are millions of them.
 */
export function buildGraph(rows: SnapshotRows, parts: GraphParts): HeteroGraph {
  const graph: HeteroGraph = new MultiDirectedGraph();
  const sizes: Record<Exclude<NodeKind, 'query'>, number> = {
    llm: rows.llms.length,
    family: rows.families.length,
    task: rows.tasks.length,
    domain: rows.domains.length,
  };
  for (const kind of NODE_KINDS) {
    if (kind === 'query' || !parts.kinds.has(kind)) continue;
    for (let index = 0; index < sizes[kind]; index++) graph.addNode(key(kind, index), { kind, index });
  }
  for (const [relation, edges] of Object.entries(EDGE_SOURCES) as [SmallRelation, EdgeSource][]) {
    const { source, target } = RELATIONS[relation];
    if (!parts.relations.has(relation) || !parts.kinds.has(source) || !parts.kinds.has(target)) continue;
    edges(rows, (s, t, weight, count) => {
      graph.addDirectedEdgeWithKey(`${relation}:${s}:${t}`, key(source, s), key(target, t), {
        relation,
        weight,
        count,
      });
    });
  }
  return graph;
}
