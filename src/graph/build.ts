import { MultiDirectedGraph } from 'graphology';
import { NODE_KINDS, RELATIONS, type NodeKind, type Relation } from './relations.js';
import type { GraphRows } from './rows.js';

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

/** The edges of each relation, read off the rows: `visit(sourceIndex, targetIndex, weight, count)`. */
type EdgeSource = (rows: GraphRows, visit: (source: number, target: number, weight: number, count: number) => void) => void;

/** Mean per (first, second) pair of indices, visited in order of first seen. */
function meanBy(pairs: Iterable<[first: number, second: number, value: number, count: number]>, visit: (first: number, second: number, mean: number, count: number) => void): void {
  const sums = new Map<string, { first: number; second: number; sum: number; count: number }>();
  for (const [first, second, value, count] of pairs) {
    const id = `${first},${second}`;
    const entry = sums.get(id);
    if (entry) {
      entry.sum += value * count;
      entry.count += count;
    } else sums.set(id, { first, second, sum: value * count, count });
  }
  for (const { first, second, sum, count } of sums.values()) visit(first, second, sum / count, count);
}

const EDGE_SOURCES: Record<Relation, EdgeSource> = {
  'llm-family': (rows, visit) => {
    const families = new Map(rows.families.map((f, i) => [f.id, i]));
    rows.llms.forEach((llm, l) => {
      const family = llm.family === undefined ? undefined : families.get(llm.family);
      if (family !== undefined) visit(l, family, 1, 1);
    });
  },
  'llm-task': (rows, visit) =>
    meanBy(
      (function* () {
        const { query, llm, score, count } = rows.scores;
        for (let e = 0; e < query.length; e++) {
          const task = rows.queries[query[e]!]!.task;
          if (task >= 0) yield [llm[e]!, task, score[e]!, count[e]!];
        }
      })(),
      visit,
    ),
  'llm-benchmark': (rows, visit) => {
    const tasks = new Map(rows.tasks.map((t, i) => [t.id, i]));
    rows.llms.forEach((llm, l) => {
      for (const [task, score] of Object.entries(llm.benchmarks ?? {})) {
        const t = tasks.get(task);
        if (t !== undefined) visit(l, t, score, 1);
      }
    });
  },
  'task-domain': (rows, visit) => rows.taskDomains.forEach(([task, domain]) => visit(task, domain, 1, 1)),
  'query-task': (rows, visit) => rows.queries.forEach((q, i) => q.task >= 0 && visit(i, q.task, 1, 1)),
  'llm-query': (rows, visit) => {
    const { query, llm, score, count } = rows.scores;
    for (let e = 0; e < query.length; e++) visit(llm[e]!, query[e]!, score[e]!, count[e]!);
  },
  'llm-preference': (rows, visit) =>
    meanBy(
      (function* () {
        const { query, better, worse } = rows.preferences;
        for (let p = 0; p < query.length; p++) {
          yield [better[p]!, query[p]!, 1, 1];
          yield [worse[p]!, query[p]!, 0, 1];
        }
      })(),
      visit,
    ),
};

/** Builds the heterogeneous graph of the parts asked for. A relation is left out when one of its kinds is. */
export function buildGraph(rows: GraphRows, parts: GraphParts): HeteroGraph {
  const graph: HeteroGraph = new MultiDirectedGraph();
  const sizes: Record<NodeKind, number> = {
    llm: rows.llms.length,
    family: rows.families.length,
    task: rows.tasks.length,
    domain: rows.domains.length,
    query: rows.queries.length,
  };
  for (const kind of NODE_KINDS) {
    if (!parts.kinds.has(kind)) continue;
    for (let index = 0; index < sizes[kind]; index++) graph.addNode(key(kind, index), { kind, index });
  }
  for (const relation of parts.relations) {
    const { source, target } = RELATIONS[relation];
    if (!parts.kinds.has(source) || !parts.kinds.has(target)) continue;
    EDGE_SOURCES[relation](rows, (s, t, weight, count) => {
      graph.addDirectedEdgeWithKey(`${relation}:${s}:${t}`, key(source, s), key(target, t), { relation, weight, count });
    });
  }
  return graph;
}
