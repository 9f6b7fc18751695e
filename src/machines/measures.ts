import type { Margins } from '../schema/experiment.js';
import { differenceOf, type Difference, type Sums, type Values } from './sequential.js';

/** What is compared of two arms; latencies as natural logarithms of milliseconds. */
export const MEASURES = ['quality', 'errors', 'latency', 'cost'] as const;
export type Measure = (typeof MEASURES)[number];
export type ArmSums = Readonly<Record<Measure, Sums>>;

/** What values of a measure are, and where worse is: 1 where more is worse. */
const MEANING: Readonly<Record<Measure, { values: Values; worse: 1 | -1 }>> = {
  quality: { values: 'fractions', worse: -1 },
  errors: { values: 'fractions', worse: 1 },
  latency: { values: 'reals', worse: 1 },
  cost: { values: 'amounts', worse: 1 },
};

/**
 * Candidate less control of a measure, in its unit: quality and errors as fractions; latency and cost as the logarithm
 * of how many times as much the candidate takes.
 */
export function differenceIn(measure: Measure, candidate: ArmSums, control: ArmSums, alpha: number): Difference {
  return differenceOf(candidate[measure], control[measure], { alpha, values: MEANING[measure].values });
}

/** By how much the candidate is worse, in the measure's unit; less than 0 where it is better. */
export interface Harm {
  mean: number;
  low: number;
  high: number;
}

/** A difference as harm. */
export function harmOf(measure: Measure, { mean, low, high }: Difference): Harm {
  return MEANING[measure].worse === 1 ? { mean, low, high } : { mean: -mean, low: -high, high: -low };
}

/**
 * A margin in the unit of its measure's differences.
 *
 * @param differing share of all answers that the differences are of, where arms are alike in all others
 */
export function marginOf(measure: Measure, margins: Margins, differing: number = 1): number {
  if (measure === 'latency') return Math.log(margins.latency) / differing;
  if (measure === 'cost') return Math.log1p((margins.cost - 1) / differing);
  return Math.min(1, margins[measure] / differing);
}

const points = (value: number): string => `${(100 * value).toFixed(1)} points`;
const times = (value: number): string => `${Math.exp(value).toFixed(2)} times`;

/** A difference in words: "quality −2.1 points (−4.0 points to −0.2 points; 510 and 9800 answers)". */
export function inWords(measure: Measure, { mean, low, high, n }: Difference): string {
  const write = measure === 'latency' || measure === 'cost' ? times : points;
  const interval = Number.isFinite(low) && Number.isFinite(high) ? `${write(low)} to ${write(high)}; ` : '';
  return `${measure} ${write(mean)} (${interval}${n.candidate} and ${n.control} answers)`;
}
