import { z } from 'zod';
import { QueryText } from './feedback.js';
import { DecisionId, LlmId, TaskId } from './ids.js';

export const POLICY_NAMES = ['quality', 'balanced', 'cost', 'latency'] as const;

/** An OpenAI chat message; only its text is read. */
export const ChatMessage = z.object({
  role: z.string(),
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().optional() })), z.null()]).optional(),
});

const fields = {
  task: TaskId.optional().describe('The task, where the caller knows it'),
  models: z.array(LlmId).min(1).max(1000).optional().describe('Only these LLMs are candidates'),
  exclude: z.array(LlmId).max(1000).optional().describe('These LLMs are not candidates'),
  policy: z.enum(POLICY_NAMES).optional(),
  max_cost_usd: z.number().positive().optional(),
  max_latency_ms: z.number().positive().optional(),
  min_quality: z.number().min(0).max(1).optional(),
  cost_weight: z.number().min(0).max(1000).optional().describe('Quality points given up per US cent; overrides the policy’s'),
  explain: z.boolean().optional(),
};

/** What is to be routed: `query`, or the messages of an OpenAI chat request. */
export const RouteRequest = z
  .strictObject({ query: QueryText.optional(), messages: z.array(ChatMessage).min(1).max(1000).optional(), ...fields })
  .refine((r) => (r.query === undefined) !== (r.messages === undefined), { path: ['query'], message: 'expected exactly one of query and messages' })
  .meta({ id: 'RouteRequest' });
export type RouteRequest = z.infer<typeof RouteRequest>;

export const RankedLlm = z
  .strictObject({
    model: LlmId,
    quality: z.number().describe('Expected score, in [0, 1]'),
    uncertainty: z.number().describe('Standard deviation of the expected score'),
    cost_usd: z.number().nullable().describe('Expected cost of this query; null where no price is known'),
    latency_ms: z.number().nullable().describe('Expected latency; null where none is known'),
    utility: z.number().describe('What the ranking is by: quality less the weighted cost and latency'),
  })
  .meta({ id: 'RankedLlm' });
export type RankedLlm = z.infer<typeof RankedLlm>;

export const Explanation = z
  .strictObject({
    summary: z.string(),
    tasks: z.array(z.strictObject({ task: z.string(), probability: z.number() })).describe('What kind of query this looks like'),
    neighbours: z.array(z.strictObject({ query: z.string(), similarity: z.number(), scores: z.record(z.string(), z.number()) })),
    excluded: z.array(z.strictObject({ model: z.string(), reason: z.string() })),
  })
  .meta({ id: 'Explanation' });
export type Explanation = z.infer<typeof Explanation>;

export const RouteResponse = z
  .strictObject({
    decision_id: DecisionId,
    model: LlmId.describe('The LLM that should get this query'),
    version: z.string().nullable().describe('Version of the artifact that scored; null when nothing is trained yet'),
    router: z.string().describe('What scored: `learned`, the name of a baseline that was better on held-out queries, or `prior` when nothing is trained yet'),
    ranking: z.array(RankedLlm),
    fallbacks: z.array(LlmId).describe('What to try next, in order, should the chosen LLM fail'),
    explanation: Explanation.optional(),
  })
  .meta({ id: 'RouteResponse' });
export type RouteResponse = z.infer<typeof RouteResponse>;

export const RouteBatchRequest = z.strictObject({ requests: z.array(RouteRequest).min(1).max(1000) }).meta({ id: 'RouteBatchRequest' });
export const RouteBatchResponse = z.strictObject({ results: z.array(RouteResponse) }).meta({ id: 'RouteBatchResponse' });
