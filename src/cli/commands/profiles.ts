import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { stringify } from 'yaml';
import { systemClock } from '../../base/clock.js';
import { PointsmanError } from '../../base/errors.js';
import { sha256 } from '../../base/hash.js';
import { dataPaths } from '../../base/paths.js';
import { profilesIn, readProfileFiles, type ProfileFiles } from '../../catalog/folder.js';
import { planOf, type Plan } from '../../catalog/plan.js';
import { withLearnedValues } from '../../catalog/learned-values.js';
import { retiredIn, warningsOn } from '../../catalog/suggest.js';
import { toRouteProfile } from '../../catalog/routeprofile.js';
import { DEFAULT_METRICS, meaningOf, qualityOf } from '../../schema/metric.js';
import type { LlmProfile } from '../../schema/profile.js';
import type { Ledger } from '../../store/ports/index.js';
import { auditDone } from '../actor.js';
import { readLedger, withLedger } from '../ledger.js';
import { options } from '../options.js';
import { complain, print, printJson } from '../output.js';
import { withKnown, type KnownSettings } from '../known.js';
import { unknownModel } from '../unknown-model.js';

const FORMATS = ['pointsman', 'routeprofile'] as const;
type Format = (typeof FORMATS)[number];

const json = (): Option => new Option('--json', 'answer as JSON');

/** A value in a plan: short, and on one line. */
function shown(value: unknown): string {
  if (value === undefined) return '–';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/** A plan in lines: what is added, changed (field by field), and taken out or kept. */
function printPlan({ added, changed, unchanged, missing }: Plan, prune: boolean): void {
  for (const { id } of added) print(`+ ${id}`);
  for (const { profile, fields } of changed) {
    print(`~ ${profile.id}`);
    for (const { field, before, after } of fields) print(`    ${field}: ${shown(before)} → ${shown(after)}`);
  }
  if (prune) for (const id of missing) print(`- ${id}`);
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

/** The LLMs of a data folder's ledger; none where there is no ledger yet. */
async function listed(data: string): Promise<LlmProfile[]> {
  return existsSync(dataPaths(data).ledger) ? readLedger(data, ({ catalog }) => catalog.list()) : [];
}

/** Declares all of `wanted`, or nothing, and answers what that changed. */
async function applied(ledger: Ledger, wanted: readonly LlmProfile[], prune: boolean): Promise<Plan> {
  const { catalog } = ledger;
  const plan = planOf(await catalog.list(), wanted);
  const put = [...plan.added, ...plan.changed.map(({ profile }) => profile)];
  await catalog.apply({ put, remove: prune ? plan.missing : [] });
  await auditDone(ledger, 'models apply', '/v1/models', planJson(plan, prune));
  return plan;
}

export function applyCommand(): Command {
  return new Command('apply')
    .description('declare the LLMs of a folder of YAML and JSON profiles: all of them, or none when one is wrong')
    .argument('<path...>', 'folders or files')
    .option('--dry-run', 'only show what would change')
    .option('--prune', 'take LLMs out of the candidates that are not among them; their interactions are kept')
    .addOption(json())
    .addOption(options.data())
    .action(async (paths: string[], settings: { data: string; dryRun?: true; prune?: true; json?: true }) => {
      const { data, dryRun = false, prune = false } = settings;
      const read = profilesIn(paths);
      const wanted = read.profiles.map(({ profile }) => profile);
      const plan = dryRun
        ? planOf(await listed(data), wanted)
        : await withLedger(data, (ledger) => applied(ledger, wanted, prune));
      if (settings.json) return printJson(planJson(plan, prune));
      printNotes(read);
      printPlan(plan, prune);
      if (dryRun) print('nothing was changed (--dry-run)');
    });
}

export function diffCommand(): Command {
  return new Command('diff')
    .description('show what applying files of profiles would change, field by field')
    .argument('<path...>', 'folders or files')
    .option('--exit-code', 'exit with 1 where applying them would change anything')
    .addOption(json())
    .addOption(options.data())
    .action(async (paths: string[], settings: { data: string; exitCode?: true; json?: true }) => {
      const wanted = profilesIn(paths).profiles.map(({ profile }) => profile);
      const plan = planOf(await listed(settings.data), wanted);
      if (settings.json) printJson(planJson(plan, false));
      else printPlan(plan, false);
      if (settings.exitCode && plan.added.length + plan.changed.length > 0) process.exitCode = 1;
    });
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

export function validateCommand(): Command {
  return new Command('validate')
    .description('check files of profiles, naming all that is wrong with line and column')
    .argument('<path...>', 'folders or files')
    .action((paths: string[]) => {
      const read = readProfileFiles(paths);
      if (read.errors.length > 0) throw new PointsmanError('invalid_file', read.errors.join('\n'));
      printNotes(read);
      for (const { profile, where } of read.profiles) {
        for (const warning of warningsOn(profile, retiredIn(profile), systemClock())) complain(`${where}: ${warning}`);
        for (const metric of unknownMetrics(profile))
          complain(`${where}: ${metric}, so it says nothing until PUT /v1/metrics tells its range`);
      }
      print(`${counted(read.profiles.length, 'profile')} in ${counted(read.files.length, 'file')}: valid`);
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

interface ExportSettings extends KnownSettings {
  format: Format;
  output?: string;
  learned?: true;
}

export function exportCommand(): Command {
  return new Command('export')
    .description('print the declared profile of an LLM, or write those of all as a folder that `apply` takes')
    .argument('[id]', 'an LLM; all where none is named')
    .addOption(new Option('--format <name>', 'form of the profiles').choices(FORMATS).default('pointsman'))
    .option('--output <dir>', 'folder to write to, a file an LLM; needed where no LLM is named')
    .option('--learned', 'with learned values filled in: scores by task, latency where none is declared')
    .addOption(options.data())
    .addOption(options.encoder())
    .action(async (id: string | undefined, settings: ExportSettings) => {
      const { data, format, output } = settings;
      const found = await readLedger(data, async ({ catalog }) =>
        id === undefined ? catalog.list() : [await catalog.get(id)],
      );
      const declared = found.map((profile) => profile ?? unknownModel(id!));
      const profiles = settings.learned
        ? await withKnown(
            settings,
            declared.map((profile) => profile.id),
            (known) => known.map(withLearnedValues),
          )
        : declared;
      if (output === undefined) {
        if (id === undefined)
          throw new PointsmanError(
            'invalid_request',
            'expected the id of an LLM, or --output DIR for all, got neither',
          );
        print(written(profiles[0]!, format).trimEnd());
        return;
      }
      mkdirSync(output, { recursive: true });
      for (const profile of profiles) writeFileSync(join(output, fileOf(profile)), written(profile, format));
      print(`${counted(profiles.length, 'profile')} written to ${output}`);
    });
}
