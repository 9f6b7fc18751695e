import { armsVerdict } from '../machines/arms.js';
import {
  MEASURES,
  verdictOf,
  type ArmSums,
  type CanaryVerdict,
  type Measure,
  type TaskSums,
} from '../machines/canary.js';
import { armsOf } from '../machines/experiment-arms.js';
import { differenceIn, inWords } from '../machines/measures.js';
import { NO_SUMS, type Difference, type Sums } from '../machines/sequential.js';
import { CANARY_ARMS, type AbTest, type Canary, type ExperimentBody } from '../schema/experiment.js';
import type { ArmComparison } from '../schema/experiment-status.js';
import type { ArmResult } from '../store/ports/experiments.js';

/** Chance that an interval that is shown ever leaves out the true difference. */
const ALPHA = 0.05;

export const NOTHING: ArmSums = { quality: NO_SUMS, errors: NO_SUMS, latency: NO_SUMS, cost: NO_SUMS };

export const sumsOf = (results: readonly ArmResult[], name: string): ArmSums =>
  results.find(({ arm }) => arm === name)?.sums ?? NOTHING;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

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

const tasksOf = (results: readonly ArmResult[], name: string): ReadonlyMap<string, Sums> =>
  new Map(results.find(({ arm }) => arm === name)?.tasks);

/** Share of decisions on which the arms would choose otherwise: only these count in sums. */
function apartOf(results: readonly ArmResult[]): number {
  const [decisions, apart] = [sum(results.map((one) => one.decisions)), sum(results.map((one) => one.apart))];
  return apart === 0 ? 1 : apart / decisions;
}

/** What the tests of a canary say: in all its measures, and in quality on each task. */
export function canaryVerdict({ margins }: Canary, results: readonly ArmResult[]): CanaryVerdict {
  const { candidate, control } = CANARY_ARMS;
  const controls = tasksOf(results, control);
  const tasks = Array.from(tasksOf(results, candidate), ([task, sums]): TaskSums => {
    return { task, candidate: sums, control: controls.get(task) ?? NO_SUMS };
  });
  return verdictOf(sumsOf(results, candidate), sumsOf(results, control), margins, {
    tasks,
    differing: apartOf(results),
  });
}

function ofCanary(body: Canary, results: readonly ArmResult[]): ArmComparison {
  const [candidate, control] = [sumsOf(results, CANARY_ARMS.candidate), sumsOf(results, CANARY_ARMS.control)];
  const { verdict, why } = canaryVerdict(body, results);
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
