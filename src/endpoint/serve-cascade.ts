import type { CascadeReportParts } from '../decision/cascade-report.js';
import type { StepReport } from '../schema/cascade.js';
import { ANSWERED, noAnswer, tokensOf } from './answer.js';
import { runCascade, type HeldAnswer, type Step } from './cascade.js';
import type { Concluder, Ending } from './conclude.js';
import { costOf } from './cost.js';
import { toldBy, type Decided } from './decide.js';
import { failedBy } from './attempt.js';
import type { Reached } from './failover.js';
import { hold, type Held } from './hold.js';
import type { Offering } from './offering.js';
import { REFUSED } from './outcome.js';
import { observedOf, type Observed } from './signals.js';
import type { CallAnswer } from './types.js';

export interface ServeCascadeParts extends CascadeReportParts {
  concluder: Concluder;
  offering: Pick<Offering, 'scoreOf'>;
  /** Calls one LLM. */
  reach(decided: Decided, models: readonly string[]): Promise<Reached>;
  now(): number;
}

interface StepAnswer extends HeldAnswer {
  held: Held;
  ending: Ending;
}

/** Signals that speak against an answer where they hold. */
const BAD_IF_TRUE: ReadonlySet<Observed['signal']> = new Set(['refused', 'truncated']);

/** Whether nothing that is observed of an answer speaks against it. */
const isWell = (observed: readonly Observed[]): boolean =>
  observed.every(({ signal, value }) => BAD_IF_TRUE.has(signal) !== (value === true));

/**
 * Answers with the best of a cascade: nothing is sent until an answer is judged good enough, or no other call is worth
 * it. A judge says how good answers are, where there is one; else whether something speaks against them: JSON that does
 * not fit, calls of tools that do not parse, a refusal, an end in the middle.
 */
export async function serveCascade(parts: ServeCascadeParts, decided: Decided): Promise<CallAnswer> {
  const { concluder, offering, reach, now } = parts;
  const { call, caller } = decided.request;
  let refused: Held | null = null;

  async function ask(model: string): Promise<Step<StepAnswer>> {
    const began = now();
    const { answered, failed } = await reach(decided, [model]);
    if (answered === null) return { failed };
    const held = await hold(answered.attempt);
    const { facts, broken, ttftMs, status } = held;
    const { target, ended } = answered;
    const about = { model, provider: target.provider.name, failed, ttftMs };
    ended({ error: broken, tokens: facts === null ? 0 : tokensOf(facts) });
    if (facts === null) {
      refused = held;
      concluder.aside(decided, { ...about, status, error: REFUSED, message: null, facts });
      return { failed: [] };
    }
    if (broken !== null) {
      return { failed: [...failed, { ...failedBy('broken_answer', broken), model, target, latencyMs: now() - began }] };
    }
    const costUsd = facts.usage === null ? null : costOf(facts.usage, concluder.profileOf(model));
    const ending = { ...about, status: ANSWERED, error: null, message: null, facts };
    return { answer: { model, facts, costUsd, latencyMs: now() - began, held, ending } };
  }

  async function report({ facts, model }: StepAnswer): Promise<Pick<StepReport, 'score' | 'ok'>> {
    const ok = isWell(observedOf(call, facts));
    const score = ok ? await offering.scoreOf(decided, model, facts) : null;
    return score === null ? { ok } : { score };
  }

  const { kept, others, failed } = await runCascade(parts, {
    decision: decided.response.decision_id,
    first: decided.response.model,
    caller,
    ask,
    judge: report,
  });
  for (const { ending } of others) concluder.aside(decided, ending);
  if (kept === null) {
    const { status, headers, body } = refused ?? noAnswer(concluder, decided, failed);
    return { kind: 'text', status, headers, body };
  }
  const { held, ending, model } = kept;
  concluder.conclude(decided, { ...ending, failed: [...failed, ...ending.failed] });
  return {
    kind: 'text',
    status: held.status,
    headers: { ...held.headers, ...toldBy(decided, model) },
    body: held.body,
  };
}
