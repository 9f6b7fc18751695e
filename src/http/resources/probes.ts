import { z } from 'zod';
import { messageOf } from '../../base/errors.js';
import type { Context } from '../context.js';
import { bytesReply, valueReply } from '../kit/answer.js';
import { operation, type Operation } from '../kit/operation.js';

const Health = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Health' });
const Check = z.strictObject({ ok: z.boolean(), detail: z.string().describe('What it is, or why it does not answer') });
const Readiness = z
  .strictObject({
    ready: z.boolean().describe('Whether it can route: the ledger answers'),
    checks: z.strictObject({ ledger: Check, queue: Check }).optional(),
    version: z.string().nullable().optional().describe('Version in force; null before anything is trained'),
    models: z.int().optional().describe('LLMs that can be scored'),
  })
  .meta({ id: 'Readiness', description: 'Whether it can route; who may read is told why, too' });

/**
 * Longest the queue may take to answer before it counts as not reachable, in milliseconds: who asks may wait a second.
 */
const QUEUE_TIMEOUT_MS = 500;

async function check(what: string, probe: () => unknown): Promise<z.infer<typeof Check>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${QUEUE_TIMEOUT_MS} ms`)), QUEUE_TIMEOUT_MS);
  });
  try {
    await Promise.race([probe(), late]);
    return { ok: true, detail: what };
  } catch (error) {
    return { ok: false, detail: `${what}: ${messageOf(error)}` };
  } finally {
    clearTimeout(timer);
  }
}

/** What those who run the service ask it: is it alive, is it ready, how does it do. */
export function probeOperations({
  ledger,
  queue,
  live: { scorer },
  metrics,
  openMetrics,
}: Pick<Context, 'ledger' | 'queue' | 'live' | 'metrics' | 'openMetrics'>): Operation[] {
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
      description: 'Routing needs the ledger. It does not need the queue: `checks.queue` says how that is.',
      answers: {
        200: { description: 'The ledger answers', schema: Readiness },
        503: { description: 'The ledger does not answer', schema: Readiness },
      },
      errors: [],
      async run({ caller }) {
        const checks = {
          ledger: await check(ledger.kind, () => ledger.changes.revisions()),
          queue: await check(queue.store, () => queue.nextRun()),
        };
        const ready = checks.ledger.ok;
        const { version, models } = scorer.current();
        const details = caller.may('read') ? { checks, version, models: models.length } : {};
        return valueReply({ ready, ...details }, { status: ready ? 200 : 503 });
      },
    }),
    operation({
      method: 'GET',
      path: '/metrics',
      tag: 'operations',
      scope: openMetrics ? null : 'read',
      writes: false,
      summary: 'Metrics for Prometheus',
      answers: { 200: { description: 'Metrics', schema: z.string(), types: ['text/plain'] } },
      errors: [],
      run: async () => bytesReply(await metrics.registry.metrics(), { 'Content-Type': metrics.registry.contentType }),
    }),
  ];
}
