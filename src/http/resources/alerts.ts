import { z } from 'zod';
import { keptDrift, shownDrift } from '../../alerts/shown.js';
import { PointsmanError } from '../../base/errors.js';
import { Alert, AlertDetail, AlertList, AlertResolution, DriftSettings } from '../../schema/drift.js';
import { describe } from '../../schema/parse.js';
import type { Context } from '../context.js';
import { operation, optionalBody, type Operation } from '../kit/operation.js';
import { settingsOperations } from './settings.js';

const AlertQuery = z.strictObject({
  state: z.enum(['open', 'all']).optional().describe('open, unless told: those for the worse that are not resolved'),
  limit: z.int().min(1).max(1000).optional().describe('Of all, how many at most; 100 unless told'),
});

const DEFAULT_LIMIT = 100;
const AlertId = { id: { schema: z.string().max(200), description: 'Id of an alert' } };

function known<T>(id: string, alert: T | undefined): T {
  if (alert === undefined)
    throw new PointsmanError(
      'alert_not_found',
      `There is no alert ${describe(id)}; GET /v1/alerts?state=all lists those there are`,
    );
  return alert;
}

export function alertOperations({ ledger }: Pick<Context, 'ledger'>): Operation[] {
  return [
    operation({
      method: 'GET',
      path: '/v1/alerts',
      tag: 'health',
      scope: 'read',
      writes: false,
      summary: 'Which LLMs changed on a task',
      description: 'While an alert for the worse is open, the LLM is trusted less on that task.',
      query: AlertQuery,
      answers: { 200: { description: 'Alerts, newest first', schema: AlertList } },
      errors: [],
      run: async ({ query: { state = 'open', limit = DEFAULT_LIMIT } }) => ({
        alerts: state === 'open' ? await ledger.alerts.open() : await ledger.alerts.list(limit),
      }),
    }),
    operation({
      method: 'GET',
      path: '/v1/alerts/{id}',
      tag: 'health',
      scope: 'read',
      writes: false,
      summary: 'An alert, with the answers around its change',
      params: AlertId,
      answers: { 200: { description: 'The alert', schema: AlertDetail } },
      errors: ['alert_not_found'],
      run: async ({ params: { id } }) => known(id, await ledger.alerts.detail(id)),
    }),
    operation({
      method: 'POST',
      path: '/v1/alerts/{id}/resolve',
      tag: 'health',
      scope: 'admin',
      writes: ['alerts'],
      summary: 'Resolve an alert: the LLM is trusted as before',
      description:
        'One that is resolved stays as it is. What the LLM does now is its usual from here on: only ' +
        'another change raises another alert.',
      params: AlertId,
      body: optionalBody(AlertResolution),
      answers: { 200: { description: 'The alert', schema: Alert } },
      errors: ['alert_not_found'],
      run: async ({ params: { id }, body: { reason } }) => known(id, await ledger.alerts.resolve(id, reason)),
    }),
    ...settingsOperations(ledger.settings, {
      path: '/v1/drift',
      tag: 'health',
      about: 'When a change of an LLM is called one, and what is done about it',
      kind: 'drift',
      schema: DriftSettings,
      shown: shownDrift,
      kept: keptDrift,
    }),
  ];
}
