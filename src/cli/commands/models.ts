import { Command } from 'commander';
import { stringify } from 'yaml';
import { PointsmanError } from '../../base/errors.js';
import { parse } from '../../schema/parse.js';
import { LlmProfile } from '../../schema/profile.js';
import { group } from '../group.js';
import { readLedger, withLedger } from '../ledger.js';
import { options } from '../options.js';
import { print, table } from '../output.js';
import { readYamlFile } from '../yaml-file.js';

interface Settings {
  data: string;
}

const unknown = (id: string): PointsmanError =>
  new PointsmanError('model_not_found', `model: expected the id of a known LLM, got ${JSON.stringify(id)}`);

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
      }),
    );
  const show = new Command('show')
    .description('print the declared profile of an LLM as YAML')
    .argument('<id>')
    .addOption(options.data())
    .action((id: string, { data }: Settings) =>
      readLedger(data, async (ledger) => {
        const profile = await ledger.catalog.get(id);
        if (profile === undefined) throw unknown(id);
        print(stringify(profile).trimEnd());
      }),
    );
  const put = new Command('put')
    .description('declare one LLM from a YAML or JSON file, replacing what was declared of it')
    .argument('<file>')
    .addOption(options.data())
    .action((file: string, { data }: Settings) =>
      withLedger(data, async (ledger) => {
        const profile = parse(LlmProfile, readYamlFile(file), 'invalid_file', file);
        print(`${profile.id} ${(await ledger.catalog.put(profile)) ? 'added' : 'replaced'}`);
      }),
    );
  const remove = new Command('delete')
    .description('take an LLM out of the candidates; its interactions are kept')
    .argument('<id>')
    .addOption(options.data())
    .action((id: string, { data }: Settings) =>
      withLedger(data, async (ledger) => {
        if (!(await ledger.catalog.delete(id))) throw unknown(id);
        print(`${id} deleted`);
      }),
    );
  return group('models', 'LLM profiles', [list, show, put, remove]);
}
