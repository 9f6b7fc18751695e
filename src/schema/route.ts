import { z } from 'zod';
import { CascadePlan, CascadeRequest } from './cascade.js';
import { InExperiment } from './experiment.js';
import { QueryText } from './feedback.js';
import { DecisionId, LlmId, TaskId } from './ids.js';
import { PolicyName, rules } from './policy.js';

/** Longer than any context; what is routed by is held to the length of a query. */
const MessageText = z.string().max(10_000_000);

/** An OpenAI chat message; only its text is read. */
export const ChatMessage = z.object({
  role: z.string().max(100),
  content: z
    .union([
      MessageText,
      z.array(z.looseObject({ type: z.string().max(100), text: MessageText.optional() })).max(10_000),
      z.null(),
    ])
    .optional(),
});

/** How a query is to be routed, beside what it asks. */
export const routeFields = {
  task: TaskId.optional().describe('The task, where the caller knows it'),
  policy: PolicyName.optional().describe(
    'quality where none is named. What else is given here goes before what the policy says',
  ),
  ...rules,
  cascade: CascadeRequest.optional().describe(
    'Plan an order of LLMs that are asked until one answers well enough. `model` is the first; report how it ' +
      'went to /v1/route/{decision_id}/next',
  ),
  explain: z.boolean().optional(),
  top: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe('Most LLMs that `ranking` lists, the chosen one always among them; 100 if left out'),
};

/** What is asked: `query`, or the messages of an OpenAI chat request. */
const asked = { query: QueryText.optional(), messages: z.array(ChatMessage).min(1).max(1000).optional() };
const oneOfBoth = z.refine<{ query?: unknown; messages?: unknown }>(
  (r) => (r.query === undefined) !== (r.messages === undefined),
  { path: ['query'], message: 'expected exactly one of query and messages' },
);

/** What is to be routed. */
export const RouteRequest = z
  .strictObject({ ...asked, ...routeFields })
  .check(oneOfBoth)
  .meta({ id: 'RouteRequest' });
export type RouteRequest = z.infer<typeof RouteRequest>;

/** What is to be embedded. */
export const EmbedRequest = z
  .strictObject({ ...asked, task: routeFields.task })
  .check(oneOfBoth)
  .meta({ id: 'EmbedRequest' });
export type EmbedRequest = z.infer<typeof EmbedRequest>;

const taskShares = z.array(z.strictObject({ task: z.string(), probability: z.number() }));
const kindShares = z.array(z.strictObject({ kind: z.string(), probability: z.number() }));

export const EmbedResponse = z
  .strictObject({
    version: z.string().nullable().describe('Version of the artifact that embeds; null when nothing is trained yet'),
    embedding: z
      .array(z.number())
      .describe(
        'Where the query lies among logged queries, by meaning, style and words: kinds lie there, too ' +
          '(`embedding/kind` of the weights). Of one version, near queries are alike; empty where nothing is learned',
      ),
    tasks: taskShares.describe('How likely it is of each task of the log, likeliest first'),
    kinds: kindShares.describe('The same of kinds: groups of queries that were discovered, by their typical words'),
  })
  .meta({ id: 'EmbedResponse' });
export type EmbedResponse = z.infer<typeof EmbedResponse>;

export const RankedLlm = z
  .strictObject({
    model: LlmId,
    quality: z.number().describe('Expected score, in [0, 1]'),
    uncertainty: z.number().describe('Standard deviation of the expected score'),
    cost_usd: z.number().nullable().describe('Expected cost of this query; null where no price is known'),
    latency_ms: z.number().nullable().describe('Median of its latency on such queries; null where none is known'),
    latency_p90_ms: z.number().nullable().describe('What nine in ten of its answers to such queries take at most'),
    utility: z
      .number()
      .describe(
        'What the ranking is by, unless a rule orders it: quality less the weighted cost and latency, and less ' +
          'load_price',
      ),
    load_price: z
      .number()
      .optional()
      .describe('What is left of its declared limits is worth; left out where that is nothing'),
    correction: z
      .number()
      .optional()
      .describe('What answers since the training moved `quality` by; left out where that is nothing'),
    learnable: z
      .number()
      .optional()
      .describe('Of an LLM that came after the training: deviation of what its next answers would tell of it'),
    recovery: z
      .strictObject({ chance: z.number(), gain: z.number() })
      .optional()
      .describe(
        'How likely it is to be as good again as before it got worse, since it has hardly been asked of late, and ' +
          'how much higher its quality then is; only chance goes by it',
      ),
  })
  .meta({ id: 'RankedLlm' });
export type RankedLlm = z.infer<typeof RankedLlm>;

const Needed = z.number().nullable();

export const RunnerUp = z
  .strictObject({
    model: LlmId,
    utility_gap: z.number().describe('How much more utility the chosen one has'),
    quality: Needed.describe('It would win from this expected quality on'),
    cost_usd: Needed.describe('… below this cost'),
    latency_ms: Needed.describe('… below this latency'),
    cost_weight: Needed.describe('… with this cost_weight'),
    latency_weight: Needed.describe('… with this latency_weight'),
  })
  .meta({
    id: 'RunnerUp',
    description:
      'What would have to be otherwise, one thing at a time, for the runner-up to win, where weights relative ' +
      'to the dearest and slowest stay what they come to; null what could not make it win',
  });
export type RunnerUp = z.infer<typeof RunnerUp>;

/** What two profiles declare alike. */
export const SharedFacts = z
  .strictObject({
    task_types: z.array(z.string()).optional().describe('Kinds of work that both do'),
    domains: z.array(z.string()).optional(),
    family: z.string().optional(),
    latency_ms: z.array(z.number()).length(2).optional().describe('Typical latency of the one and of the other'),
    price: z.array(z.number()).length(2).optional().describe('US dollars a million tokens, half of them written'),
  })
  .meta({ id: 'SharedFacts', description: 'What two profiles declare alike' });
export type SharedFacts = z.infer<typeof SharedFacts>;

/** An LLM beside another. */
export const NearLlm = z
  .strictObject({
    model: LlmId,
    similarity: z.number().describe('How near its profile is, 1 at most'),
    shared: SharedFacts,
  })
  .meta({ id: 'NearLlm' });
export type NearLlm = z.infer<typeof NearLlm>;

export const Explanation = z
  .strictObject({
    summary: z.string(),
    tasks: taskShares.describe('Which tasks of the log this looks like'),
    kinds: kindShares.describe(
      'Which kinds of query this looks like: groups that were discovered, by their typical words',
    ),
    neighbours: z.array(
      z.strictObject({ query: z.string(), similarity: z.number(), scores: z.record(z.string(), z.number()) }),
    ),
    excluded: z.array(z.strictObject({ model: z.string(), reason: z.string() })).describe('100 at most'),
    more_excluded: z
      .int()
      .optional()
      .describe('How many more are excluded; left out where all are listed, or where the log has no more of them'),
    fallback: NearLlm.nullable().describe('What to try first should the chosen LLM fail, and what the two share'),
    runner_up: RunnerUp.nullable().describe('Null where there is none, or where neither quality nor cost decided'),
  })
  .meta({ id: 'Explanation' });
export type Explanation = z.infer<typeof Explanation>;

/** What became of the LLM of a conversation. */
export const KEPT = ['stayed', 'switched', 'escalated'] as const;
export type Kept = (typeof KEPT)[number];

export const RouteResponse = z
  .strictObject({
    decision_id: DecisionId,
    model: LlmId.describe('The LLM that should get this query'),
    version: z.string().nullable().describe('Version of the artifact that scored; null when nothing is trained yet'),
    router: z
      .string()
      .describe(
        'What scored: `learned`, the name of a baseline that was better on held-out queries, or `prior` when ' +
          'nothing is trained yet',
      ),
    ranking: z.array(RankedLlm).describe('The candidates, best first: 100 at most, or as many as `top` says'),
    fallbacks: z.array(LlmId).describe('What to try next, in order, should the chosen LLM fail'),
    more_ranked: z
      .int()
      .optional()
      .describe('How many candidates more there are than `ranking` lists; left out where it lists all'),
    relaxed: z
      .array(z.string())
      .optional()
      .describe(
        'Bounds that the chosen LLM breaks, since no LLM keeps them all and the policy says `on_no_candidate: nearest`',
      ),
    experiment: InExperiment.optional().describe('The experiment whose arm decided; left out where none did'),
    propensity: z
      .number()
      .optional()
      .describe('Probability with which this LLM was chosen, where `exploration` leaves it to chance'),
    kept: z
      .enum(KEPT)
      .optional()
      .describe(
        'Of a conversation through the model endpoint that had an answer before: whether its LLM stays, another one ' +
          'takes over, or a better one does, as calls of tools fail or repeat',
      ),
    cascade: CascadePlan.optional(),
    explanation: Explanation.optional(),
  })
  .meta({ id: 'RouteResponse' });
export type RouteResponse = z.infer<typeof RouteResponse>;

export const RouteBatchRequest = z
  .strictObject({ requests: z.array(RouteRequest).min(1).max(1000) })
  .meta({ id: 'RouteBatchRequest' });
export const RouteBatchResponse = z
  .strictObject({ results: z.array(RouteResponse) })
  .meta({ id: 'RouteBatchResponse' });
