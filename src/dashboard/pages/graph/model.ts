import { UndirectedGraph } from 'graphology';
import type { Schemas } from '../../../client/index.js';

export type Learned = Schemas['Graph'];
export type LearnedNode = Learned['nodes'][number];
export type LearnedEdge = Learned['edges'][number];
export type NodeKind = LearnedNode['kind'];
export type Relation = LearnedEdge['relation'];

export const KINDS: readonly NodeKind[] = ['llm', 'family', 'task', 'domain', 'kind', 'query'];

/** What nodes of a kind are called, how large they are drawn, and in which colour of the theme. */
export const LOOK: Readonly<Record<NodeKind, { one: string; many: string; size: number; colour: string }>> = {
  llm: { one: 'LLM', many: 'LLMs', size: 11, colour: '--graph-llm' },
  family: { one: 'Family', many: 'Families', size: 9, colour: '--graph-family' },
  task: { one: 'Task', many: 'Tasks', size: 9, colour: '--graph-task' },
  domain: { one: 'Domain', many: 'Domains', size: 8, colour: '--graph-domain' },
  kind: { one: 'Kind of query', many: 'Kinds of query', size: 8, colour: '--graph-kind' },
  query: { one: 'Query', many: 'Queries', size: 2.5, colour: '--graph-query' },
};

/** What an edge says, from either end. */
export const SAYS: Readonly<Record<Relation, string>> = {
  'llm-family': 'is of the family',
  'llm-task': 'mean score on the task',
  'llm-benchmark': 'declared benchmark',
  'llm-kind': 'expected score on the kind',
  'llm-query': 'mean score on the query',
  'llm-preference': 'share of comparisons won',
  'task-domain': 'is in the domain',
  'query-task': 'is of the task',
  'query-kind': 'is of the kind',
};

/** Relations whose weight only says that they are. */
export const JOINS: ReadonlySet<Relation> = new Set(['llm-family', 'task-domain', 'query-task', 'query-kind']);
export interface NodeAttributes {
  x: number;
  y: number;
  size: number;
  kind: NodeKind;
  node: LearnedNode;
  label: string;
}

export interface EdgeAttributes {
  weight: number;
  /** Whether it is drawn for the node that is selected alone. */
  isOwn: boolean;
}

export type Drawn = UndirectedGraph<NodeAttributes, EdgeAttributes>;

/** What a node is called; of a query, the first digits of its hash. */
export const nameOf = ({ kind, id }: LearnedNode): string => (kind === 'query' ? `query ${id.slice(0, 8)}` : id);

/** The key of a node in the address and in the drawn graph. */
export const keyOf = ({ kind, id }: LearnedNode): string => `${kind}:${id}`;

/** Up to so many queries, what they are of is drawn of all; else of what is selected alone. */
const FEW_QUERIES = 600;

/** An answered graph, to be drawn: edges of queries are many, and most are drawn where their node is selected. */
export function drawnGraph({ nodes, edges }: Learned): Drawn {
  const graph: Drawn = new UndirectedGraph();
  for (const node of nodes)
    graph.addNode(keyOf(node), {
      x: node.x,
      y: node.y,
      size: LOOK[node.kind].size,
      kind: node.kind,
      node,
      label: node.kind === 'query' ? '' : node.id,
    });
  const keys = nodes.map(keyOf);
  const isFew = nodes.filter(({ kind }) => kind === 'query').length <= FEW_QUERIES;
  for (const { relation, source, target, weight } of edges) {
    const ofQuery = nodes[source]!.kind === 'query' || nodes[target]!.kind === 'query';
    if (ofQuery && !(isFew && JOINS.has(relation))) continue;
    if (!graph.hasEdge(keys[source]!, keys[target]!))
      graph.addEdge(keys[source]!, keys[target]!, { weight, isOwn: false });
  }
  return graph;
}

/** Draws the edges of one node, in place of those of the one before. */
export function drawEdgesOf(graph: Drawn, key: string, neighbours: readonly Neighbour[]): void {
  for (const edge of graph.filterEdges((_, { isOwn }) => isOwn)) graph.dropEdge(edge);
  for (const { node, weight } of neighbours) {
    const other = keyOf(node);
    if (!graph.hasEdge(key, other)) graph.addEdge(key, other, { weight, isOwn: true });
  }
}

export interface Neighbour {
  node: LearnedNode;
  relation: Relation;
  weight: number;
  count: number | undefined;
}

/** Neighbours by node: those that only join first, then by weight. */
export function neighboursIn({ nodes, edges }: Learned): (key: string) => Neighbour[] {
  const at = new Map(nodes.map((node, i) => [keyOf(node), i]));
  const of = nodes.map((): Neighbour[] => []);
  for (const { relation, source, target, weight, count } of edges) {
    of[source]!.push({ node: nodes[target]!, relation, weight, count });
    of[target]!.push({ node: nodes[source]!, relation, weight, count });
  }
  const rank = ({ relation, node }: Neighbour): number =>
    (node.kind === 'query' ? 10 : 0) + (JOINS.has(relation) ? 0 : 1);
  return (key) => of[at.get(key) ?? -1]?.toSorted((a, b) => rank(a) - rank(b) || b.weight - a.weight) ?? [];
}
