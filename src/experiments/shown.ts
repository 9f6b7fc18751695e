import { armsOf, shareIn } from '../machines/experiment-arms.js';
import { NO_SUMS, type Sums } from '../machines/sequential.js';
import { triedPolicy } from '../policy/tried.js';
import { CANARY_ARMS } from '../schema/experiment.js';
import type {
  ArmStatus,
  ExperimentEstimate,
  ExperimentStatus,
  ExperimentSummary,
} from '../schema/experiment-status.js';
import type { ShadowResults } from '../schema/shadow.js';
import type { ArmResult, ExperimentStep, KeptExperiment } from '../store/ports/experiments.js';
import { comparisonsOf } from './compare.js';

/** Two sides of a normal distribution that leave out 5%. */
const Z = 1.96;

const iso = (at: number): string => new Date(at).toISOString();

/** A mean with its interval; `as` gives it in the unit in which it is shown. */
function estimate({ n, mean, m2 }: Sums, as: (value: number) => number = (value) => value): ExperimentEstimate {
  if (n === 0) return { n, mean: null, low: null, high: null };
  if (n === 1) return { n, mean: as(mean), low: null, high: null };
  const half = Z * Math.sqrt(m2 / (n - 1) / n);
  return { n, mean: as(mean), low: as(mean - half), high: as(mean + half) };
}

function armStatus(arm: string, share: number | null, result: ArmResult | undefined): ArmStatus {
  const { decisions = 0, apart = 0, answers = 0, sums, models = [] } = result ?? {};
  return {
    arm,
    share,
    decisions,
    apart,
    answers,
    quality: estimate(sums?.quality ?? NO_SUMS),
    errors: estimate(sums?.errors ?? NO_SUMS),
    latency_ms: estimate(sums?.latency ?? NO_SUMS, Math.exp),
    cost_usd: estimate(sums?.cost ?? NO_SUMS),
    models: models.map(([model, chosen]) => ({ model, decisions: chosen, share: chosen / decisions })),
  };
}

/** The share that a candidate has now. */
function shareNow({ body, state, step }: KeptExperiment): number | null {
  if (body.kind === 'ab' || state !== 'running') return null;
  return body.kind === 'shadow' ? body.share : shareIn(body, step);
}

/** Steps are counted from 1 where people see them. */
const stepShown = ({ body }: Pick<KeptExperiment, 'body'>, step: number): number | null =>
  body.kind === 'canary' ? step + 1 : null;

export function summaryOf(kept: KeptExperiment, idle: string | null): ExperimentSummary {
  const { name, body, state, step, why, startedAt, stepAt, endedAt } = kept;
  return {
    name,
    kind: body.kind,
    of: triedPolicy(body),
    state,
    step: stepShown(kept, step),
    share: shareNow(kept),
    why,
    idle,
    started_at: iso(startedAt),
    step_at: iso(stepAt),
    ended_at: endedAt === null ? null : iso(endedAt),
  };
}

function armsShown({ body, state, step }: KeptExperiment, results: readonly ArmResult[]): ArmStatus[] {
  if (body.kind === 'shadow') return [];
  const arms = armsOf(body, step);
  const total = arms.reduce((sum, { share }) => sum + share, 0);
  return arms.map(({ name, share }) =>
    armStatus(
      name,
      state === 'running' ? share / total : null,
      results.find(({ arm }) => arm === name),
    ),
  );
}

/** An experiment with all that is known of it. */
export function statusOf(
  kept: KeptExperiment,
  found: {
    results: readonly ArmResult[];
    history: readonly ExperimentStep[];
    idle: string | null;
    shadow: ShadowResults | null;
  },
): ExperimentStatus {
  const { body } = kept;
  const candidate = found.results.find(({ arm }) => arm === CANARY_ARMS.candidate);
  return {
    ...summaryOf(kept, found.idle),
    body,
    step_answers: body.kind === 'canary' ? (candidate?.stepAnswers ?? 0) : null,
    arms: armsShown(kept, found.results),
    comparisons: comparisonsOf(body, found.results),
    shadow: found.shadow,
    history: found.history.map(({ at, state, step, why }) => ({
      at: iso(at),
      state,
      step: stepShown(kept, step),
      why,
    })),
  };
}
