import { breathe } from '../base/breathe.js';
import type { Clock } from '../base/clock.js';
import type { JudgeCorrection } from '../schema/judge.js';
import type { JudgedPair, JudgeStore } from '../store/ports/judge.js';
import { fitCorrection } from './correction.js';

/** Verdicts that are looked through for pairs: the newest, in parts, as others wait for each. */
const MOST_VERDICTS = 20_000;
const PART = 500;

/** What graded: a judge, in one form. */
export interface Grader {
  judge: string;
  form: string;
}

/** What people said of answers that a judge graded, of its newest 20,000 verdicts. */
export async function pairsOf(store: Pick<JudgeStore, 'pairs'>, grader: Grader): Promise<JudgedPair[]> {
  const found: JudgedPair[] = [];
  let before: number | undefined;
  for (let read = 0; read < MOST_VERDICTS; read += PART) {
    const { pairs, next } = await store.pairs({ ...grader, before, limit: PART });
    found.push(...pairs);
    if (next === null) break;
    before = next;
    await breathe();
  }
  return found;
}

/** How the bias of a judge is corrected; null where people scored fewer than `minPairs` of its answers. */
export type CorrectionOf = (grader: Grader, minPairs: number) => Promise<JudgeCorrection | null>;

/** How long a correction is used before it is fitted anew, in milliseconds. */
const FRESH_MS = 300_000;

export const correctionFrom = (pairs: readonly JudgedPair[], minPairs: number): JudgeCorrection | null =>
  pairs.length < minPairs ? null : fitCorrection(pairs);

/** Fits corrections, at most once in five minutes as long as judge and form stay. */
export function rememberCorrection(store: Pick<JudgeStore, 'pairs'>, clock: Clock): CorrectionOf {
  let known: { key: string; at: number; correction: Promise<JudgeCorrection | null> } | undefined;
  return (grader, minPairs) => {
    const key = JSON.stringify([grader.judge, grader.form, minPairs]);
    const now = clock();
    if (known?.key === key && Math.abs(now - known.at) < FRESH_MS) return known.correction;
    const fitting = pairsOf(store, grader).then((pairs) => correctionFrom(pairs, minPairs));
    const fresh = { key, at: now, correction: fitting };
    known = fresh;
    fitting.catch(() => {
      if (known === fresh) known = undefined;
    });
    return fitting;
  };
}
