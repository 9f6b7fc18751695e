import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { stringify } from 'yaml';
import { systemClock } from '../../base/clock.js';
import { PointsmanError } from '../../base/errors.js';
import { sha256 } from '../../base/hash.js';
import { profilesIn, readProfileFiles, type ProfileFiles } from '../../catalog/folder.js';
import { planOf, type Plan } from '../../catalog/plan.js';
import { withLearnedValues } from '../../catalog/learned-values.js';
import { retiredIn, warningsOn } from '../../catalog/suggest.js';
import { toRouteProfile } from '../../catalog/routeprofile.js';
import { DEFAULT_METRICS, meaningOf, qualityOf } from '../../schema/metric.js';
import type { LlmProfile } from '../../schema/profile.js';
import { catalogueOf } from '../catalogue.js';
import { options } from '../options.js';
import { answer, complain, print } from '../output.js';
import { paint } from '../paint.js';
import { onTarget, type Target } from '../target.js';
import { unknownModel } from '../unknown-model.js';

const FORMATS = ['pointsman', 'routeprofile'] as const;
type Format = (typeof FORMATS)[number];

/** A value in a plan: short, and on one line. */
function shown(value: unknown): string {
  if (value === undefined) return '–';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/** A plan in lines: what is added, changed (field by field), and taken out or kept. */
function printPlan({ added, changed, unchanged, missing }: Plan, prune: boolean): void {
  for (const { id } of added) print(paint('green', `+ ${id}`));
  for (const { profile, fields } of changed) {
    print(paint('yellow', `~ ${profile.id}`));
    for (const { field, before, after } of fields) print(`    ${field}: ${shown(before)} → ${shown(after)}`);
  }
  if (prune) for (const id of missing) print(paint('red', `- ${id}`));
  const kept = missing.length === 0 || prune ? '' : `, ${missing.length} not among them kept (--prune takes them out)`;
  print(
    `${added.length} added, ${changed.length} changed, ${prune ? missing.length : 0} removed, ` +
      `${unchanged.length} unchanged${kept}`,
  );
}

function printNotes({ profiles }: ProfileFiles): void {
  for (const { where, notes } of profiles) for (const note of notes) complain(`${where}: ${note}`);
}

/** A plan as JSON. */
const planJson = ({ added, changed, unchanged, missing }: Plan, prune: boolean): unknown => ({
  added: added.map(({ id }) => id),
  changed: changed.map(({ profile, fields }) => ({
    id: profile.id,
    fields: fields.map(({ field, before = null, after = null }) => ({ field, before, after })),
  })),
  removed: prune ? missing : [],
  unchanged,
});

/** The LLMs there are; none where a folder has no ledger yet. */
async function listed(target: Target): Promise<LlmProfile[]> {
  try {
    return await catalogueOf(target).list();
  } catch (error) {
    if (error instanceof PointsmanError && error.code === 'file_not_found' && target.kind === 'folder') return [];
    throw error;
  }
}

/** Declares all of `wanted`, in a folder all or nothing, and answers what that changed. */
async function applied(target: Target, wanted: readonly LlmProfile[], prune: boolean): Promise<Plan> {
  const plan = planOf(await listed(target), wanted);
  const put = [...plan.added, ...plan.changed.map(({ profile }) => profile)];
  await catalogueOf(target).apply({ put, remove: prune ? plan.missing : [] }, planJson(plan, prune));
  return plan;
}

const PLAN = { json: '{"added", "changed": [{"id", "fields"}], "removed", "unchanged"}' };

export function applyCommand(): Command {
  return onTarget<{ dryRun?: true; prune?: true }>(
    new Command('apply')
      .description(
        'declare the LLMs of a folder of YAML and JSON profiles: all of them, or none when one is wrong (by a ' +
          'service, one after another once all are checked)',
      )
      .argument('<path...>', 'folders or files')
      .option('--dry-run', 'only show what would change')
      .option('--prune', 'take LLMs out of the candidates that are not among them; their interactions are kept'),
    PLAN,
    async (target, { dryRun = false, prune = false, json }, ...args) => {
      const read = profilesIn(args.flat());
      const wanted = read.profiles.map(({ profile }) => profile);
      const plan = dryRun ? planOf(await listed(target), wanted) : await applied(target, wanted, prune);
      answer(json, planJson(plan, prune), () => {
        printNotes(read);
        printPlan(plan, prune);
        if (dryRun) print('nothing was changed (--dry-run)');
      });
    },
  );
}

export function diffCommand(): Command {
  return onTarget<{ exitCode?: true }>(
    new Command('diff')
      .description('show what applying files of profiles would change, field by field')
      .argument('<path...>', 'folders or files')
      .option('--exit-code', 'exit with 1 where applying them would change anything'),
    PLAN,
    async (target, { exitCode, json }, ...args) => {
      const wanted = profilesIn(args.flat()).profiles.map(({ profile }) => profile);
      const plan = planOf(await listed(target), wanted);
      answer(json, planJson(plan, false), () => printPlan(plan, false));
      if (exitCode && plan.added.length + plan.changed.length > 0) process.exitCode = 1;
    },
  );
}

/** Metrics that say nothing, as nobody knows what they, or their values, mean. */
function unknownMetrics({ task_types: types = [] }: LlmProfile): string[] {
  const measured = types.flatMap(({ metrics = {} }) => Object.entries(metrics));
  return [
    ...new Set(
      measured.flatMap(([name, value]) => {
        const meaning = meaningOf(name, DEFAULT_METRICS);
        if (meaning === undefined) return [`${name}: not a known metric`];
        if (meaning.weight > 0 && qualityOf(value, meaning) === undefined)
          return [`${name}: ${value} may be a grade or a percentage`];
        return [];
      }),
    ),
  ];
}

/** What there is to say of a valid profile. */
const remarksOn = (profile: LlmProfile): string[] => [
  ...warningsOn(profile, retiredIn(profile), systemClock()),
  ...unknownMetrics(profile).map((metric) => `${metric}, so it says nothing until PUT /v1/metrics tells its range`),
];

export function validateCommand(): Command {
  return new Command('validate')
    .description('check files of profiles, naming all that is wrong with line and column')
    .argument('<path...>', 'folders or files')
    .addOption(options.json('{"files", "profiles": [{"id", "where", "remarks"}]}; errors are not in it'))
    .action((paths: string[], { json }: { json?: true }) => {
      const read = readProfileFiles(paths);
      if (read.errors.length > 0) throw new PointsmanError('invalid_file', read.errors.join('\n'));
      const profiles = read.profiles.map(({ profile, where, notes }) => ({
        id: profile.id,
        where,
        remarks: [...notes, ...remarksOn(profile)],
      }));
      answer(json, { files: read.files, profiles }, () => {
        for (const { where, remarks } of profiles) for (const remark of remarks) complain(`${where}: ${remark}`);
        print(
          `${counted(profiles.length, 'profile')} in ${counted(read.files.length, 'file')}: ${paint('green', 'valid')}`,
        );
      });
    });
}

/** A profile as a file has it, so that applying the file declares the profile again. */
const written = (profile: LlmProfile, format: Format): string =>
  stringify(format === 'routeprofile' ? toRouteProfile(profile) : profile, { lineWidth: 120 });

/** Longest name that every file system takes, less some room. */
const MAX_NAME = 200;

/** A name of a file by an LLM's id; of one too long, its beginning and a hash. */
function fileOf({ id }: LlmProfile): string {
  const name = encodeURIComponent(id);
  return `${name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME)}-${sha256(id).slice(0, 12)}`}.yaml`;
}

interface ExportSettings {
  encoder: string;
  format: Format;
  output?: string;
  learned?: true;
}

/** Profiles as they are exported: that of `id`, or all. */
async function exported(target: Target, id: string | undefined, settings: ExportSettings): Promise<LlmProfile[]> {
  const catalogue = catalogueOf(target);
  const all = await catalogue.list();
  const declared = id === undefined ? all : [all.find((profile) => profile.id === id) ?? unknownModel(id)];
  if (!settings.learned) return declared;
  const ids = declared.map((profile) => profile.id);
  return (await catalogue.known(ids, settings.encoder)).map(withLearnedValues);
}

export function exportCommand(): Command {
  return onTarget<ExportSettings>(
    new Command('export')
      .description('print the declared profile of an LLM, or write those of all as a folder that `apply` takes')
      .argument('[id]', 'an LLM; all where none is named')
      .addOption(new Option('--format <name>', 'form of the profiles').choices(FORMATS).default('pointsman'))
      .option('--output <dir>', 'folder to write to, a file an LLM; needed where no LLM is named')
      .option('--learned', 'with learned values filled in: scores by task, latency where none is declared')
      .addOption(options.encoder()),
    { json: '{"profiles": […]}; with --output, {"written": [file]}' },
    async (target, settings, id?: string) => {
      const { format, output, json } = settings;
      const profiles = await exported(target, id, settings);
      const formed = () => profiles.map((profile) => (format === 'routeprofile' ? toRouteProfile(profile) : profile));
      if (output === undefined) {
        if (json) return answer(json, { profiles: formed() }, () => undefined);
        if (id === undefined)
          throw new PointsmanError(
            'invalid_request',
            'expected the id of an LLM, or --output DIR for all, got neither',
          );
        return print(written(profiles[0]!, format).trimEnd());
      }
      mkdirSync(output, { recursive: true });
      const files = profiles.map((profile) => join(output, fileOf(profile)));
      for (const [i, profile] of profiles.entries()) writeFileSync(files[i]!, written(profile, format));
      answer(json, { written: files }, () => print(`${counted(profiles.length, 'profile')} written to ${output}`));
    },
  );
}
