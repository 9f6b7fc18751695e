import type { JudgeBacklog } from '../queue/types.js';
import type { JudgeStatus } from '../schema/judge.js';
import type { Ledger } from '../store/ports/index.js';
import { agreementOf } from './agreement.js';
import { formOf } from './form.js';
import { correctionFrom, pairsOf } from './pairs.js';

export interface JudgeStatusParts {
  ledger: Pick<Ledger, 'judge' | 'settings'>;
  /** Null where the queue can't be reached. */
  backlog(): Promise<JudgeBacklog | null>;
}

/** How answers are judged, what it costs, and how far the judge and people agree. */
export async function judgeStatus({ ledger, backlog }: JudgeStatusParts): Promise<JudgeStatus> {
  const settings = await ledger.settings.get('judge');
  const { enabled, model, mode, rubric, min_pairs: minPairs, budget_usd_per_day: budget } = settings;
  const { day, spentUsd, judged, dropped } = await ledger.judge.today();
  const pairs = model === null ? [] : await pairsOf(ledger.judge, { judge: model, form: formOf(mode, rubric) });
  return {
    enabled,
    model,
    mode,
    today: { day, spent_usd: spentUsd, budget_usd: budget, judged, dropped },
    backlog: await backlog(),
    agreement: agreementOf(pairs),
    correction: correctionFrom(pairs, minPairs),
  };
}
