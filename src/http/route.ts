import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { PointsmanError } from '../base/errors.js';
import { reportStep } from '../decision/cascade.js';
import { CascadeNext, StepReport } from '../schema/cascade.js';
import { QueryText } from '../schema/feedback.js';
import { DecisionId } from '../schema/ids.js';
import { parse } from '../schema/parse.js';
import { RouteBatchRequest, RouteBatchResponse, RouteRequest, RouteResponse } from '../schema/route.js';
import { bodyOf } from './body.js';
import { pathParameter, type Context } from './context.js';
import { parseQuery } from './query-parameters.js';
import { sendJson, type Resource } from './resource.js';

const { messages: _messages, cascade: _cascade, ...queryFields } = RouteRequest.shape;
/** The same request as query parameters, which have no room for messages and cascades. */
const RouteQuery = z.strictObject({ ...queryFields, query: QueryText });

/** Queries of a batch that are scored before other requests get a turn. */
const BATCH_TURN = 32;

const ROUTE_ERRORS = ['unknown_model', 'unknown_policy', 'no_candidate', 'no_models', 'encoder_unavailable'] as const;

/** An error of one request of a batch, with its fields named from the batch's root. */
function inBatch(error: unknown, position: number): unknown {
  if (!(error instanceof PointsmanError)) return error;
  const where = `requests[${position}]`;
  const issues = error.issues.map((issue) => ({ ...issue, field: `${where}.${issue.field}` }));
  return new PointsmanError(error.code, `${where}: ${error.message}`, { cause: error, issues });
}

export function routeResources({ decider, ledger, health, load, metrics, readJson }: Context): Resource[] {
  const counted = (response: RouteResponse): void => metrics.countDecision(response.model, response.version);
  const answers = { 200: { description: 'The decision', schema: RouteResponse } };
  return [
    {
      path: '/v1/route',
      aliases: ['/route'],
      tag: 'route',
      operations: {
        post: {
          summary: 'Choose the LLM for a query or a chat',
          description: 'Of `messages`, the last user message that has text is routed by.',
          direct: true,
          body: { schema: RouteRequest, required: true },
          answers,
          errors: ROUTE_ERRORS,
          handlers: [
            readJson,
            (req, res) => {
              const json = decider.decideJson(parse(RouteRequest, bodyOf(req)), counted);
              if (typeof json === 'string') return sendJson(res, 200, json);
              return json.then((text) => sendJson(res, 200, text));
            },
          ],
        },
        get: {
          summary: 'Choose the LLM for a query',
          description: 'Lists (`models`, `exclude`) may be repeated or separated by commas.',
          query: RouteQuery,
          answers,
          errors: ROUTE_ERRORS,
          handlers: [
            async (req, res) =>
              sendJson(res, 200, await decider.decideJson(parseQuery(RouteQuery, req.query), counted)),
          ],
        },
      },
    },
    {
      path: '/v1/route/{decision_id}/next',
      tag: 'route',
      parameters: {
        decision_id: { schema: DecisionId, description: 'Id of a decision that was asked for with `cascade`' },
      },
      operations: {
        post: {
          summary: 'Report a step of a cascade, and learn the next',
          description:
            'Repeating the last report, with its `model`, answers the same again. A call that failed counts in ' +
            'the breaker of its LLM; post feedback where the score is one to learn from.',
          body: { schema: StepReport, required: true },
          answers: { 200: { description: 'Which LLM is next, or whose answer to keep', schema: CascadeNext } },
          errors: ['decision_not_found'],
          handlers: [
            readJson,
            (req, res) => {
              const id = parse(
                DecisionId,
                pathParameter(req, 'decision_id'),
                'invalid_request',
                'decision_id in the path',
              );
              const report = parse(StepReport, bodyOf(req));
              const next = reportStep({ decider, ledger, load }, id, report);
              health.refresh();
              sendJson(res, 200, JSON.stringify(next));
            },
          ],
        },
      },
    },
    {
      path: '/v1/route/batch',
      tag: 'route',
      operations: {
        post: {
          summary: 'Choose the LLMs for many queries',
          description:
            'Answers in order. An error in one request is the answer to the whole batch, and names its position.',
          body: { schema: RouteBatchRequest, required: true },
          answers: { 200: { description: 'The decisions, in order', schema: RouteBatchResponse } },
          errors: ROUTE_ERRORS,
          handlers: [
            readJson,
            async (req, res) => {
              const { requests } = parse(RouteBatchRequest, bodyOf(req));
              const results: string[] = [];
              const made: string[] = [];
              const note = (response: RouteResponse): void => {
                made.push(response.decision_id);
                counted(response);
              };
              for (const [i, request] of requests.entries()) {
                if (i > 0 && i % BATCH_TURN === 0) await nextTurn();
                try {
                  results.push(await decider.decideJson(request, note));
                } catch (error) {
                  load.abandon(made);
                  throw inBatch(error, i);
                }
              }
              sendJson(res, 200, `{"results":[${results.join(',')}]}`);
            },
          ],
        },
      },
    },
  ];
}
