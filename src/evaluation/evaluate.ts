import { createRng } from '../base/rng.js';
import type { TextComposer } from '../profile/text/composer/types.js';
import type { EvaluationReport } from '../schema/evaluation.js';
import type { Backend } from '../tensor/backend.js';
import { breathe } from '../base/breathe.js';
import { designLists, type DesignTables } from './design-lists.js';
import {
  crossValidate,
  Interrupted,
  validateSimple,
  type CrossValidated,
  type EvaluationInput,
  type Progress,
  type SimpleFold,
} from './folds.js';
import { probeTraining } from './probe.js';
import { calibrationSection } from './sections/calibration.js';
import { cascadeSection, type CascadeRuns } from './sections/cascade.js';
import { costSection } from './sections/cost.js';
import { designsSection } from './sections/designs.js';
import { newLlmSection, type NewLlmRuns } from './sections/new-llm.js';
import { pairedSection } from './sections/paired.js';
import type { Measured } from './sections/parts.js';
import { robustnessSection } from './sections/robustness.js';
import { routersSection, simpleSection } from './sections/routers.js';
import { tasksSection } from './sections/tasks.js';

export interface EvaluationOptions {
  tables: DesignTables;
  newLlm: NewLlmRuns;
  cascades: CascadeRuns;
  composer: TextComposer;
  /** What gets the report again. */
  command: string;
}

/** What an evaluation runs on. */
export interface EvaluationRun {
  backend: Backend;
  /** When the report is made. */
  now: Date;
  onProgress: Progress;
  /** Told what is measured of simple routers, before anything is trained. */
  onSimple?: (section: Measured) => void;
  /** Told about how many seconds all of it will take yet, before anything is trained. */
  onEstimate?: (seconds: number) => void;
}

/** Routers that take little time, in trainings of a fold; and all of a fold. */
const SIMPLE = 0.2;
const FOLD = 1.3;

/** About what the parts of an evaluation take, in trainings of a fold. */
function partsOf({ rows, folds }: EvaluationInput, { tables, newLlm, cascades }: EvaluationOptions): number[] {
  const asked = new Set(
    [rows.scores.llm, rows.preferences.better, rows.preferences.worse].flatMap((llms) => Array.from(llms)),
  ).size;
  return [
    SIMPLE * folds,
    FOLD * folds,
    0.5,
    { none: 0, fold: 1, all: folds }[cascades],
    newLlm === 'none' ? 0 : asked * (newLlm === 'all' ? folds : 1),
    { none: 0, short: 2, paper: 14, all: 150 }[tables],
  ];
}

/** Adds sections, each with what it took. */
function createSections(): { all: EvaluationReport['sections']; add(section: Measured): Promise<void> } {
  const all: EvaluationReport['sections'] = [];
  let since = performance.now();
  return {
    all,
    async add(section) {
      all.push({ ...section, seconds: Math.round(performance.now() - since) / 1000 });
      await breathe();
      since = performance.now();
    },
  };
}

/** What is measured, and of how many folds. */
type Measurement = Pick<EvaluationReport, 'sections' | 'folds'> & { interrupted: boolean };

async function measure(
  input: EvaluationInput,
  options: EvaluationOptions,
  { backend, onProgress, onSimple, onEstimate }: EvaluationRun,
): Promise<Measurement> {
  const { rows, encoder, seed, folds } = input;
  const parts = partsOf(input, options);
  const whole = parts.reduce((a, b) => a + b, 0);
  const part = (index: number): Progress => {
    const before = parts.slice(0, index).reduce((a, b) => a + b, 0);
    return (fraction, message) => onProgress((before + fraction * parts[index]!) / whole, message);
  };
  const rng = createRng(seed).fork('evaluation');
  const { all: sections, add } = createSections();
  const simple = await validateSimple(input, backend, part(0));
  const simply = await simpleSection(simple, rng.fork('simple'));
  onSimple?.(simply);
  const early = async (): Promise<Measurement> => {
    await add(simply);
    return { sections, folds: simple.folds.length, interrupted: true };
  };
  if (simple.interrupted) return early();
  let held: CrossValidated;
  try {
    const [{ train }] = simple.folds as [SimpleFold];
    const from = { input, data: simple.data, train };
    const training = await probeTraining(from, { tf: backend.tf, rng: rng.fork('probe') }, part(1));
    onEstimate?.(training * (whole - parts[0]!));
    held = await crossValidate(input, backend, part(1), simple);
  } catch (error) {
    if (error instanceof Interrupted) return early();
    throw error;
  }
  await add(await routersSection(held, rows, rng.fork('routers')));
  await add(await pairedSection(held, rng.fork('paired')));
  await add(await costSection(held, rows));
  await add(calibrationSection(held));
  await add(tasksSection(held));
  let { interrupted } = held;
  try {
    part(2)(0, 'edited queries');
    await add(await robustnessSection(held, rows, encoder, rng.fork('robustness')));
    await add(
      await cascadeSection(held, rows, { which: options.cascades, rng: rng.fork('cascade'), onProgress: part(3) }),
    );
    await add(await newLlmSection(held, input, { which: options.newLlm, backend, onProgress: part(4) }));
    const lists = designLists(options.tables, rows);
    await add(await designsSection(held, input, { composer: options.composer, lists, backend, onProgress: part(5) }));
    onProgress(1, 'measured');
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    interrupted = true;
  }
  return { sections, folds: held.interrupted ? held.folds.length : folds, interrupted };
}

/**
 * Measures the learned profile beside every baseline and every other profile, by cross-validation: simple routers
 * first, then what follows from trained folds, then what takes trainings of its own. Interrupted, it reports what it
 * has measured.
 *
 * @throws PointsmanError `no_data` where there is too little to measure by
 */
export async function evaluate(
  input: EvaluationInput,
  options: EvaluationOptions,
  run: EvaluationRun,
): Promise<EvaluationReport> {
  const { rows, encoder, design, seed } = input;
  const { sections, folds, interrupted } = await measure(input, options, run);
  return {
    title: 'Pointsman evaluation',
    created_at: run.now.toISOString(),
    command: options.command,
    log: {
      queries: rows.queries.length,
      llms: rows.llms.length,
      tasks: rows.tasks.length,
      scores: rows.scores.query.length,
      preferences: rows.preferences.query.length,
    },
    design,
    encoder: encoder.id,
    backend: run.backend.description,
    seed,
    folds,
    ...(interrupted && { interrupted }),
    sections,
  };
}
