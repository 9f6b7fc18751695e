import { createRng } from '../../base/rng.js';
import { buildProfiles } from '../../profile/build.js';
import { designName, DESIGNS, PROFILE_DESIGNS, withKinds, type ProfileDesign } from '../../profile/design.js';
import type { Dataset } from '../../profile/structured/dataset.js';
import type { TextComposer } from '../../profile/text/composer/types.js';
import type { ProfileVectors } from '../../profile/vectors.js';
import { PROFILE_ROUTERS } from '../../router/profile-routers.js';
import type { ReportSection } from '../../schema/evaluation.js';
import type { DesignName } from '../../schema/training.js';
import type { Backend } from '../../tensor/backend.js';
import { fitLearned } from '../../training/learned.js';
import { trainedProfiles } from '../../training/profiles.js';
import { datasetOf, splitFold, type EvaluationInput } from '../folds.js';
import { meanOf, outcomesOf, utilities } from '../outcomes.js';
import { predict } from '../predictions.js';

export const DESIGN_TABLES = ['none', 'paper', 'all'] as const;
export type DesignTables = (typeof DESIGN_TABLES)[number];

/** The fold that designs are compared on. */
const FOLD = 0;

/** Which kinds of node take part, as in the paper's table 2: LLM and family always. */
const KINDS: readonly ProfileDesign['kinds'][] = [['family', 'task', 'query', 'domain'], ['family', 'task', 'query'], ['family', 'task', 'domain'], ['family', 'query'], ['family', 'task']];

function paperKinds(data: Dataset): ProfileDesign[] {
  const kinds = data.taskDomain.cols > 0 ? KINDS : KINDS.filter((k) => !k.includes('domain'));
  return ['structured-embedding-2hop', 'structured-text-2hop', 'flat-text'].flatMap((name) => kinds.map((k) => withKinds(PROFILE_DESIGNS[name]!, k)));
}

/** Profile design × router, as in tables 1 and 2 of RouteProfile (arXiv 2605.00180), on one fold. */
export async function designsSection(input: EvaluationInput, composer: TextComposer, which: DesignTables, { tf }: Backend, onProgress: (fraction: number, message: string) => void): Promise<ReportSection> {
  const section: ReportSection = { id: 'designs', title: 'Profile design and router', notes: [], tables: [], plots: [] };
  if (which === 'none') return { ...section, notes: ['Left out, as --tables none asks.'] };
  const { rows, encoder, seed } = input;
  const data = await datasetOf(input);
  const { train, test } = splitFold(data, rows, input.folds, FOLD);
  if (train.length === 0 || test.length === 0) return { ...section, notes: [`Left out: fold ${FOLD} of ${input.folds}, or what is left of the log without it, is empty.`] };

  async function profilesOf(design: ProfileDesign): Promise<ProfileVectors> {
    const rng = createRng(seed).fork(designName(design));
    if (design.learning !== 'trainable') return buildProfiles({ data, rows, train, design, encoder, rng, composer });
    const name = `structured-trainable-${design.hops}hop` as DesignName;
    const own = await datasetOf({ ...input, design: name });
    return trainedProfiles((await fitLearned({ rows, data: own, encoder }, train, { tf, rng })).model);
  }
  async function measure(design: ProfileDesign): Promise<(string | number | null)[]> {
    const profiles = await profilesOf(design);
    const row: (string | number | null)[] = [designName(design)];
    for (const router of PROFILE_ROUTERS) {
      const fitted = await router.fit(data, train, profiles, { tf, rng: createRng(seed).fork(router.name) });
      const heldOut = { data, queries: test };
      const mean = meanOf(utilities(outcomesOf(heldOut, await predict(heldOut, fitted))));
      row.push(Number.isFinite(mean) ? mean : null);
    }
    return row;
  }
  const designs = { 'As table 1: form, representation, depth, learning': Object.values(PROFILE_DESIGNS), 'As table 2: kinds of node': paperKinds(data), ...(which === 'all' ? { 'Normalization': ['random-walk', 'none'].flatMap((n) => [1, 2, 3, 4].map((h) => ({ ...PROFILE_DESIGNS[`structured-embedding-${h}hop`]!, normalization: n as 'random-walk' | 'none' }))) } : {}) };
  const total = Object.values(designs).flat().length;
  let done = 0;
  for (const [caption, list] of Object.entries(designs)) {
    const table: ReportSection['tables'][number] = { caption, header: ['profile', ...PROFILE_ROUTERS.map((r) => r.title)], rows: [] };
    for (const design of list) {
      onProgress(done++ / total, `design ${designName(design)}`);
      table.rows.push(await measure(design));
    }
    section.tables.push(table);
  }
  return {
    ...section,
    notes: [`Mean score of the chosen LLM (or share of comparisons ranked right) on fold ${FOLD}: every profile with every router that reads profiles. The decoder that is served with the trained profile is the learned profile of the first table. Default design: ${designName(DESIGNS[input.design])}. Structured texts were composed by ${composer.id}.`],
  };
}
