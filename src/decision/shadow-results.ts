import { advantageOf } from '../machines/advantage.js';
import type { ShadowSums, SumOfBoth } from '../machines/shadow-sums.js';
import type { DecisionId, LlmId } from '../schema/ids.js';
import type { Disagreement, ShadowResults } from '../schema/shadow.js';
import type { Ledger } from '../store/ports/index.js';
import type { ShadowDisagreement } from '../store/ports/shadows.js';
import type { Decider } from './decider.js';

const meanOf = ({ n, active, candidate }: SumOfBoth) =>
  n === 0 ? null : { decisions: n, active: active / n, candidate: candidate / n };

function meansOf({ quality, cost_usd, latency_ms }: ShadowSums['expected']['active']) {
  return { quality: meanOf(quality), cost_usd: meanOf(cost_usd), latency_ms: meanOf(latency_ms) };
}

function sharesOf({ models, compared }: ShadowSums): ShadowResults['models'] {
  return [...models]
    .map(([model, { active, candidate }]) => ({
      model: model as LlmId,
      active: active / compared,
      candidate: candidate / compared,
    }))
    .toSorted((a, b) => b.active + b.candidate - a.active - a.candidate || (a.model < b.model ? -1 : 1));
}

/** What the shadow of an experiment came to, as far as it is written; zeros where there is none. */
export async function shadowResults({ shadows }: Pick<Ledger, 'shadows'>, name: string): Promise<ShadowResults> {
  const { sums, wins, losses, ties, spentUsd } = await shadows.totals(name);
  const { compared, agreed, dropped, failed, expected } = sums;
  return {
    compared,
    agreed,
    dropped,
    failed,
    expected: { active: meansOf(expected.active), candidate: meansOf(expected.candidate) },
    models: sharesOf(sums),
    judged: { wins, losses, ties, advantage: advantageOf({ wins, losses, ties }), spent_usd: spentUsd },
  };
}

const betterOf = (raw: number | null): Disagreement['better'] =>
  raw === null ? null : raw > 0.5 ? 'active' : raw < 0.5 ? 'candidate' : 'neither';

/** Disagreements with what their decisions still have of them: no text is kept here. */
export async function shownDisagreements(
  decider: Pick<Decider, 'lookup'>,
  disagreements: readonly ShadowDisagreement[],
): Promise<Disagreement[]> {
  const decisions = await decider.lookup(disagreements.map(({ decision }) => decision));
  return disagreements.map(({ decision, at, model, candidate, expected, raw }) => ({
    decision_id: decision as DecisionId,
    at: new Date(at).toISOString(),
    model: model as LlmId,
    candidate: candidate as LlmId,
    expected,
    better: betterOf(raw),
    query: decisions.get(decision)?.query ?? null,
    task: decisions.get(decision)?.task ?? null,
  }));
}
