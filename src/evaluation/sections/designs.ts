import { createRng } from '../../base/rng.js';
import { buildProfiles } from '../../profile/build.js';
import { designName, DESIGNS, type ProfileDesign } from '../../profile/design.js';
import type { TextComposer } from '../../profile/text/composer/types.js';
import type { ProfileVectors } from '../../profile/vectors.js';
import { PROFILE_ROUTERS } from '../../router/profile-routers.js';
import type { ReportTable } from '../../schema/evaluation.js';
import type { Backend } from '../../tensor/backend.js';
import { fitLearned } from '../../learned/fit.js';
import { trainedProfiles } from '../../learned/vectors.js';
import type { DesignList } from '../design-lists.js';
import { datasetOf, type CrossValidated, type EvaluationInput, type Fold, type Progress } from '../folds.js';
import { meanOf, outcomesOf, utilities } from '../../measure/outcomes.js';
import { LEARNED, ORACLE, predict } from '../../measure/predictions.js';
import { empty, figure, leftOut, type Measured } from './parts.js';

export interface DesignsOptions {
  composer: TextComposer;
  lists: readonly DesignList[];
  backend: Backend;
  onProgress: Progress;
}

/** Profiles in a design, of what the fold may learn from. */
async function profilesOf(
  design: ProfileDesign,
  { data, train, learned }: Fold,
  input: EvaluationInput,
  { composer, backend: { tf } }: Pick<DesignsOptions, 'composer' | 'backend'>,
): Promise<ProfileVectors> {
  const { rows, encoder, seed, options } = input;
  const rng = createRng(seed).fork(designName(design));
  if (design.learning !== 'trainable') return buildProfiles({ data, rows, train, design, encoder, rng, composer });
  // The evaluated design itself has been trained on this fold.
  if (designName(design) === designName(data.design)) return trainedProfiles(learned.model);
  const own = await datasetOf(input, design);
  return trainedProfiles((await fitLearned({ rows, data: own, encoder, options }, train, { tf, rng })).model);
}

/** What was measured on the same fold without profiles, or with the trained profile's own decoder. */
function beside(held: CrossValidated, fold: Fold): ReportTable {
  const shown = ['best-single', LEARNED.name, ORACLE.name].map((name) =>
    held.predictions.find((p) => p.name === name)!,
  );
  return {
    caption: `Beside these, on fold ${fold.fold}`,
    header: ['router', 'score'],
    rows: shown.map(({ title, scores }) => [
      title,
      figure(meanOf(utilities(outcomesOf(held, scores)).filter((_, i) => held.foldOf[i] === fold.fold))),
    ]),
  };
}

/** Profile design × router, on one fold; of no design where `lists` is empty. */
export async function designsSection(
  held: CrossValidated,
  input: EvaluationInput,
  options: DesignsOptions,
): Promise<Measured> {
  const { composer, lists, backend, onProgress } = options;
  const section = empty('designs', 'Profile design and router');
  if (lists.length === 0) return leftOut(section, '--tables none was asked for.');
  const fold = held.folds[0]!;
  const total = lists.reduce((sum, list) => sum + list.designs.length, 0);
  let done = 0;
  for (const { caption, designs } of lists) {
    const table: ReportTable = { caption, header: ['profile', ...PROFILE_ROUTERS.map((r) => r.title)], rows: [] };
    for (const design of designs) {
      onProgress(done++ / total, `design ${designName(design)}`);
      const profiles = await profilesOf(design, fold, input, options);
      const row: ReportTable['rows'][number] = [designName(design)];
      for (const router of PROFILE_ROUTERS) {
        const fitted = await router.fit(fold.data, fold.train, profiles, {
          tf: backend.tf,
          rng: createRng(input.seed).fork(router.name),
        });
        row.push(figure(meanOf(utilities(outcomesOf(fold, await predict(fold, fitted))))));
      }
      table.rows.push(row);
    }
    if (table.rows.length > 0) section.tables.push(table);
  }
  section.tables.push(beside(held, fold));
  section.notes.push(
    `Every profile with every router that reads profiles, on fold ${fold.fold} (${fold.queries.length} ` +
      'queries): mean score of the chosen LLM, or share of comparisons ranked right. The kinds of node that take ' +
      'part are the design’s own unless a colon and a list of them follow its name. Structured texts were ' +
      `composed by ${composer.id}.`,
    `The learned profile (${designName(DESIGNS[input.design])}) is served with a decoder of its own, trained ` +
      'with it; it stands below for comparison.',
  );
  return section;
}
