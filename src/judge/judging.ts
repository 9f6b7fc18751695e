import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { every } from '../base/every.js';
import type { Logger } from '../base/log.js';
import type { Rng } from '../base/rng.js';
import { periodsOf } from '../machines/quota.js';
import type { JudgeQueue, Worker } from '../queue/types.js';
import type { JudgeSettings } from '../schema/judge.js';
import type { Shadow } from '../schema/experiment.js';
import type { Ledger } from '../store/ports/index.js';
import { createComparing, isComparison } from './comparing.js';
import type { Dropped } from './dropped.js';
import { createGrader, enabledOf } from './grader.js';
import { jobOf, type Answered } from './job.js';
import { createJudge } from './judge.js';
import { rememberCorrection } from './pairs.js';
import { isSampled, type SampleFacts } from './sample.js';
import type { Ask, Post } from './types.js';

export interface JudgingParts {
  ledger: Pick<Ledger, 'judge' | 'catalog' | 'settings' | 'shadows'>;
  queue: Pick<JudgeQueue, 'add' | 'work'>;
  ask: Ask;
  post: Post;
  /** The one that the queue's `onDropped` counts in, too. */
  dropped: Dropped;
  /** The shadow of an experiment that runs; there is none unless given. */
  shadowOf?: (experiment: string) => Promise<Shadow | null>;
  clock: Clock;
  rng: Rng;
  log: Logger;
}

/** Answers that an LLM judges: which of them, and the judging itself. */
export interface Judging {
  /**
   * Has an answer judged where it is sampled. It never waits, and never throws. It is for answers whose texts may be
   * kept whole: until they are judged, they stand in the queue.
   */
  offer(answered: Answered, facts: SampleFacts): void;
  /**
   * Has the LLM of a shadow answer, too, and both answers compared, for the shadow alone. Likewise, it never waits and
   * never throws.
   */
  compare(answered: Answered): void;
  /**
   * Judges an answer at once, for who waits for it, as a cascade does; nothing is queued, kept or posted. Answers its
   * score in [0, 1]; null where judging is off, over the budget, or the judge does not answer. Never rejects.
   */
  score(answered: Answered, signal: AbortSignal): Promise<number | null>;
  /** Judges what was queued, until the worker is closed. */
  work(): Promise<Worker>;
  /** Verdicts of this process, by the LLM that answered. */
  judged(): ReadonlyMap<string, number>;
  /** Reads the settings, and writes what was counted. */
  refresh(): Promise<void>;
  /** Does so every so often, until the returned function is called. */
  follow(everyMs: number): () => void;
}

/** Reads the settings as they are now. */
export async function openJudging(parts: JudgingParts): Promise<Judging> {
  const { ledger, queue, post, dropped, clock, rng, log } = parts;
  let settings: JudgeSettings = await ledger.settings.get('judge');
  const judged = new Map<string, number>();
  /** The day (UTC) whose budget is used up, by the settings of then. */
  let exhausted: { day: string; settings: JudgeSettings } | undefined;
  const grade = createGrader({
    ...parts,
    correctionOf: rememberCorrection(ledger.judge, clock),
    onExhausted: (day) => (exhausted = { day, settings }),
  });
  const isOver = (): boolean => exhausted?.settings === settings && exhausted.day === periodsOf(clock()).day;
  const onJudged = (model: string): void => void judged.set(model, (judged.get(model) ?? 0) + 1);
  const handler = createJudge({ ledger, grade, post, clock, onJudged });

  const compare = createComparing({ ...parts, shadowOf: parts.shadowOf ?? (async () => null) });

  const judging: Judging = {
    offer(answered, facts) {
      if (enabledOf(settings) === undefined || !isSampled(settings, facts, rng)) return;
      const job = isOver() ? null : jobOf(answered);
      if (job === null) dropped.count(1);
      else if (job !== undefined) queue.add(job);
    },
    compare(answered) {
      const job = enabledOf(settings) === undefined ? undefined : jobOf(answered);
      if (job !== undefined && isComparison(job)) queue.add(job);
    },
    async score(answered, signal) {
      const enabled = enabledOf(settings);
      const job = enabled === undefined || isOver() ? undefined : jobOf({ ...answered, second: null });
      if (enabled === undefined || job === undefined) return null;
      try {
        return (await grade(job, enabled, { kept: false, signal }))?.value ?? null;
      } catch (error) {
        log.warn({ decision: answered.decision, error: messageOf(error) }, 'an answer could not be judged');
        return null;
      }
    },
    work: () => queue.work((job, context) => (job.shadow === null ? handler : compare)(job, context)),
    judged: () => judged,
    async refresh() {
      const now = await ledger.settings.get('judge');
      if (!isDeepStrictEqual(now, settings)) settings = now;
      await dropped.flush();
    },
    follow: (everyMs) =>
      every(everyMs, judging.refresh, (error) =>
        log.warn({ error: messageOf(error) }, 'how answers are judged was not read; what was known goes on counting'),
      ),
  };
  return judging;
}
