import type { Clock } from '../base/clock.js';
import { PointsmanError } from '../base/errors.js';
import { whileBusy } from '../base/while-busy.js';
import type { JudgeHandler } from '../queue/types.js';
import type { JudgeJob } from '../schema/judge.js';
import type { Verdict } from '../store/ports/judge.js';
import type { Ledger } from '../store/ports/index.js';
import { BUSY_MS, enabledOf, type Grader } from './grader.js';
import type { Post } from './types.js';

/** Longest source that a signal names, in characters. */
const MAX_SOURCE = 100;

export interface JudgeParts {
  ledger: Pick<Ledger, 'judge' | 'settings'>;
  grade: Grader;
  post: Post;
  clock: Clock;
  /** Told of each verdict. */
  onJudged?: (model: string) => void;
}

/**
 * Judges one answer: has it graded, keeps the verdict, and posts it as a signal of the answer, in pairwise mode with
 * the preference. What was judged before is posted again as it was, which stores it once: a job that is done twice
 * leaves what one leaves. Over the budget, it is dropped and counted.
 */
export function createJudge({ ledger, grade, clock, ...parts }: JudgeParts): JudgeHandler {
  async function post(job: JudgeJob, verdict: Verdict): Promise<void> {
    const { weight } = (await ledger.settings.get('signals')).judge;
    const { decision, query, task, tenant } = job;
    const common = {
      decision_id: decision,
      query,
      ...(task === null ? {} : { task }),
      at: new Date(verdict.at).toISOString(),
    };
    const { model, judge, against, raw, value } = verdict;
    const source = judge.slice(0, MAX_SOURCE).trimEnd();
    const records: object[] = weight === 0 ? [] : [{ ...common, model, signal: 'judge', source, value, weight }];
    if (against !== null && raw !== 0.5) {
      const [better_model, worse_model] = raw > 0.5 ? [model, against] : [against, model];
      records.push({ ...common, better_model, worse_model });
    }
    if (records.length === 0) return;
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
    const settings = enabledOf(await ledger.settings.get('judge'));
    if (settings === undefined) return;
    if (job.keepUntil !== null && clock() >= job.keepUntil) return whileBusy(BUSY_MS, () => ledger.judge.drop(1));
    const verdict = await grade(job, settings, { kept: true, signal });
    if (verdict === null) return;
    parts.onJudged?.(job.model);
    await post(job, verdict);
  };
}
