import type { Canary, Margins } from '../schema/experiment.js';
import type { Sums } from './sequential.js';

/** What is compared of two arms; latencies as natural logarithms of milliseconds. */
export const MEASURES = ['quality', 'errors', 'latency', 'cost'] as const;
export type Measure = (typeof MEASURES)[number];
export type ArmSums = Readonly<Record<Measure, Sums>>;

/** What a test that may be looked at any time says of a candidate beside its control. */
export interface CanaryVerdict {
  /** `worse`: by more than nothing, in this measure; `not_worse`: by less than the margins, in all that are known. */
  verdict: 'worse' | 'not_worse' | 'open';
  /** Null where no measure decided. */
  measure: Measure | null;
  why: string;
}

/** What becomes of a canary. */
export type CanaryMove = { move: 'stay' | 'step' | 'promote' | 'roll_back'; why: string };

export interface CanaryProgress {
  /** Which step it is in, from 0. */
  step: number;
  /** Answers of the candidate in this step. */
  answers: number;
}

/** Contract: see `verdictOf` and `moveOf`. */
export type VerdictOf = (candidate: ArmSums, control: ArmSums, margins: Margins) => CanaryVerdict;
export type MoveOf = (
  canary: Pick<Canary, 'steps' | 'promote'>,
  at: CanaryProgress,
  verdict: CanaryVerdict,
) => CanaryMove;
