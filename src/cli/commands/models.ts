import { Command } from 'commander';
import { PointsmanError } from '../../base/errors.js';
import { isObject } from '../../base/object.js';
import { profilesIn } from '../../catalog/folder.js';
import { profileFrom, type FromFile } from '../../catalog/read.js';
import { isRouteProfile } from '../../catalog/routeprofile.js';
import { describe } from '../../schema/parse.js';
import { catalogueOf } from '../catalogue.js';
import { group } from '../group.js';
import { meanOfScores } from '../interval.js';
import { options } from '../options.js';
import { answer, complain, print, table } from '../output.js';
import { comparisonPage, profilePage } from '../profile-page.js';
import { onTarget } from '../target.js';
import { readYamlFile } from '../yaml-file.js';
import { settingsCommand } from './model-settings.js';
import { suggestCommand } from './suggest.js';
import { applyCommand, diffCommand, exportCommand, validateCommand } from './profiles.js';

/** Names of LLMs that nobody declared which a list shows. */
const NAMES_SHOWN = 10;

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

function listCommand(): Command {
  return onTarget(
    new Command('list').description('list the LLMs that may be chosen'),
    { json: '{"models": [{"profile", "interactions", "scored", "mean_score"}], "undeclared": {"count", "ids"}}' },
    async (target, { json }) => {
      const catalogue = catalogueOf(target);
      const profiles = await catalogue.list();
      const logged = await catalogue.logged(profiles.map(({ id }) => id));
      const undeclared = await catalogue.undeclared(NAMES_SHOWN);
      const models = profiles.map((profile) => {
        const { interactions, scored, meanScore } = logged.get(profile.id)!;
        return { profile, interactions, scored, mean_score: meanScore };
      });
      answer(json, { models, undeclared }, () => {
        const rows = models.map(({ profile: llm, interactions, scored, mean_score: mean }) => [
          llm.id,
          llm.family ?? '–',
          llm.size_b ?? '–',
          llm.input_price ?? '–',
          llm.output_price ?? '–',
          interactions,
          meanOfScores(mean, scored),
        ]);
        print(table(['LLM', 'family', 'size (B)', '$/M in', '$/M out', 'interactions', 'mean score (95%)'], rows));
        const { count, ids } = undeclared;
        if (count === 0) return;
        const more = count > ids.length ? ` and ${count - ids.length} more` : '';
        print(`\nno candidates, as feedback named them and nobody declared them: ${ids.join(', ')}${more}`);
      });
    },
  );
}

interface KnownSettings {
  encoder: string;
}

function showCommand(): Command {
  return onTarget<KnownSettings>(
    new Command('show')
      .description('show what is declared of an LLM and what is learned beside it')
      .argument('<id>')
      .addOption(options.encoder()),
    { json: 'the profile, with "learned"' },
    async (target, { json, encoder }, id) => {
      const [known] = await catalogueOf(target).known([id], encoder);
      answer(json, known, () => print(profilePage(known!)));
    },
  );
}

function compareCommand(): Command {
  return onTarget<KnownSettings>(
    new Command('compare')
      .description('show two LLMs side by side, by what is declared and what is learned')
      .argument('<a>')
      .argument('<b>')
      .addOption(options.encoder()),
    { json: '[both profiles, each with "learned"]' },
    async (target, { json, encoder }, a, b) => {
      const both = await catalogueOf(target).known([a, b], encoder, Infinity);
      answer(json, both, () => print(comparisonPage(both[0]!, both[1]!)));
    },
  );
}

function putCommand(): Command {
  return onTarget(
    new Command('put')
      .description('declare one LLM from a YAML or JSON file, replacing what was declared of it')
      .argument('<id-or-file>', 'id of the LLM, where the file need not name it; else the file')
      .argument('[file]'),
    { json: '{"put": ID, "created": whether it is new}' },
    async (target, { json }, first, second) => {
      const { profile, notes, where } = second === undefined ? onlyProfileIn(first) : profileOf(first, second);
      for (const note of notes) complain(`${where}: ${note}`);
      const created = await catalogueOf(target).put(profile);
      answer(json, { put: profile.id, created }, () => print(`${profile.id} ${created ? 'added' : 'replaced'}`));
    },
  );
}

function deleteCommand(): Command {
  return onTarget(
    new Command('delete').description('take an LLM out of the candidates; its interactions are kept').argument('<id>'),
    { json: '{"deleted": ID}' },
    async (target, { json }, id) => {
      await catalogueOf(target).remove(id);
      answer(json, { deleted: id }, () => print(`${id} deleted`));
    },
  );
}

export function modelsCommand(): Command {
  return group('models', 'LLM profiles', [
    listCommand(),
    showCommand(),
    compareCommand(),
    putCommand(),
    deleteCommand(),
    applyCommand(),
    diffCommand(),
    validateCommand(),
    exportCommand(),
    suggestCommand(),
    settingsCommand(),
  ]);
}
