/** Kinds of node, in the order in which they are hashed. */
export const NODE_KINDS = ['llm', 'family', 'task', 'domain', 'query'] as const;
export type NodeKind = (typeof NODE_KINDS)[number];

/**
 * Relations of the heterogeneous graph, as data: which kinds each joins. Messages go both ways. The weight of an
 * edge is what the relation measures; 1 where it only joins.
 */
export const RELATIONS = {
  'llm-family': { source: 'llm', target: 'family', weight: '1' },
  'llm-task': { source: 'llm', target: 'task', weight: 'mean score of the LLM on the task, of `count` interactions' },
  'llm-benchmark': { source: 'llm', target: 'task', weight: 'declared public benchmark score' },
  'task-domain': { source: 'task', target: 'domain', weight: '1' },
  'query-task': { source: 'query', target: 'task', weight: '1' },
  'llm-query': { source: 'llm', target: 'query', weight: 'mean score of `count` answers' },
  'llm-preference': {
    source: 'llm',
    target: 'query',
    weight: 'share of `count` comparisons on the query that the LLM won',
  },
} as const satisfies Record<string, { source: NodeKind; target: NodeKind; weight: string }>;
export type Relation = keyof typeof RELATIONS;

export const ALL_RELATIONS = Object.keys(RELATIONS) as Relation[];
