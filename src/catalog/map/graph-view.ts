import type { Placed, StoredEdges, StoredMap } from '../../artifact/map.js';
import type { Version } from '../../schema/ids.js';
import { MAX_EDGES, MAX_NODES, type Graph } from '../../schema/map.js';

type Node = Graph['nodes'][number];
type Edge = Graph['edges'][number];

/** What a view is of. */
export interface Viewed {
  version: Version;
  router: string;
}

const RELATIONS = [
  'llm-family',
  'llm-task',
  'llm-benchmark',
  'llm-kind',
  'task-domain',
] as const satisfies readonly Edge['relation'][];
/** Relations of LLMs to queries: as many as there are answers. */
const ANSWERS = ['llm-query', 'llm-preference'] as const satisfies readonly Edge['relation'][];

/** Edges of answers that are shown: of each query those that tell LLMs apart most, as many as there is room for. */
function answersShown({ source, target, weight }: StoredEdges, queries: number, room: number): number[] {
  const of = Array.from({ length: queries }, (): number[] => []);
  target.forEach((query, e) => void (query < queries && of[query]!.push(e)));
  const each = Math.floor(room / Math.max(1, queries));
  return of.flatMap((edges) => {
    if (edges.length <= each) return edges;
    const mean = edges.reduce((sum, e) => sum + weight[e]!, 0) / edges.length;
    const telling = (e: number): number => Math.abs(weight[e]! - mean);
    return edges.toSorted((a, b) => telling(b) - telling(a) || source[a]! - source[b]!).slice(0, each);
  });
}

/** The graph of a version with so many of its sampled queries. */
export function graphView(map: StoredMap, { version, router }: Viewed, wanted: number): Graph {
  const nodes: Node[] = [];
  const begins = { llm: 0, family: 0, task: 0, domain: 0, kind: 0, query: 0 };
  const add = (kind: Node['kind'], placed: readonly Placed[]): void => {
    begins[kind] = nodes.length;
    for (const { id, x, y } of placed) nodes.push({ kind, id, x, y });
  };
  add('llm', map.llms);
  map.llms.forEach(({ score, answers }, l) => Object.assign(nodes[l]!, { score, answers }));
  add('family', map.families);
  add('task', map.tasks);
  add('domain', map.domains);
  add('kind', map.kinds);
  const { hash, x, y, task, kind } = map.queries;
  const queries = Math.min(wanted, hash.length, Math.max(0, MAX_NODES - nodes.length));
  add(
    'query',
    hash.slice(0, queries).map((id, q) => ({ id, x: x[q]!, y: y[q]! })),
  );

  const edges: Edge[] = [];
  const join = (relation: Edge['relation'], { source, target, weight, count }: StoredEdges, e: number): void => {
    const [from, to] = relation.split('-') as [Node['kind'], Node['kind']];
    const end = ({ benchmark: 'task', preference: 'query' } as Record<string, Node['kind']>)[to] ?? to;
    edges.push({
      relation,
      source: begins[from] + source[e]!,
      target: begins[end] + target[e]!,
      weight: weight[e]!,
      ...(count !== undefined && { count: count[e]! }),
    });
  };
  for (const relation of RELATIONS) {
    const own = map.edges[relation];
    own?.source.forEach((_, e) => join(relation, own, e));
  }
  for (let q = 0; q < queries; q++) {
    const own = { source: [q], weight: [1] };
    if (task[q]! >= 0) join('query-task', { ...own, target: [task[q]!] }, 0);
    if (kind[q]! >= 0) join('query-kind', { ...own, target: [kind[q]!] }, 0);
  }
  let left = 0;
  for (const relation of ANSWERS) {
    const own = map.edges[relation];
    if (own === undefined) continue;
    const there = own.target.filter((query) => query < queries).length;
    const shown = answersShown(own, queries, MAX_EDGES - edges.length);
    for (const e of shown) join(relation, own, e);
    left += there - shown.length;
  }
  return {
    version,
    router,
    nodes,
    edges: edges.slice(0, MAX_EDGES),
    left_out: {
      llms: map.left_out.llms,
      tasks: map.left_out.tasks,
      queries: map.left_out.queries + hash.length - queries,
      edges: left + Math.max(0, edges.length - MAX_EDGES),
    },
  };
}
