import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { PointsmanError } from '../../base/errors.js';
import { MOST_LISTED } from '../../decision/answer.js';
import { reportStep } from '../../decision/cascade-report.js';
import { CascadeNext, StepReport } from '../../schema/cascade.js';
import { ExplorationShare } from '../../schema/exploration.js';
import { QueryText } from '../../schema/feedback.js';
import { DecisionId } from '../../schema/ids.js';
import { RouteBatchRequest, RouteBatchResponse, RouteRequest, RouteResponse } from '../../schema/route.js';
import type { Caller } from '../../live/keys.js';
import type { Context } from '../context.js';
import { operation, requiredBody, type Operation } from '../kit/operation.js';

const { messages: _messages, cascade: _cascade, ...queryFields } = RouteRequest.shape;
/** The same request as query parameters: no room for messages, cascades, and more of exploration than its share. */
const RouteQuery = z.strictObject({ ...queryFields, exploration: ExplorationShare.optional(), query: QueryText });

/** Queries of a batch that are scored before other requests get a turn. */
const BATCH_TURN = 32;

export const ROUTE_ERRORS = [
  'unknown_model',
  'unknown_policy',
  'no_candidate',
  'no_models',
  'encoder_unavailable',
  'model_not_allowed',
  'policy_not_allowed',
  'budget_exhausted',
] as const;

const common = { tag: 'route', scope: 'route', writes: false } as const;
const decided = {
  aliases: ['/route'],
  answers: { 200: { description: 'The decision', schema: RouteResponse } },
  errors: ROUTE_ERRORS,
} as const;

/**
 * LLMs that the rankings of a batch may list altogether: an answer of some six megabytes. An explanation counts as many
 * as it may take the room of.
 */
const MOST_LISTED_IN_BATCH = 25_000;
const LISTED_BY_EXPLANATION = 200;

/** Throws `invalid_request` where the answer to a batch would be too large. */
function checkBatchSize(requests: readonly RouteRequest[], candidates: number): void {
  const listed = requests.reduce(
    (sum, { top = MOST_LISTED, explain }) =>
      sum + Math.min(top, candidates) + (explain === true ? LISTED_BY_EXPLANATION : 0),
    0,
  );
  if (listed <= MOST_LISTED_IN_BATCH) return;
  const issue = {
    field: 'requests',
    expected: `rankings of ${MOST_LISTED_IN_BATCH} LLMs altogether (fewer requests, a smaller top, fewer with explain)`,
    received: String(listed),
  };
  throw new PointsmanError('invalid_request', `requests: expected ${issue.expected}, got ${issue.received}`, {
    issues: [issue],
  });
}

/** An error of one request of a batch, with its fields named from the batch's root. */
function inBatch(error: unknown, position: number): unknown {
  if (!(error instanceof PointsmanError)) return error;
  const where = `requests[${position}]`;
  const issues = error.issues.map((issue) => ({ ...issue, field: `${where}.${issue.field}` }));
  const { retryAfterS } = error;
  return new PointsmanError(error.code, `${where}: ${error.message}`, {
    cause: error,
    issues,
    ...(retryAfterS !== undefined && { retryAfterS }),
  });
}

export function routeOperations({
  decider,
  ledger,
  live: { load, scorer },
  metrics,
}: Pick<Context, 'decider' | 'ledger' | 'live' | 'metrics'>): Operation[] {
  const counted = (response: RouteResponse): void => metrics.countDecision(response.model, response.version);

  /** Decides in order, as JSON. Where one fails, the caller gets none of the others: their time in flight ends. */
  async function decideAll(requests: readonly RouteRequest[], caller: Caller): Promise<string[]> {
    checkBatchSize(requests, scorer.current().models.length);
    // The request itself has been counted as one.
    await caller.charge({ requests: requests.length - 1, tokens: 0, usd: 0 });
    const results: string[] = [];
    const made: string[] = [];
    const note = (response: RouteResponse): void => {
      made.push(response.decision_id);
      counted(response);
    };
    for (const [i, request] of requests.entries()) {
      if (i > 0 && i % BATCH_TURN === 0) await nextTurn();
      try {
        results.push(await decider.decideJson(request, caller, note));
      } catch (error) {
        await load.abandon(made);
        throw inBatch(error, i);
      }
    }
    return results;
  }

  return [
    operation({
      ...common,
      ...decided,
      method: 'POST',
      path: '/v1/route',
      summary: 'Choose the LLM for a query or a chat',
      description: 'Of `messages`, the last user message that has text is routed by.',
      body: requiredBody(RouteRequest),
      run: ({ body, caller }) => decider.decideJson(body, caller, counted),
    }),
    operation({
      ...common,
      ...decided,
      method: 'GET',
      path: '/v1/route',
      summary: 'Choose the LLM for a query',
      description: 'Lists (`models`, `exclude`) may be repeated or separated by commas.',
      query: RouteQuery,
      run: ({ query, caller }) => decider.decideJson(query, caller, counted),
    }),
    operation({
      ...common,
      method: 'POST',
      path: '/v1/route/{decision_id}/next',
      writes: ['breakers'],
      summary: 'Report a step of a cascade, and learn the next',
      description:
        'Repeating the last report, with its `model`, answers the same again. A call that failed counts in ' +
        'the breaker of its LLM; post feedback where the score is one to learn from.',
      params: {
        decision_id: { schema: DecisionId, description: 'Id of a decision that was asked for with `cascade`' },
      },
      body: requiredBody(StepReport),
      answers: { 200: { description: 'Which LLM is next, or whose answer to keep', schema: CascadeNext } },
      errors: ['decision_not_found', 'policy_not_allowed', 'budget_exhausted'],
      run: ({ params: { decision_id: id }, body: report, caller }) =>
        reportStep({ decider, ledger, load }, id, report, caller),
    }),
    operation({
      ...common,
      method: 'POST',
      path: '/v1/route/batch',
      summary: 'Choose the LLMs for many queries',
      description:
        'Answers in order. An error in one request is the answer to the whole batch, and names its position.',
      body: requiredBody(RouteBatchRequest),
      answers: { 200: { description: 'The decisions, in order', schema: RouteBatchResponse } },
      errors: ROUTE_ERRORS,
      run: async ({ body: { requests }, caller }) => `{"results":[${(await decideAll(requests, caller)).join(',')}]}`,
    }),
  ];
}
