import { Command, Option } from 'commander';
import { CatalogSettings } from '../../schema/catalog.js';
import { parse } from '../../schema/parse.js';
import { audited } from '../actor.js';
import { readLedger, withLedger } from '../ledger.js';
import { integer, options } from '../options.js';
import { printJson } from '../output.js';

interface Given {
  data: string;
  registerUnknown?: CatalogSettings['register_unknown'];
  maxModels?: number;
}

/** What becomes of LLMs that nobody declared, and how many LLMs there may be: shown, or set where a flag is given. */
export function settingsCommand(): Command {
  return new Command('settings')
    .description('show or set what becomes of LLMs that nobody declared, and how many LLMs there may be')
    .addOption(
      new Option('--register-unknown <what>', 'of an LLM that posted feedback names and nobody declared').choices(
        CatalogSettings.shape.register_unknown.unwrap().options,
      ),
    )
    .option('--max-models <n>', 'most LLMs that may be chosen, and most that nobody declared', integer(1, 100_000))
    .addOption(options.data())
    .action(async ({ data, registerUnknown, maxModels }: Given) => {
      if (registerUnknown === undefined && maxModels === undefined)
        return readLedger(data, async ({ settings }) => printJson(await settings.get('catalog')));
      await withLedger(data, async (ledger) => {
        const { settings } = ledger;
        const wanted = parse(CatalogSettings, {
          ...(await settings.get('catalog')),
          ...(registerUnknown === undefined ? {} : { register_unknown: registerUnknown }),
          ...(maxModels === undefined ? {} : { max_models: maxModels }),
        });
        const state = () => settings.get('catalog');
        await audited(ledger, { action: 'models settings', target: '/v1/catalog', state }, () =>
          settings.put('catalog', wanted),
        );
        printJson(wanted);
      });
    });
}
