import { z } from 'zod';
import type { Context } from '../context.js';
import { bytesReply, valueReply } from '../kit/answer.js';
import { operation, type Operation } from '../kit/operation.js';
import { ledgerCheckOf, Readiness, readinessOf } from './readiness.js';

const Health = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Health' });
/** What those who run the service ask it: is it alive, is it ready, how does it do. */
export function probeOperations(
  context: Pick<Context, 'ledger' | 'queue' | 'live' | 'metrics' | 'openMetrics'>,
): Operation[] {
  const { registry } = context.metrics;
  return [
    operation({
      method: 'GET',
      path: '/healthz',
      tag: 'operations',
      scope: null,
      writes: false,
      summary: 'Whether the process answers',
      answers: { 200: { description: 'It does', schema: Health } },
      errors: [],
      run: () => '{"status":"ok"}',
    }),
    operation({
      method: 'GET',
      path: '/readyz',
      tag: 'operations',
      scope: null,
      writes: false,
      summary: 'Whether it can route',
      description:
        'It needs a ledger that can be read and written. It does not need the queue, nor the artifact in force while ' +
        'another scorer serves: `checks` says how those are.',
      answers: {
        200: { description: 'The ledger can be read and written', schema: Readiness },
        503: { description: 'The ledger cannot be read, or not be written', schema: Readiness },
      },
      errors: [],
      async run({ caller }) {
        const readiness = caller.may('read')
          ? await readinessOf(context)
          : { ready: (await ledgerCheckOf(context)).ok };
        return valueReply(readiness, { status: readiness.ready ? 200 : 503 });
      },
    }),
    operation({
      method: 'GET',
      path: '/metrics',
      tag: 'operations',
      scope: context.openMetrics ? null : 'read',
      writes: false,
      summary: 'Metrics for Prometheus',
      answers: { 200: { description: 'Metrics', schema: z.string(), types: ['text/plain'] } },
      errors: [],
      run: async () => bytesReply(await registry.metrics(), { 'Content-Type': registry.contentType }),
    }),
  ];
}
