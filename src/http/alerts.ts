import { z } from 'zod';
import { PointsmanError } from '../base/errors.js';
import { Alert, AlertList, AlertResolution, DriftSettings } from '../schema/drift.js';
import { describe, parse } from '../schema/parse.js';
import { optionalBodyOf } from './body.js';
import { pathParameter, type Context } from './context.js';
import { parseQuery } from './query-parameters.js';
import { sendJson, type Resource } from './resource.js';
import { settingsResource } from './settings.js';

const AlertQuery = z.strictObject({
  state: z.enum(['open', 'all']).optional().describe('open, unless told: those for the worse that are not resolved'),
  limit: z.int().min(1).max(1000).optional().describe('Of all, how many at most; 100 unless told'),
});

const DEFAULT_LIMIT = 100;

export function alertResources({ ledger, trust, readJson }: Context): Resource[] {
  return [
    {
      path: '/v1/alerts',
      tag: 'health',
      operations: {
        get: {
          summary: 'Which LLMs changed on a task',
          description: 'While an alert for the worse is open, the LLM is trusted less on that task.',
          query: AlertQuery,
          answers: { 200: { description: 'Alerts, newest first', schema: AlertList } },
          errors: [],
          handlers: [
            (req, res) => {
              const { state = 'open', limit = DEFAULT_LIMIT } = parseQuery(AlertQuery, req.query);
              sendJson(
                res,
                200,
                JSON.stringify({ alerts: state === 'open' ? ledger.openAlerts() : ledger.listAlerts(limit) }),
              );
            },
          ],
        },
      },
    },
    {
      path: '/v1/alerts/{id}/resolve',
      tag: 'health',
      parameters: { id: { schema: z.string(), description: 'Id of an alert' } },
      operations: {
        post: {
          summary: 'Resolve an alert: the LLM is trusted as before',
          description:
            'One that is resolved stays as it is. What the LLM does now is its usual from here on: only ' +
            'another change raises another alert.',
          body: { schema: AlertResolution, required: false },
          answers: { 200: { description: 'The alert', schema: Alert } },
          errors: ['alert_not_found'],
          handlers: [
            readJson,
            (req, res) => {
              const id = pathParameter(req, 'id');
              const { reason } = parse(AlertResolution, optionalBodyOf(req) ?? {});
              const alert = ledger.resolveAlert(id, reason);
              if (alert === undefined)
                throw new PointsmanError(
                  'alert_not_found',
                  `There is no alert ${describe(id)}; GET /v1/alerts?state=all lists those there are`,
                );
              trust.refresh();
              sendJson(res, 200, JSON.stringify(alert));
            },
          ],
        },
      },
    },
    settingsResource(
      {
        path: '/v1/drift',
        tag: 'health',
        about: 'When a change of an LLM is called one, and what is done about it',
        schema: DriftSettings,
        get: ledger.getDriftSettings,
        put: ledger.putDriftSettings,
      },
      { readJson },
    ),
  ];
}
