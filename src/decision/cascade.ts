import { PointsmanError } from '../base/errors.js';
import type { LiveLoad } from '../live/load.js';
import type { Ledger } from '../store/types.js';
import { nextStep } from '../cascade/plan.js';
import type { CascadeNext, CascadeRequest, StepReport } from '../schema/cascade.js';
import type { DecisionId, LlmId } from '../schema/ids.js';
import type { RankedLlm } from '../schema/route.js';
import { estimateTokens } from '../base/tokens.js';
import { decisionNotFound, type Decider } from './decider.js';

/**
 * Takes down how a step of a cascade went, and answers what is next. What the call says of the LLM's health is counted,
 * and room is taken of the next one.
 * Throws `decision_not_found`, and what `nextStep` throws; nothing is taken down then.
 */
export function reportStep(
  {
    decider,
    ledger,
    load,
  }: {
    decider: Decider;
    ledger: Pick<Ledger, 'reportStep' | 'reportCalls' | 'catalog'>;
    load: Pick<LiveLoad, 'take' | 'release'>;
  },
  id: string,
  report: StepReport,
): CascadeNext {
  const decision = decider.lookup(id);
  if (decision === undefined) throw decisionNotFound(id);
  if (decision.cascade === null)
    throw new PointsmanError(
      'decision_not_found',
      `Decision ${id} is a single call: a cascade is asked for with \`cascade\` in POST /v1/route`,
    );
  const request = JSON.parse(decision.cascade) as CascadeRequest;
  const ranking = JSON.parse(decision.ranking) as RankedLlm[];
  decider.flush();
  const { error, latency_ms } = report;
  let isNew = true;
  const next = ledger.reportStep(id, report, (reports, repeated) => {
    isNew = !repeated;
    const asked = report.model ?? nextStep(ranking, request, reports.slice(0, -1)).model;
    const after = nextStep(ranking, request, reports);
    // In the same transaction. An LLM that was deleted meanwhile has no health.
    if (isNew && asked && ledger.catalog.getLlm(asked) !== undefined)
      ledger.reportCalls([
        {
          model: asked as LlmId,
          ok: error === undefined,
          decision_id: id as DecisionId,
          ...(error === undefined ? {} : { error }),
          ...(latency_ms === undefined ? {} : { latency_ms }),
        },
      ]);
    return after;
  });
  if (!isNew) return next;
  load.release(id);
  if (next.model !== null) load.take(next.model, estimateTokens(decision.query ?? ''), id, true);
  return next;
}
