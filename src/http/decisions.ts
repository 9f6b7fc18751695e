import { z } from 'zod';
import { dayOf } from '../machines/day-sums.js';
import { decisionNotFound } from '../decision/decider.js';
import { summariesOf } from '../decision/summary.js';
import type { KeptDecision } from '../store/ports/decisions.js';
import { DecisionDetail, DecisionList, DecisionSettings, Summary, type DecisionSummary } from '../schema/decision.js';
import { Timestamp } from '../schema/feedback.js';
import { DecisionId, LlmId } from '../schema/ids.js';
import { parse } from '../schema/parse.js';
import { PolicyName } from '../schema/policy.js';
import { pathParameter, type Context } from './context.js';
import { parseQuery } from './query-parameters.js';
import { sendJson, type Resource } from './resource.js';
import { settingsResource } from './settings.js';

const ListQuery = z.strictObject({
  before: DecisionId.optional().describe('Only decisions from before this one: `next` of the page before'),
  model: LlmId.optional().describe('Only those that chose this LLM'),
  policy: PolicyName.optional(),
  from: Timestamp.optional(),
  to: Timestamp.optional().describe('Only those from before this time'),
  limit: z.int().min(1).max(1000).default(50),
});

const SummaryQuery = z.strictObject({
  from: z.iso.date().optional().describe('First day, in UTC; 29 days before `to` where left out'),
  to: z.iso.date().optional().describe('Last day; today where left out'),
});

const DAYS_SHOWN = 29;
const DAY_MS = 86_400_000;

export function decisionResources({ ledger, decider, clock, readJson }: Context): Resource[] {
  function summaryOf({
    id,
    at,
    queryHash,
    query,
    task,
    model,
    version,
    router,
    policy,
    propensity,
  }: KeptDecision): DecisionSummary {
    return {
      decision_id: id as DecisionId,
      at: new Date(at).toISOString(),
      query_hash: queryHash,
      query,
      task,
      model: model as LlmId,
      version,
      router,
      policy,
      propensity,
      outcomes: ledger.outcomesOf(id),
    };
  }
  const millis = (time: string | undefined): number | undefined => (time === undefined ? undefined : Date.parse(time));

  return [
    {
      path: '/v1/decisions',
      tag: 'decisions',
      operations: {
        get: {
          summary: 'List decisions, newest first',
          query: ListQuery,
          answers: { 200: { description: 'A page of decisions', schema: DecisionList } },
          errors: [],
          handlers: [
            (req, res) => {
              const { from, to, limit, ...filter } = parseQuery(ListQuery, req.query);
              decider.flush();
              const found = ledger.listDecisions({ ...filter, from: millis(from), to: millis(to), limit: limit + 1 });
              const next = found.length > limit ? found[limit - 1]!.id : null;
              sendJson(res, 200, JSON.stringify({ decisions: found.slice(0, limit).map(summaryOf), next }));
            },
          ],
        },
      },
    },
    {
      path: '/v1/decisions/{id}',
      tag: 'decisions',
      parameters: { id: { schema: DecisionId, description: 'Id of a decision' } },
      operations: {
        get: {
          summary: 'Why a decision was made',
          answers: { 200: { description: 'The decision, with all that decided it', schema: DecisionDetail } },
          errors: ['decision_not_found', 'encoder_unavailable'],
          handlers: [
            async (req, res) => {
              const id = parse(DecisionId, pathParameter(req, 'id'), 'invalid_request', 'id in the path');
              const found = decider.lookup(id);
              if (found === undefined) throw decisionNotFound(id);
              sendJson(
                res,
                200,
                JSON.stringify({
                  ...summaryOf(found),
                  ...(await decider.explain(found)),
                  cascade:
                    found.cascade === null
                      ? null
                      : { request: JSON.parse(found.cascade) as unknown, reports: ledger.stepsOf(id) },
                }),
              );
            },
          ],
        },
      },
    },
    settingsResource(
      {
        path: '/v1/decision-log',
        tag: 'decisions',
        about: 'How long decisions are kept',
        schema: DecisionSettings,
        get: ledger.getDecisionSettings,
        put: ledger.putDecisionSettings,
      },
      { readJson },
    ),
    {
      path: '/v1/summary',
      tag: 'decisions',
      operations: {
        get: {
          summary: 'Traffic, cost, quality and regret by day',
          description:
            'By the predictions that decided, beside what feedback tells. Sums outlive the decisions themselves.',
          query: SummaryQuery,
          answers: { 200: { description: 'Each day that has any', schema: Summary } },
          errors: [],
          handlers: [
            (req, res) => {
              const { to = dayOf(clock()), from = dayOf(Date.parse(to) - DAYS_SHOWN * DAY_MS) } = parseQuery(
                SummaryQuery,
                req.query,
              );
              decider.flush();
              sendJson(res, 200, JSON.stringify({ days: summariesOf(ledger.readDays(from, to)) }));
            },
          ],
        },
      },
    },
  ];
}
