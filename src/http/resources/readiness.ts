import { z } from 'zod';
import { messageOf } from '../../base/errors.js';
import type { Context } from '../context.js';

const Check = z.strictObject({ ok: z.boolean(), detail: z.string().describe('What it is, or what is wrong with it') });
type Check = z.infer<typeof Check>;

/** All that a process knows of its state; those who may know less are told `ready` alone. */
export const Readiness = z
  .strictObject({
    ready: z.boolean().describe('Whether it can route and take feedback: the ledger can be read and written'),
    checks: z
      .strictObject({
        ledger: Check,
        queue: Check,
        artifact: Check.describe('Not ok where the version in force is refused, and another scorer serves'),
      })
      .optional(),
    version: z.string().nullable().optional().describe('Version that scores; null before anything is trained'),
    models: z.int().optional().describe('LLMs that can be scored'),
  })
  .meta({ id: 'Readiness' });
export type Readiness = z.infer<typeof Readiness>;

/**
 * Longest a check may take before what it asks counts as not reachable, in milliseconds: who asks may wait a second.
 */
const TIMEOUT_MS = 500;

/** Asks a part how it is. A probe that is late or throws says that it is not well. */
export async function checkOf(what: string, probe: () => unknown): Promise<Check> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
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

/** Whether the ledger can be read and written. */
export const ledgerCheckOf = ({ ledger }: Pick<Context, 'ledger'>): Promise<Check> =>
  checkOf(ledger.kind, async () => {
    await ledger.check();
    await ledger.changes.revisions();
  });

/** Asks the ledger, the queue and the scorer how they are. */
export async function readinessOf(context: Pick<Context, 'ledger' | 'queue' | 'live'>): Promise<Readiness> {
  const { queue, live } = context;
  const { version, router, models } = live.scorer.current();
  const refusal = live.scorer.refusal();
  const [ledgerCheck, queueCheck] = await Promise.all([
    ledgerCheckOf(context),
    checkOf(queue.store, () => queue.nextRun()),
  ]);
  const artifact =
    refusal === null
      ? { ok: true, detail: version === null ? router : `version ${version}` }
      : { ok: false, detail: `${refusal}; ${version === null ? router : `version ${version}`} serves meanwhile` };
  return {
    ready: ledgerCheck.ok,
    checks: { ledger: ledgerCheck, queue: queueCheck, artifact },
    version,
    models: models.length,
  };
}
