import type { Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { whileBusy } from '../base/while-busy.js';
import type { JudgeHandler } from '../queue/types.js';
import type { Shadow } from '../schema/experiment.js';
import type { JudgeJob } from '../schema/judge.js';
import type { Ledger } from '../store/ports/index.js';
import type { ShadowSettlement } from '../store/ports/shadows.js';
import { mostFor, pairwise, type Bill } from './asking.js';
import { BUSY_MS, enabledOf } from './grader.js';
import type { Ask } from './types.js';

export interface ComparingParts {
  ledger: Pick<Ledger, 'catalog' | 'settings' | 'shadows'>;
  ask: Ask;
  /** The shadow of an experiment that runs; null where none of that name does. */
  shadowOf(experiment: string): Promise<Shadow | null>;
  clock: Clock;
  log: Logger;
}

/** An answer that a shadow's LLM is to answer, too. */
type Comparison = JudgeJob & { shadow: string; second: string };

export const isComparison = (job: JudgeJob): job is Comparison => job.shadow !== null && job.second !== null;

/**
 * Has a shadow's LLM answer what was answered, and the judge say blindly, in both orders, which answer is better. What
 * that may cost at most is claimed of the shadow's own budget before, and settled after; over the budget, after its
 * end, or where judging is off, nobody is asked. Nothing is posted: only the shadow's results know of it. A job that is
 * done twice counts once.
 */
export function createComparing(parts: ComparingParts): JudgeHandler {
  const { ledger, clock, log } = parts;
  const isLate = ({ keepUntil }: JudgeJob, { until }: Shadow): boolean =>
    clock() >= Math.min(keepUntil ?? Infinity, until === undefined ? Infinity : Date.parse(until));

  return async (job, { signal }) => {
    if (!isComparison(job)) return;
    const { shadow: experiment, decision, model, second: candidate } = job;
    if (await ledger.shadows.isJudged(experiment, decision)) return;
    const settings = enabledOf(await ledger.settings.get('judge'));
    const shadow = await parts.shadowOf(experiment);
    if (settings === undefined || !shadow?.ask || isLate(job, shadow)) return;
    const { model: judge, rubric } = settings;
    const claimedUsd = await mostFor(parts, { job, judge, rubric });
    const claim = { experiment, usd: claimedUsd, budgetUsd: shadow.ask.budget_usd };
    if (!(await whileBusy(BUSY_MS, () => ledger.shadows.claim(claim)))) return;
    const bill: Bill = { usd: 0 };
    const settle = (verdict: ShadowSettlement['verdict']): Promise<void> =>
      whileBusy(BUSY_MS, () => ledger.shadows.settle({ experiment, claimedUsd, spentUsd: bill.usd, verdict }));
    let raw: number;
    try {
      raw = await pairwise(parts, { job, judge, rubric, bill, signal, second: candidate });
    } catch (error) {
      await settle(null).catch((unsettled: unknown) =>
        log.warn({ error: messageOf(unsettled) }, 'what a comparison cost was not settled: what was claimed counts'),
      );
      throw error;
    }
    await settle({ decision, at: clock(), model, candidate, raw });
  };
}
