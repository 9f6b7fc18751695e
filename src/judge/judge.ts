import type { Clock } from '../base/clock.js';
import { messageOf, PointsmanError } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { whileBusy } from '../base/while-busy.js';
import type { JudgeHandler } from '../queue/types.js';
import type { JudgeJob, JudgeSettings } from '../schema/judge.js';
import type { Verdict } from '../store/ports/judge.js';
import type { Ledger } from '../store/ports/index.js';
import { mostFor, pairwise, pointwise, type Bill } from './asking.js';
import { corrected } from './correction.js';
import { formOf } from './form.js';
import type { CorrectionOf } from './pairs.js';
import type { Ask, Post } from './types.js';

/** Longest that a write waits for a ledger that others write to, in milliseconds. */
const BUSY_MS = 10_000;
/** Longest source that a signal names, in characters. */
const MAX_SOURCE = 100;

export interface JudgeParts {
  ledger: Pick<Ledger, 'judge' | 'catalog' | 'settings'>;
  ask: Ask;
  post: Post;
  correctionOf: CorrectionOf;
  clock: Clock;
  log: Logger;
  /** How much a verdict counts beside other signals of the same answer; as the settings of signals say unless given. */
  weight?: () => Promise<number | undefined>;
  /** Told of each verdict. */
  onJudged?: (model: string) => void;
  /** Told the day (UTC) whose budget is used up. */
  onExhausted?: (day: string) => void;
}

type Enabled = JudgeSettings & { model: string };

/**
 * Judges one answer: claims what it may cost of the day's budget, asks, keeps the verdict, and posts it as a signal of
 * the answer, in pairwise mode with the preference. What was judged before is posted again as it was, which stores it
 * once: a job that is done twice leaves what one leaves. Over the budget, it is dropped and counted.
 */
export function createJudge(parts: JudgeParts): JudgeHandler {
  const { ledger, clock, log } = parts;

  async function judged(job: JudgeJob, settings: Enabled, signal: AbortSignal): Promise<Verdict | null> {
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
    const kept = await settle(verdict);
    parts.onJudged?.(job.model);
    return kept;
  }

  async function post(job: JudgeJob, verdict: Verdict): Promise<void> {
    const weight = await parts.weight?.();
    const { decision, query, task, tenant } = job;
    const common = {
      decision_id: decision,
      query,
      ...(task === null ? {} : { task }),
      at: new Date(verdict.at).toISOString(),
    };
    const { model, judge, against, raw, value } = verdict;
    const source = judge.slice(0, MAX_SOURCE).trimEnd();
    const records: object[] = [
      { ...common, model, signal: 'judge', source, value, ...(weight === undefined ? {} : { weight }) },
    ];
    if (against !== null && raw !== 0.5) {
      const [better_model, worse_model] = raw > 0.5 ? [model, against] : [against, model];
      records.push({ ...common, better_model, worse_model });
    }
    try {
      await parts.post(records, { idempotencyKey: `judge-${decision}`, ...(tenant === null ? {} : { tenant }) });
    } catch (error) {
      // Posted before, and what it weighs was set anew since.
      if (!(error instanceof PointsmanError && error.code === 'idempotency_key_reused')) throw error;
    }
  }

  return async (job, { signal }) => {
    const known = await ledger.judge.verdict(job.decision);
    if (known !== undefined) return post(job, known);
    const settings = await ledger.settings.get('judge');
    if (!settings.enabled || settings.model === null) return;
    if (job.keepUntil !== null && clock() >= job.keepUntil) return whileBusy(BUSY_MS, () => ledger.judge.drop(1));
    const verdict = await judged(job, { ...settings, model: settings.model }, signal);
    if (verdict !== null) await post(job, verdict);
  };
}
