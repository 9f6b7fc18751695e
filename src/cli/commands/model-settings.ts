import { Command, Option } from 'commander';
import { CatalogSettings } from '../../schema/catalog.js';
import { catalogueOf } from '../catalogue.js';
import { integer } from '../options.js';
import { answerScripts, facts, print } from '../output.js';
import { onTarget } from '../target.js';

interface Given {
  registerUnknown?: CatalogSettings['register_unknown'];
  maxModels?: number;
}

/** What becomes of LLMs that nobody declared, and how many LLMs there may be: shown, or set where a flag is given. */
export function settingsCommand(): Command {
  const command = new Command('settings')
    .description('show or set what becomes of LLMs that nobody declared, and how many LLMs there may be')
    .addOption(
      new Option('--register-unknown <what>', 'of an LLM that posted feedback names and nobody declared').choices(
        CatalogSettings.shape.register_unknown.unwrap().options,
      ),
    )
    .option('--max-models <n>', 'most LLMs that may be chosen, and most that nobody declared', integer(1, 100_000));
  return onTarget<Given>(
    command,
    { json: 'the settings; as it is where no terminal reads along' },
    async (target, { registerUnknown, maxModels, json }) => {
      const catalogue = catalogueOf(target);
      const given = {
        ...(registerUnknown !== undefined && { register_unknown: registerUnknown }),
        ...(maxModels !== undefined && { max_models: maxModels }),
      };
      const isChange = Object.keys(given).length > 0;
      const now = isChange ? await catalogue.changeSettings(given) : await catalogue.settings();
      answerScripts(json, now, () => print(facts(now)));
    },
  );
}
