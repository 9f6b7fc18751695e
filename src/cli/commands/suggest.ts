import { Command } from 'commander';
import { systemClock } from '../../base/clock.js';
import { filledFrom, readCatalogue, suggest } from '../../catalog/suggest.js';
import type { LlmProfile } from '../../schema/profile.js';
import { readLedger, withLedger } from '../ledger.js';
import { options } from '../options.js';
import { print, printJson, table } from '../output.js';

/** Whether more than the id is declared. */
const isDeclared = (profile: LlmProfile): boolean => Object.keys(profile).length > 1;

const dollars = (price: number | undefined): string => (price === undefined ? '–' : `$${price}`);

export function suggestCommand(): Command {
  return new Command('suggest')
    .description(
      'match LLMs that the log names to the catalogue of known ones, with prices, context, benchmarks; --apply ' +
        'declares what is not declared yet',
    )
    .argument('[id...]', 'LLMs; those of the ledger of which nothing is declared where none is named')
    .option('--all', 'LLMs of which something is declared, too')
    .option('--apply', 'declare the facts that are not declared yet')
    .option('--likely', 'with --apply, also of matches that are only likely')
    .option('--json', 'answer as JSON')
    .addOption(options.data())
    .action(async (ids: string[], settings: { data: string; all?: true; apply?: true; likely?: true; json?: true }) => {
      const listed =
        ids.length > 0 && !settings.apply ? [] : await readLedger(settings.data, ({ catalog }) => catalog.list());
      const known = new Map<string, LlmProfile>(listed.map((profile) => [profile.id, profile]));
      const wanted =
        ids.length > 0 ? ids : listed.filter((llm) => settings.all || !isDeclared(llm)).map(({ id }) => id as string);
      const catalogue = readCatalogue();
      const found = suggest(wanted, catalogue, systemClock());
      let put: LlmProfile[] = [];
      if (settings.apply) {
        put = found.flatMap(({ id, entry, match }) =>
          known.has(id) && (match === 'same' || settings.likely) ? [filledFrom(known.get(id)!, entry)] : [],
        );
        await withLedger(settings.data, ({ catalog }) => catalog.apply({ put, remove: [] }));
      }
      if (settings.json)
        return printJson(
          found.map(({ id, match, warnings, entry }) => ({ id, match, warnings, profile: entry.profile })),
        );
      const missing = wanted.filter((id) => !found.some((one) => one.id === id));
      print(
        table(
          ['LLM', 'in the catalogue', '', '$/M in', '$/M out', 'context', 'benchmarks', ''],
          found.map(({ id, match, warnings, entry: { profile } }) => [
            id,
            profile.id,
            match,
            dollars(profile.input_price),
            dollars(profile.output_price),
            profile.context_tokens ?? '–',
            Object.keys(profile.benchmarks ?? {}).length,
            warnings.join('; '),
          ]),
        ),
      );
      if (missing.length > 0) print(`\nnot in the catalogue of ${catalogue.length}: ${missing.join(', ')}`);
      if (settings.apply) print(`\n${put.length} profiles filled in`);
      else if (found.length > 0) print('\n--apply declares these facts where none are declared');
    });
}
