import { createRng } from '../base/rng.js';
import type { TextComposer } from '../profile/text/composer/types.js';
import type { EvaluationReport } from '../schema/evaluation.js';
import type { Backend } from '../tensor/backend.js';
import { breathe } from '../base/breathe.js';
import { designLists, type DesignTables } from './design-lists.js';
import { crossValidate, Interrupted, type EvaluationInput, type Progress } from './folds.js';
import { calibrationSection } from './sections/calibration.js';
import { cascadeSection, type CascadeRuns } from './sections/cascade.js';
import { costSection } from './sections/cost.js';
import { designsSection } from './sections/designs.js';
import { newLlmSection, type NewLlmRuns } from './sections/new-llm.js';
import { pairedSection } from './sections/paired.js';
import type { Measured } from './sections/parts.js';
import { robustnessSection } from './sections/robustness.js';
import { routersSection } from './sections/routers.js';
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
}

/**
 * Measures the learned profile beside every baseline and every other profile, by cross-validation: first what follows
 * from the folds, then what takes trainings of its own. Interrupted, it reports what it has measured.
 *
 * @throws PointsmanError `no_data` where there is too little to measure by
 */
export async function evaluate(
  input: EvaluationInput,
  options: EvaluationOptions,
  { backend, now, onProgress }: EvaluationRun,
): Promise<EvaluationReport> {
  const { rows, encoder, design, seed, folds } = input;
  // About what the five parts take, in trainings of a fold.
  const asked = new Set(
    [rows.scores.llm, rows.preferences.better, rows.preferences.worse].flatMap((llms) => Array.from(llms)),
  ).size;
  const parts = [
    1.5 * folds,
    0.5,
    { none: 0, fold: 1, all: folds }[options.cascades],
    options.newLlm === 'none' ? 0 : asked * (options.newLlm === 'all' ? folds : 1),
    { none: 0, short: 2, paper: 14, all: 150 }[options.tables],
  ];
  const whole = parts.reduce((a, b) => a + b, 0);
  const part = (index: number): Progress => {
    const before = parts.slice(0, index).reduce((a, b) => a + b, 0);
    return (fraction, message) => onProgress((before + fraction * parts[index]!) / whole, message);
  };
  const rng = createRng(seed).fork('evaluation');
  const sections: EvaluationReport['sections'] = [];
  let since = performance.now();
  const add = async (section: Measured): Promise<void> => {
    sections.push({ ...section, seconds: Math.round(performance.now() - since) / 1000 });
    await breathe();
    since = performance.now();
  };

  const held = await crossValidate(input, backend, part(0));
  await add(await routersSection(held, rows, rng.fork('routers')));
  await add(await pairedSection(held, rng.fork('paired')));
  await add(await costSection(held, rows));
  await add(calibrationSection(held));
  await add(tasksSection(held));
  let { interrupted } = held;
  try {
    part(1)(0, 'edited queries');
    await add(await robustnessSection(held, rows, encoder, rng.fork('robustness')));
    await add(
      await cascadeSection(held, rows, { which: options.cascades, rng: rng.fork('cascade'), onProgress: part(2) }),
    );
    await add(await newLlmSection(held, input, { which: options.newLlm, backend, onProgress: part(3) }));
    const lists = designLists(options.tables, rows);
    await add(await designsSection(held, input, { composer: options.composer, lists, backend, onProgress: part(4) }));
    onProgress(1, 'measured');
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    interrupted = true;
  }
  return {
    title: 'Pointsman evaluation',
    created_at: now.toISOString(),
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
    backend: backend.description,
    seed,
    folds: held.interrupted ? held.folds.length : folds,
    ...(interrupted && { interrupted }),
    sections,
  };
}
