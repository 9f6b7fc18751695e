import { createRng } from '../base/rng.js';
import type { TextComposer } from '../profile/text/composer/types.js';
import type { EvaluationReport } from '../schema/evaluation.js';
import type { Backend } from '../tensor/backend.js';
import { crossValidate, type EvaluationInput } from './folds.js';
import { calibrationSection } from './sections/calibration.js';
import { costSection } from './sections/cost.js';
import { designsSection, type DesignTables } from './sections/designs.js';
import { newLlmSection, type NewLlmRuns } from './sections/new-llm.js';
import { pairedSection } from './sections/paired.js';
import { robustnessSection } from './sections/robustness.js';
import { routersSection } from './sections/routers.js';
import { tasksSection } from './sections/tasks.js';

export interface EvaluationOptions {
  tables: DesignTables;
  newLlm: NewLlmRuns;
  composer: TextComposer;
  /** What gets the report again. */
  command: string;
}

/**
 * Measures the learned profile beside every baseline and every other profile, by cross-validation.
 *
 * @throws PointsmanError `no_data` where there is too little to measure by
 */
export async function evaluate(input: EvaluationInput, options: EvaluationOptions, backend: Backend, now: Date, onProgress: (fraction: number, message: string) => void): Promise<EvaluationReport> {
  const { rows, encoder, design, seed, folds } = input;
  // Shares of the time that the three long parts take.
  const parts = [0.4, options.newLlm === 'none' ? 0 : 0.35, options.tables === 'none' ? 0 : 0.25];
  const part = (index: number) => (fraction: number, message: string) => onProgress((parts.slice(0, index).reduce((a, b) => a + b, 0) + fraction * parts[index]!) / parts.reduce((a, b) => a + b, 0), message);
  const rng = createRng(seed).fork('evaluation');
  const held = await crossValidate(input, backend, part(0));
  const sections = [
    routersSection(held, rng.fork('routers')),
    pairedSection(held, rng.fork('paired')),
    costSection(held, rows),
    calibrationSection(held),
    tasksSection(held),
    await robustnessSection(held, rows, encoder, rng.fork('robustness')),
    await newLlmSection(held, input, options.newLlm, backend, part(1)),
    await designsSection(input, options.composer, options.tables, backend, part(2)),
  ];
  return {
    title: 'Pointsman evaluation',
    created_at: now.toISOString(),
    command: options.command,
    log: { queries: rows.queries.length, llms: rows.llms.length, tasks: rows.tasks.length, scores: rows.scores.query.length, preferences: rows.preferences.query.length },
    design,
    encoder: encoder.id,
    backend: backend.description,
    seed,
    folds,
    sections,
  };
}
