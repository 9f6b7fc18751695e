import { z } from 'zod';
import { messageOf } from '../base/errors.js';
import type { Context } from './context.js';
import { docsHeaders, docsPage } from './docs.js';
import { sendJson, type Resource } from './resource.js';

const Health = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Health' });
const Check = z.strictObject({ ok: z.boolean(), detail: z.string().describe('What it is, or why it does not answer') });
const Readiness = z
  .strictObject({
    ready: z.boolean().describe('Whether it can route: the ledger answers'),
    checks: z.strictObject({ ledger: Check, queue: Check }),
    version: z.string().nullable().describe('Version in force; null before anything is trained'),
    models: z.int().describe('LLMs that can be scored'),
  })
  .meta({ id: 'Readiness' });

/**
 * Longest the queue may take to answer before it counts as not reachable, in milliseconds: who asks may wait a second.
 */
const QUEUE_TIMEOUT_MS = 500;

type CheckResult = z.infer<typeof Check>;

async function check(what: string, probe: () => unknown): Promise<CheckResult> {
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

export function operationResources({ ledger, queue, index, metrics }: Context, openApi: () => string): Resource[] {
  return [
    {
      path: '/healthz',
      tag: 'operations',
      operations: {
        get: {
          summary: 'Whether the process answers',
          answers: { 200: { description: 'It does', schema: Health } },
          errors: [],
          handlers: [(_req, res) => sendJson(res, 200, '{"status":"ok"}')],
        },
      },
    },
    {
      path: '/readyz',
      tag: 'operations',
      operations: {
        get: {
          summary: 'Whether it can route',
          description: 'Routing needs the ledger. It does not need the queue: `checks.queue` says how that is.',
          answers: {
            200: { description: 'The ledger answers', schema: Readiness },
            503: { description: 'The ledger does not answer', schema: Readiness },
          },
          errors: [],
          handlers: [
            async (_req, res) => {
              const checks = {
                ledger: await check('SQLite', () => ledger.changeToken()),
                queue: await check(queue.store, () => queue.nextRun()),
              };
              const ready = checks.ledger.ok;
              const { version, models } = index.current();
              sendJson(res, ready ? 200 : 503, JSON.stringify({ ready, checks, version, models: models.length }));
            },
          ],
        },
      },
    },
    {
      path: '/metrics',
      tag: 'operations',
      operations: {
        get: {
          summary: 'Metrics for Prometheus',
          answers: { 200: { description: 'Metrics', schema: z.string(), types: ['text/plain'] } },
          errors: [],
          handlers: [
            async (_req, res) => {
              const text = await metrics.registry.metrics();
              res.writeHead(200, { 'Content-Type': metrics.registry.contentType });
              res.end(text);
            },
          ],
        },
      },
    },
    {
      path: '/openapi.json',
      tag: 'operations',
      operations: {
        get: {
          summary: 'This API, as OpenAPI 3.1',
          answers: { 200: { description: 'The document', schema: z.looseObject({ openapi: z.string() }) } },
          errors: [],
          handlers: [(_req, res) => sendJson(res, 200, openApi())],
        },
      },
    },
    {
      path: '/docs',
      tag: 'operations',
      operations: {
        get: {
          summary: 'This API, to read and try',
          answers: { 200: { description: 'A page', schema: z.string(), types: ['text/html'] } },
          errors: [],
          handlers: [
            (_req, res) => {
              res.writeHead(200, docsHeaders);
              res.end(docsPage);
            },
          ],
        },
      },
    },
  ];
}
