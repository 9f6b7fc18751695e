import type { Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { whileBusy } from '../base/while-busy.js';
import type { JudgeJob, JudgeSettings } from '../schema/judge.js';
import type { Verdict } from '../store/ports/judge.js';
import type { Ledger } from '../store/ports/index.js';
import { mostFor, pairwise, pointwise, type Bill } from './asking.js';
import { corrected } from './correction.js';
import { formOf } from './form.js';
import type { CorrectionOf } from './pairs.js';
import type { Ask } from './types.js';

/** Longest that a write waits for a ledger that others write to, in milliseconds. */
export const BUSY_MS = 10_000;

export interface GraderParts {
  ledger: Pick<Ledger, 'judge' | 'catalog'>;
  ask: Ask;
  correctionOf: CorrectionOf;
  clock: Clock;
  log: Logger;
  /** Told the day (UTC) whose budget is used up. */
  onExhausted?: (day: string) => void;
}

/** How answers are judged, where they are. */
export type EnabledSettings = JudgeSettings & { model: string };

/** The settings where answers are judged; undefined where they are not. */
export function enabledOf(settings: JudgeSettings): EnabledSettings | undefined {
  const { enabled, model } = settings;
  return enabled && model !== null ? { ...settings, model } : undefined;
}

/**
 * Has one answer graded within the budget: claims what that may cost at most, asks, and settles what it did cost, with
 * the verdict where that is `kept`. Answers null over the budget; then the answer counts as dropped. Rejects where the
 * judge gives no grade.
 */
export type Grader = (
  job: JudgeJob,
  settings: EnabledSettings,
  options: { kept: boolean; signal: AbortSignal },
) => Promise<Verdict | null>;

export function createGrader(parts: GraderParts): Grader {
  const { ledger, clock, log } = parts;
  return async (job, settings, { kept, signal }) => {
    const { model: judge, rubric } = settings;
    const second = settings.mode === 'pairwise' ? job.second : null;
    const form = formOf(second === null ? 'pointwise' : 'pairwise', rubric);
    const asked = { job: { ...job, second }, judge, rubric };
    const claimedUsd = await mostFor(parts, asked);
    const budgetUsd = settings.budget_usd_per_day;
    const { granted, day } = await whileBusy(BUSY_MS, () => ledger.judge.claim({ usd: claimedUsd, budgetUsd }));
    if (!granted) {
      parts.onExhausted?.(day);
      return null;
    }
    const bill: Bill = { usd: 0 };
    const settle = (verdict: Verdict | null): Promise<Verdict | null> =>
      whileBusy(BUSY_MS, () => ledger.judge.settle({ day, claimedUsd, spentUsd: bill.usd, verdict }));
    let verdict: Verdict;
    try {
      const question = { ...asked, bill, signal };
      const raw = await (second === null ? pointwise(parts, question) : pairwise(parts, { ...question, second }));
      const correction = await parts.correctionOf({ judge, form }, settings.min_pairs);
      const value = corrected(raw, job.model, correction);
      const { decision, model } = job;
      verdict = { decision, model, judge, form, against: second, raw, value, at: clock() };
    } catch (error) {
      await settle(null).catch((unsettled: unknown) =>
        log.warn({ error: messageOf(unsettled) }, 'what judging cost was not settled: what was claimed counts'),
      );
      throw error;
    }
    if (kept) return settle(verdict);
    await settle(null);
    return verdict;
  };
}
