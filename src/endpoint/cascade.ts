import { reportStep, type CascadeReportParts } from '../decision/cascade-report.js';
import type { Caller } from '../live/keys.js';
import type { StepReport } from '../schema/cascade.js';
import type { LlmId } from '../schema/ids.js';
import type { AnswerFacts } from '../protocol/types.js';
import type { FailedCall } from './failover.js';

/** An answer that is held back until the cascade is over. */
export interface HeldAnswer {
  model: string;
  facts: AnswerFacts;
  costUsd: number | null;
  latencyMs: number;
}

/** What came of a step: an answer, or the calls that failed. */
export type Step<T extends HeldAnswer> = { answer: T } | { failed: readonly FailedCall[] };

export interface CascadeInput<T extends HeldAnswer> {
  decision: string;
  /** The LLM to ask first. */
  first: string;
  caller: Caller;
  /** Calls one LLM, and holds its answer. */
  ask(model: string): Promise<Step<T>>;
  /** How good an answer is. */
  judge(answer: T): Promise<Pick<StepReport, 'score' | 'ok'>>;
}

/**
 * Asks LLMs in the order that the cascade plans, until an answer is good enough, or no further call is worth it; then
 * the best answer is kept. Null where nobody answered.
 */
export async function runCascade<T extends HeldAnswer>(
  parts: CascadeReportParts,
  { decision, first, caller, ask, judge }: CascadeInput<T>,
): Promise<{ kept: T | null; others: T[]; failed: FailedCall[] }> {
  const answers = new Map<string, T>();
  const failed: FailedCall[] = [];
  let best: string | null = null;
  for (let model: string | null = first; model !== null;) {
    const step: Step<T> = await ask(model);
    let report: StepReport;
    if ('answer' in step) {
      const { answer } = step;
      answers.set(model, answer);
      report = { ...(await judge(answer)), ...costOf(answer), latency_ms: answer.latencyMs };
    } else {
      failed.push(...step.failed);
      report = { error: (step.failed.at(-1)?.message ?? 'no deployment of it may be called now').slice(0, 1000) };
    }
    const next = await reportStep(parts, decision, { model: model as LlmId, ...report }, caller);
    best = next.answer;
    model = next.model;
  }
  const kept = best === null ? null : (answers.get(best) ?? null);
  return { kept, others: [...answers.values()].filter((answer) => answer !== kept), failed };
}

const costOf = ({ costUsd }: HeldAnswer): Pick<StepReport, 'cost_usd'> =>
  costUsd === null ? {} : { cost_usd: costUsd };
