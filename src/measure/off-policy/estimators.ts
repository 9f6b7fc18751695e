import { weightsOf, type Chances, type DecisionLog, type Measure } from './log.js';
import { intervalAround, type Estimate } from './mean.js';

/** What a policy would have earned by each estimator. */
export interface Estimates {
  /** Decisions with an outcome. */
  decisions: number;
  ips: Estimate;
  snips: Estimate;
  dr: Estimate;
}

/** What each decision adds to an estimate `[n]`: its mean is the estimate. */
interface Parts {
  ips: Float64Array;
  snips: Float64Array;
  dr: Float64Array;
}

/** What a policy is estimated from. */
export interface EstimateInput {
  log: DecisionLog;
  measure: Measure;
  chances: Chances;
  /** Expected outcome of each LLM `[n · numLlms]`, never learned from the decision's own. */
  predicted: Float64Array;
}

const meanOf = (values: Float64Array): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** Indices of the decisions whose outcome is known. */
function toldOf({ outcome }: DecisionLog, measure: Measure): Int32Array {
  return Int32Array.from(outcome[measure].keys()).filter((i) => !Number.isNaN(outcome[measure][i]!));
}

function partsOf({ log, measure, chances, predicted }: EstimateInput, told: Int32Array): Parts {
  const numLlms = log.models.length;
  const outcome = log.outcome[measure];
  const weights = weightsOf(log, chances);
  const ips = Float64Array.from(told, (i) => weights[i]! * outcome[i]!);
  const weight = Float64Array.from(told, (i) => weights[i]!);
  const usual = meanOf(weight);
  const value = usual === 0 ? NaN : meanOf(ips) / usual;
  const snips = ips.map((part, k) => value + (part - weight[k]! * value) / usual);
  const dr = Float64Array.from(told, (i) => {
    let direct = 0;
    for (let at = i * numLlms, l = 0; l < numLlms; l++, at++)
      if (chances[at]! > 0) direct += chances[at]! * predicted[at]!;
    return direct + weights[i]! * (outcome[i]! - predicted[i * numLlms + log.chosen[i]!]!);
  });
  return { ips, snips, dr };
}

function summed(parts: Parts, query: Int32Array): Omit<Estimates, 'decisions'> {
  const estimate = (of: Float64Array): Estimate => {
    const value = meanOf(of);
    return intervalAround(
      value,
      of.map((x) => x - value),
      query,
    );
  };
  return { ips: estimate(parts.ips), snips: estimate(parts.snips), dr: estimate(parts.dr) };
}

/**
 * The value of a policy from what was logged of others, with 95% intervals: inverse propensity scoring (Horvitz &
 * Thompson 1952), self-normalised (Swaminathan & Joachims 2015, "The self-normalized estimator for counterfactual
 * learning"), and doubly robust (Dudík, Langford & Li, arXiv 1103.4601) with predictions that are cross-fitted
 * (Chernozhukov et al., arXiv 1608.00060). Null where no outcome is known.
 */
export function estimatesOf(input: EstimateInput): Estimates | null {
  const told = toldOf(input.log, input.measure);
  if (told.length === 0) return null;
  const query = told.map((i) => input.log.query[i]!);
  return { decisions: told.length, ...summed(partsOf(input, told), query) };
}

/** How much more the policy of `chances` earns than that of `against`, by the same decisions. */
export function differenceOf(input: EstimateInput & { against: Chances }): Estimates | null {
  const told = toldOf(input.log, input.measure);
  if (told.length === 0) return null;
  const query = told.map((i) => input.log.query[i]!);
  const [one, other] = [partsOf(input, told), partsOf({ ...input, chances: input.against }, told)];
  const less = (a: Float64Array, b: Float64Array): Float64Array => a.map((x, k) => x - b[k]!);
  const parts = { ips: less(one.ips, other.ips), snips: less(one.snips, other.snips), dr: less(one.dr, other.dr) };
  return { decisions: told.length, ...summed(parts, query) };
}
