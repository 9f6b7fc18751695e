import { z } from 'zod';
import { ContextTokens, CostBound, LatencyBound, Weight } from './amounts.js';
import { CascadeRequest } from './cascade.js';
import { Exploration } from './exploration.js';
import { Fraction } from './fraction.js';
import { LlmId } from './ids.js';
import { Name } from './name.js';
import { FreeLines } from './text.js';

/** The policies that are there without any being made. */
export const BUILT_IN_POLICIES = ['quality', 'balanced', 'cost', 'latency'] as const;

export const PolicyName = Name.meta({
  id: 'PolicyName',
  description: 'Name of a policy: quality, balanced, cost, latency or one of your own',
});

const Names = z.array(z.string().min(1).max(100)).min(1).max(100);

/**
 * What another LLM must be better by to take a conversation over. Two expected qualities are seldom told apart by less
 * (fallbacks take .01 for a tie), so that a conversation would go back and forth by noise; and each switch costs what
 * no price tells: an answer in another style, by an LLM that has not thought what came before.
 */
export const DEFAULT_SWITCH_MARGIN = 0.02;

/** How a query is routed. A policy holds some of these; a request may give any of them besides. */
export const rules = {
  cost_weight: Weight.optional().describe('Quality points given up per US cent'),
  latency_weight: Weight.optional().describe('Quality points given up per second'),
  relative_cost_weight: Fraction.optional().describe(
    'Quality points given up per cost of the dearest candidate: it fits whatever prices are',
  ),
  relative_latency_weight: Fraction.optional().describe('Quality points given up per latency of the slowest candidate'),
  latency_percentile: z
    .enum(['p50', 'p90'])
    .optional()
    .describe(
      'Which latency max_latency_ms and the weights of latency mean: the median (if left out), or what nine in ' +
        'ten answers take at most',
    ),
  cheapest_within: Fraction.optional().describe(
    'The cheapest LLM whose expected quality is at most this far below the best candidate’s',
  ),
  max_cost_usd: CostBound.optional(),
  max_latency_ms: LatencyBound.optional(),
  min_quality: Fraction.optional(),
  models: z.array(LlmId).min(1).max(1000).optional().describe('Only these LLMs are candidates'),
  exclude: z.array(LlmId).max(1000).optional().describe('These LLMs are not candidates'),
  pin: z
    .array(LlmId)
    .min(1)
    .max(100)
    .optional()
    .describe('These LLMs come first, in this order, where they are candidates'),
  context_tokens: ContextTokens.optional().describe(
    'Least context that an LLM declares. One whose declared context the query does not fit is no candidate anyway',
  ),
  capabilities: Names.optional().describe(
    'What an LLM must declare that it can do: `tools`, `vision`, `json`, or names of your own',
  ),
  languages: Names.optional().describe('Languages that an LLM must declare'),
  regions: Names.optional().describe(
    'Where data may be processed: each region that an LLM declares must be among these',
  ),
  on_no_candidate: z
    .enum(['error', 'nearest'])
    .optional()
    .describe(
      'Where nobody keeps max_cost_usd, max_latency_ms and min_quality: an error (if left out), or who is ' +
        'nearest to keeping them',
    ),
  fallbacks: z
    .enum(['ranked', 'nearest'])
    .optional()
    .describe(
      'What to try after the chosen LLM fails: the next of the ranking, the nearest profile among near ties (if left ' +
        'out), or the nearest profile whatever the ranking',
    ),
  exploration: Exploration.optional(),
  switch_margin: Fraction.optional().describe(
    'Utility that another LLM must have over the one that gave a conversation’s last answer to take over, in quality ' +
      `points; ${DEFAULT_SWITCH_MARGIN} if left out`,
  ),
};

export const Rules = z.strictObject(rules);
export type Rules = z.infer<typeof Rules>;

export const PolicyBody = z
  .strictObject({
    description: FreeLines(1000).optional(),
    ...rules,
    cascade: CascadeRequest.optional().describe(
      'An order of LLMs is planned that are asked until one answers well enough; a request’s own goes before it',
    ),
  })
  .meta({ id: 'PolicyBody', description: 'How queries are routed' });
export type PolicyBody = z.infer<typeof PolicyBody>;

export const Policy = z
  .strictObject({
    name: PolicyName,
    built_in: z.boolean().describe('Whether it is as it comes with Pointsman'),
    ...PolicyBody.shape,
  })
  .meta({ id: 'Policy', description: 'A named way to route' });
export type Policy = z.infer<typeof Policy>;
export const PolicyList = z.strictObject({ policies: z.array(Policy) }).meta({ id: 'PolicyList' });
