import { PointsmanError } from '../base/errors.js';
import { estimateTokens } from '../base/tokens.js';
import { nextStep } from '../cascade/plan.js';
import { ANYBODY, type Caller } from '../live/keys.js';
import type { LiveLoad } from '../live/load.js';
import type { CascadeNext, CascadeRequest, StepReport } from '../schema/cascade.js';
import type { CallReport } from '../schema/health.js';
import type { DecisionId, LlmId } from '../schema/ids.js';
import type { RankedLlm } from '../schema/route.js';
import type { Ledger } from '../store/ports/index.js';
import { checkPolicy } from './allowed.js';
import type { Decider } from './decider.js';
import { decisionNotFound } from './errors.js';

export interface CascadeReportParts {
  decider: Pick<Decider, 'lookup' | 'flush'>;
  ledger: Pick<Ledger, 'cascades'>;
  load: Pick<LiveLoad, 'take' | 'release'>;
}

/** A step as a call, for the breaker of its LLM. */
function callOf(model: string, id: string, { error, latency_ms }: StepReport): CallReport {
  return {
    model: model as LlmId,
    ok: error === undefined,
    decision_id: id as DecisionId,
    ...(error === undefined ? {} : { error }),
    ...(latency_ms === undefined ? {} : { latency_ms }),
  };
}

/**
 * Reports how a step of a cascade went, and answers what is next: its call counts in the breaker of its LLM, and
 * capacity is taken for the next, which counts against the caller's limits. Repeating the last report answers the same
 * again. A caller is sent to no LLM that they may not be sent to, whoever asked for the cascade.
 *
 * Throws `decision_not_found`, `policy_not_allowed`, `rate_limited`, `budget_exhausted`, and what `nextStep` throws;
 * nothing is written then.
 */
export async function reportStep(
  { decider, ledger: { cascades }, load }: CascadeReportParts,
  id: string,
  report: StepReport,
  caller: Caller = ANYBODY,
): Promise<CascadeNext> {
  const decision = (await decider.lookup([id])).get(id);
  if (decision === undefined) throw decisionNotFound(id);
  if (decision.cascade === null)
    throw new PointsmanError(
      'decision_not_found',
      `Decision ${id} is a single call: a cascade is asked for with \`cascade\` in POST /v1/route`,
    );
  checkPolicy(decision.policy, caller);
  const request = JSON.parse(decision.cascade) as CascadeRequest;
  const ranking = (JSON.parse(decision.ranking) as RankedLlm[]).filter(
    ({ model }) => caller.models === null || caller.models.includes(model),
  );
  const promptTokens = estimateTokens(decision.query ?? '');
  await decider.flush();
  let counted = false;
  for (;;) {
    const before = await cascades.steps(id);
    if (report.model !== undefined && JSON.stringify(before.at(-1)) === JSON.stringify(report))
      return nextStep(ranking, request, before);
    const asked = report.model ?? nextStep(ranking, request, before).model;
    const next = nextStep(ranking, request, [...before, report]);
    const call = asked === null ? null : callOf(asked, id, report);
    if (next.model !== null && !counted) {
      await caller.charge({ requests: 0, tokens: promptTokens, usd: next.steps[0]?.cost_usd ?? 0 });
      counted = true;
    }
    // Another report of the same cascade may have come first: then this one is the next.
    if (!(await cascades.append({ decision: id, position: before.length, report, call }))) continue;
    load.release(id);
    if (next.model !== null) await load.take(next.model, promptTokens, id, true);
    return next;
  }
}
