import { Command } from 'commander';
import { PointsmanError } from '../../base/errors.js';
import { isObject } from '../../base/object.js';
import { profilesIn } from '../../catalog/folder.js';
import { profileFrom, type FromFile } from '../../catalog/read.js';
import { isRouteProfile } from '../../catalog/routeprofile.js';
import { describe } from '../../schema/parse.js';
import type { Ledger } from '../../store/ports/index.js';
import { audited } from '../actor.js';
import { group } from '../group.js';
import { readLedger, withLedger } from '../ledger.js';
import { options } from '../options.js';
import { complain, print, printJson, table } from '../output.js';
import { comparisonPage, profilePage } from '../profile-page.js';
import { withKnown, type KnownSettings } from '../known.js';
import { unknownModel } from '../unknown-model.js';
import { readYamlFile } from '../yaml-file.js';
import { settingsCommand } from './model-settings.js';
import { suggestCommand } from './suggest.js';
import { applyCommand, diffCommand, exportCommand, validateCommand } from './profiles.js';

/** Names of LLMs that nobody declared which a list shows. */
const NAMES_SHOWN = 10;

interface Settings {
  data: string;
}

/** A change of one LLM, for the audit log. */
function changeOf(action: string, id: string, { catalog }: Ledger): Parameters<typeof audited>[1] {
  return { action, target: `/v1/models/${id}`, state: () => catalog.get(id) };
}

/** The one profile of a file. Throws `invalid_file` where there are more. */
function onlyProfileIn(file: string): FromFile {
  const { profiles } = profilesIn([file]);
  if (profiles.length !== 1)
    throw new PointsmanError(
      'invalid_file',
      `${file}: expected one profile, got ${profiles.length} (apply takes many)`,
    );
  return profiles[0]!;
}

/** The profile of a file, whose id is given. Throws `invalid_file` where the file has another. */
function profileOf(id: string, file: string): FromFile {
  const value = readYamlFile(file);
  if (!isObject(value)) throw new PointsmanError('invalid_file', `${file}: expected a profile, got ${describe(value)}`);
  const field = isRouteProfile(value) ? 'model_id' : 'id';
  const own = value[field];
  if (own !== undefined && own !== id)
    throw new PointsmanError(
      'invalid_file',
      `${file}: ${field}: expected ${JSON.stringify(id)} or none, got ${describe(own)}`,
    );
  return { ...profileFrom({ ...value, [field]: id }, 'invalid_file', file), where: file };
}

export function modelsCommand(): Command {
  const list = new Command('list')
    .description('list the LLMs that may be chosen')
    .addOption(options.data())
    .action(({ data }: Settings) =>
      readLedger(data, async (ledger) => {
        const stats = new Map((await ledger.feedback.stats()).map((s) => [s.id, s]));
        const rows = (await ledger.catalog.list()).map((llm) => {
          const seen = stats.get(llm.id);
          return [
            llm.id,
            llm.family ?? '–',
            llm.size_b ?? '–',
            llm.input_price ?? '–',
            llm.output_price ?? '–',
            seen?.interactions ?? 0,
            seen && seen.scored > 0 ? seen.meanScore.toFixed(3) : '–',
          ];
        });
        print(table(['LLM', 'family', 'size (B)', '$/M in', '$/M out', 'interactions', 'mean score'], rows));
        const { count, ids } = await ledger.catalog.undeclared(NAMES_SHOWN);
        if (count === 0) return;
        const more = count > ids.length ? ` and ${count - ids.length} more` : '';
        print(`\nno candidates, as feedback named them and nobody declared them: ${ids.join(', ')}${more}`);
      }),
    );
  const show = new Command('show')
    .description('show what is declared of an LLM and what is learned beside it')
    .argument('<id>')
    .option('--json', 'answer as JSON')
    .addOption(options.data())
    .addOption(options.encoder())
    .action((id: string, settings: KnownSettings) =>
      withKnown(settings, [id], ([known]) => (settings.json ? printJson(known) : print(profilePage(known!)))),
    );
  const compare = new Command('compare')
    .description('show two LLMs side by side, by what is declared and what is learned')
    .argument('<a>')
    .argument('<b>')
    .option('--json', 'answer as JSON')
    .addOption(options.data())
    .addOption(options.encoder())
    .action((a: string, b: string, settings: KnownSettings) =>
      withKnown(
        settings,
        [a, b],
        ([one, other]) => (settings.json ? printJson([one, other]) : print(comparisonPage(one!, other!))),
        Infinity,
      ),
    );
  const put = new Command('put')
    .description('declare one LLM from a YAML or JSON file, replacing what was declared of it')
    .argument('<id-or-file>', 'id of the LLM, where the file need not name it; else the file')
    .argument('[file]')
    .addOption(options.data())
    .action((first: string, second: string | undefined, { data }: Settings) =>
      withLedger(data, async (ledger) => {
        const { profile, notes, where } = second === undefined ? onlyProfileIn(first) : profileOf(first, second);
        for (const note of notes) complain(`${where}: ${note}`);
        const isNew = await audited(ledger, changeOf('models put', profile.id, ledger), () =>
          ledger.catalog.put(profile),
        );
        print(`${profile.id} ${isNew ? 'added' : 'replaced'}`);
      }),
    );
  const remove = new Command('delete')
    .description('take an LLM out of the candidates; its interactions are kept')
    .argument('<id>')
    .addOption(options.data())
    .action((id: string, { data }: Settings) =>
      withLedger(data, async (ledger) => {
        await audited(ledger, changeOf('models delete', id, ledger), async () => {
          if (!(await ledger.catalog.delete(id))) unknownModel(id);
        });
        print(`${id} deleted`);
      }),
    );
  return group('models', 'LLM profiles', [
    list,
    show,
    compare,
    put,
    remove,
    applyCommand(),
    diffCommand(),
    validateCommand(),
    exportCommand(),
    suggestCommand(),
    settingsCommand(),
  ]);
}
