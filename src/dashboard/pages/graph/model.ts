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
/** Relations of LLMs to queries: by far the most edges. */
const ANSWERS: ReadonlySet<Relation> = new Set(['llm-query', 'llm-preference']);

export interface NodeAttributes {
  x: number;
  y: number;
  size: number;
  kind: NodeKind;
  node: LearnedNode;
  label: string;
}

export interface EdgeAttributes {
  relation: Relation;
  /** How strongly the layout by force pulls. */
  weight: number;
  isAnswer: boolean;
}

export type Drawn = UndirectedGraph<NodeAttributes, EdgeAttributes>;

/** What a node is called; of a query, the first digits of its hash. */
export const nameOf = ({ kind, id }: LearnedNode): string => (kind === 'query' ? `query ${id.slice(0, 8)}` : id);

/** The key of a node in the address and in the drawn graph. */
export const keyOf = ({ kind, id }: LearnedNode): string => `${kind}:${id}`;

/** An answered graph, to be drawn. Of two edges between the same nodes, the first is drawn. */
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
  for (const { relation, source, target, weight } of edges) {
    const [from, to] = [keys[source]!, keys[target]!];
    if (graph.hasEdge(from, to)) continue;
    const isAnswer = ANSWERS.has(relation);
    // Answers pull LLMs to what they are good at; all of them together no more than what joins.
    graph.addEdge(from, to, {
      relation,
      weight: isAnswer ? 0.1 * weight ** 2 : JOINS.has(relation) ? 2 : weight,
      isAnswer,
    });
  }
  return graph;
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
