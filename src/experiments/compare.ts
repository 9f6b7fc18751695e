import { armsVerdict } from '../machines/arms.js';
import { MEASURES, verdictOf, type ArmSums, type Measure } from '../machines/canary.js';
import { armsOf } from '../machines/experiment-arms.js';
import { differenceIn, inWords } from '../machines/measures.js';
import { NO_SUMS, type Difference } from '../machines/sequential.js';
import { CANARY_ARMS, type AbTest, type Canary, type ExperimentBody } from '../schema/experiment.js';
import type { ArmComparison } from '../schema/experiment-status.js';
import type { ArmResult } from '../store/ports/experiments.js';

/** Chance that an interval that is shown ever leaves out the true difference. */
const ALPHA = 0.05;

export const NOTHING: ArmSums = { quality: NO_SUMS, errors: NO_SUMS, latency: NO_SUMS, cost: NO_SUMS };

export const sumsOf = (results: readonly ArmResult[], name: string): ArmSums =>
  results.find(({ arm }) => arm === name)?.sums ?? NOTHING;

const isTimes = (measure: Measure): boolean => measure === 'latency' || measure === 'cost';

function shown(measure: Measure, difference: Difference): ArmComparison['quality'] {
  const inUnit = (value: number): number => (isTimes(measure) ? Math.exp(value) : value);
  const bound = (value: number): number | null => (Number.isFinite(value) ? inUnit(value) : null);
  const { mean, low, high } = difference;
  return { mean: inUnit(mean), low: bound(low), high: bound(high), words: inWords(measure, difference) };
}

type Shown = Pick<ArmComparison, Measure>;

const shownAll = (differences: Readonly<Record<Measure, Difference>>): Shown =>
  Object.fromEntries(MEASURES.map((measure) => [measure, shown(measure, differences[measure])])) as Shown;

function ofCanary({ margins }: Canary, results: readonly ArmResult[]): ArmComparison {
  const [candidate, control] = [sumsOf(results, CANARY_ARMS.candidate), sumsOf(results, CANARY_ARMS.control)];
  const { verdict, why } = verdictOf(candidate, control, margins);
  const differences = Object.fromEntries(
    MEASURES.map((measure) => [measure, differenceIn(measure, candidate, control, ALPHA)]),
  ) as Record<Measure, Difference>;
  return { arm: CANARY_ARMS.candidate, against: CANARY_ARMS.control, verdict, why, ...shownAll(differences) };
}

function ofAbTest(body: AbTest, results: readonly ArmResult[]): ArmComparison[] {
  const [first, ...others] = armsOf(body, 0);
  const { arms } = armsVerdict([first!, ...others].map(({ name }) => sumsOf(results, name)));
  return others.map(({ name }, i): ArmComparison => {
    const { verdict, differences } = arms[i]!;
    const words = inWords('quality', differences.quality);
    const why = verdict === 'open' ? `too few answers to tell: ${words}` : `${verdict}: ${words}`;
    return { arm: name, against: first!.name, verdict, why, ...shownAll(differences) };
  });
}

/** The arms of an experiment beside what they are compared with. */
export function comparisonsOf(body: ExperimentBody, results: readonly ArmResult[]): ArmComparison[] {
  if (body.kind === 'canary') return [ofCanary(body, results)];
  return body.kind === 'ab' ? ofAbTest(body, results) : [];
}
