import { z } from 'zod';
import { LlmId, Version } from './ids.js';

/** Most nodes and edges that a graph answers. */
export const MAX_NODES = 5_000;
export const MAX_EDGES = 30_000;

const place = {
  x: z.number().describe('Where it lies, in a disc of radius 1 or so'),
  y: z.number(),
};

export const GRAPH_NODE_KINDS = ['llm', 'family', 'task', 'domain', 'kind', 'query'] as const;
export const GRAPH_RELATIONS = [
  'llm-family',
  'llm-task',
  'llm-benchmark',
  'llm-kind',
  'llm-query',
  'llm-preference',
  'task-domain',
  'query-task',
  'query-kind',
] as const;

const GraphNode = z
  .strictObject({
    kind: z.enum(GRAPH_NODE_KINDS),
    id: z.string().describe('Id or name; of a query, the SHA-256 of its text'),
    ...place,
    score: z.number().optional().describe('Of an LLM: expected score over all queries'),
    answers: z.int().optional().describe('Of an LLM: scored answers that this rests on'),
  })
  .meta({ id: 'GraphNode', description: 'A node of the graph' });

const GraphEdge = z
  .strictObject({
    relation: z.enum(GRAPH_RELATIONS),
    source: z.int().describe('Index into `nodes`'),
    target: z.int().describe('Index into `nodes`'),
    weight: z
      .number()
      .describe(
        'What the relation measures: a mean score of an LLM on a task or query, its declared benchmark, its expected ' +
          'score on a kind, the share of comparisons that it won; 1 where it only joins',
      ),
    count: z.number().optional().describe('Answers that the weight rests on'),
  })
  .meta({ id: 'GraphEdge', description: 'An edge of the graph' });

export const Graph = z
  .strictObject({
    version: Version,
    router: z.string(),
    nodes: z.array(GraphNode).max(MAX_NODES),
    edges: z.array(GraphEdge).max(MAX_EDGES),
    left_out: z
      .strictObject({ llms: z.int(), tasks: z.int(), queries: z.int(), edges: z.int() })
      .describe('What there is besides: LLMs and tasks with few answers, queries not drawn, answers to queries'),
  })
  .meta({ id: 'Graph', description: 'The heterogeneous graph as the version in force learned it' });
export type Graph = z.infer<typeof Graph>;

const MapQuery = z
  .strictObject({
    hash: z.string().describe('SHA-256 of its text'),
    ...place,
    task: z.int().describe('Index into `tasks`; −1 where it has none'),
    kind: z.int().describe('Index into `kinds`; −1 where there are none'),
    best: z.int().describe('Index into `models` of the LLM with the highest expected score'),
    quality: z.array(z.number()).describe('Expected score of each of `models`, in their order'),
    deviation: z.array(z.number()).describe('Standard deviation of each'),
    observed: z.array(z.number().nullable()).describe('What was logged of each: a mean score, null without any'),
  })
  .meta({ id: 'MapQuery', description: 'A query on the map' });

export const QueryMap = z
  .strictObject({
    version: Version,
    router: z.string(),
    models: z.array(LlmId),
    incumbent: z.int().describe('Index into `models` of the LLM with the most answers'),
    tasks: z.array(z.string()),
    kinds: z.array(z.string()),
    queries: z.array(MapQuery).describe('A random sample of the logged queries'),
    left_out: z.strictObject({ models: z.int(), queries: z.int() }).describe('What there is besides'),
  })
  .meta({
    id: 'QueryMap',
    description: 'Logged queries in a plane, those alike near each other, as the version in force learned them',
  });
export type QueryMap = z.infer<typeof QueryMap>;

const QueryAnswer = z
  .strictObject({
    model: LlmId,
    score: z.number().describe('Mean score of its answers'),
    answers: z.int().describe('Scored answers, signals among them'),
  })
  .meta({ id: 'QueryAnswer' });

export const LoggedQuery = z
  .strictObject({
    hash: z.string(),
    query: z.string().nullable().describe('Its text; null where it is not kept, or forgotten'),
    answers: z.array(QueryAnswer).describe('By LLM, best first'),
  })
  .meta({ id: 'LoggedQuery', description: 'A logged query, and how LLMs did on it' });
export type LoggedQuery = z.infer<typeof LoggedQuery>;
