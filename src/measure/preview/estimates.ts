import { breathe } from '../../base/breathe.js';
import type { Bounded, MeasureEstimate } from '../../schema/preview.js';
import { crossFitted } from '../off-policy/cross-fitted.js';
import { differenceOf, estimatesOf, type Estimates } from '../off-policy/estimators.js';
import { proportional } from '../off-policy/proportional.js';
import { MEASURES, type Chances, type Measure } from '../off-policy/log.js';
import type { Estimate } from '../off-policy/mean.js';
import type { Replayed } from './replay.js';

/** Outcomes with which a measure is estimated from them; with fewer, it is what is expected. */
const FEWEST_TOLD = 20;

/** Names of measures in answers. */
const FIELDS = { quality: 'quality', cost: 'cost_usd', latency: 'latency_ms' } as const;
type Side = Record<(typeof FIELDS)[Measure], MeasureEstimate | null>;

/** Estimates of two policies and their difference, and what the scores rest on. */
export interface Compared {
  policy: Side;
  against: Side;
  difference: Side;
  /** Expected score of each LLM `[n · numLlms]`: predicted from what came of other queries, or as scored now. */
  quality: Float64Array;
  /** Standard deviation of what scores are beyond that. */
  deviation: number;
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
const bounded = ({ value, low, high }: Estimate): Bounded => ({ value, low: finite(low), high: finite(high) });

function told({ decisions, ips, snips, dr }: Estimates): MeasureEstimate {
  return {
    decisions,
    doubly_robust: bounded(dr),
    self_normalised: Number.isFinite(snips.value) ? bounded(snips) : null,
    inverse_propensity: bounded(ips),
  };
}

/** The mean of what is expected, of the decisions where that is known of all that is chosen; null where of none. */
function expectedOf(expected: Float64Array, chances: Chances, numLlms: number): MeasureEstimate | null {
  let [sum, count] = [0, 0];
  for (let from = 0; from < chances.length; from += numLlms) {
    let value = 0;
    for (let at = from; at < from + numLlms; at++) if (chances[at]! > 0) value += chances[at]! * expected[at]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  if (count === 0) return null;
  const value = { value: sum / count, low: null, high: null };
  return { decisions: 0, doubly_robust: value, self_normalised: null, inverse_propensity: null };
}

function less(one: MeasureEstimate | null, other: MeasureEstimate | null): MeasureEstimate | null {
  if (one === null || other === null) return null;
  const value = one.doubly_robust.value - other.doubly_robust.value;
  return { ...one, doubly_robust: { value, low: null, high: null } };
}

/** The least that scores are taken to vary by beyond what is predicted: those of a log may all be alike by chance. */
const LEAST_DEVIATION = 0.2;

/** Standard deviation of scores beyond what was predicted; that of a coin where there are few. */
function deviationOf({ log }: Replayed, predicted: Float64Array): number {
  const squares = [...log.outcome.quality.entries()]
    .filter(([, score]) => !Number.isNaN(score))
    .map(([i, score]) => (score - predicted[i * log.models.length + log.chosen[i]!]!) ** 2);
  return squares.length < FEWEST_TOLD
    ? 0.5
    : Math.max(LEAST_DEVIATION, Math.sqrt(squares.reduce((a, b) => a + b, 0) / squares.length));
}

/** What two policies would have earned, by each measure. */
export async function compare(replayed: Replayed): Promise<Compared> {
  const { log, chances, expected, now, features, axes } = replayed;
  const numLlms = log.models.length;
  const none = (): Side => ({ quality: null, cost_usd: null, latency_ms: null });
  const out: Compared = { policy: none(), against: none(), difference: none(), quality: now.quality, deviation: 0.5 };
  for (const measure of MEASURES) {
    const field = FIELDS[measure];
    const known = log.outcome[measure].reduce((count, value) => count + Number(!Number.isNaN(value)), 0);
    await breathe();
    if (known < FEWEST_TOLD) {
      out.policy[field] = expectedOf(now[measure], chances.policy, numLlms);
      out.against[field] = expectedOf(now[measure], chances.against, numLlms);
      out.difference[field] = less(out.policy[field], out.against[field]);
      continue;
    }
    const from = { log, measure, expected: expected[measure] };
    const predicted = measure === 'quality' ? await crossFitted({ ...from, features, axes }) : proportional(from);
    if (measure === 'quality') Object.assign(out, { quality: predicted, deviation: deviationOf(replayed, predicted) });
    const input = { log, measure, predicted };
    out.policy[field] = told(estimatesOf({ ...input, chances: chances.policy })!);
    await breathe();
    out.against[field] = told(estimatesOf({ ...input, chances: chances.against })!);
    await breathe();
    out.difference[field] = told(differenceOf({ ...input, chances: chances.policy, against: chances.against })!);
  }
  return out;
}
