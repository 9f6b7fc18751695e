import { Command } from 'commander';
import { systemClock } from '../../base/clock.js';
import { filledFrom, readCatalogue, suggest } from '../../catalog/suggest.js';
import type { LlmProfile } from '../../schema/profile.js';
import { catalogueOf } from '../catalogue.js';
import { answer, print, table } from '../output.js';
import { paintState } from '../paint.js';
import { onTarget } from '../target.js';

/** Whether more than the id is declared. */
const isDeclared = (profile: LlmProfile): boolean => Object.keys(profile).length > 1;

const dollars = (price: number | undefined): string => (price === undefined ? '–' : `$${price}`);

const suggestedTable = (found: ReturnType<typeof suggest>): string =>
  table(
    ['LLM', 'in the catalogue', '', '$/M in', '$/M out', 'context', 'benchmarks', ''],
    found.map(({ id, match, warnings, entry: { profile } }) => [
      id,
      profile.id,
      paintState(match),
      dollars(profile.input_price),
      dollars(profile.output_price),
      profile.context_tokens ?? '–',
      Object.keys(profile.benchmarks ?? {}).length,
      warnings.join('; '),
    ]),
  );

export function suggestCommand(): Command {
  return onTarget<{ all?: true; apply?: true; likely?: true }>(
    new Command('suggest')
      .description(
        'match LLMs that the log names to the catalogue of known ones, with prices, context, benchmarks; --apply ' +
          'declares what is not declared yet',
      )
      .argument('[id...]', 'LLMs; those of the ledger of which nothing is declared where none is named')
      .option('--all', 'LLMs of which something is declared, too')
      .option('--apply', 'declare the facts that are not declared yet')
      .option('--likely', 'with --apply, also of matches that are only likely'),
    { json: '[{"id", "match", "warnings", "profile"}]' },
    async (target, settings, ...args) => {
      const ids = args.flat();
      const llms = catalogueOf(target);
      const listed = ids.length > 0 && !settings.apply ? [] : await llms.list();
      const known = new Map<string, LlmProfile>(listed.map((profile) => [profile.id, profile]));
      const wanted =
        ids.length > 0 ? ids : listed.filter((llm) => settings.all || !isDeclared(llm)).map(({ id }) => id as string);
      const catalogue = readCatalogue();
      const found = suggest(wanted, catalogue, systemClock());
      const put = found.flatMap(({ id, entry, match }) =>
        settings.apply && known.has(id) && (match === 'same' || settings.likely)
          ? [filledFrom(known.get(id)!, entry)]
          : [],
      );
      if (settings.apply) await llms.apply({ put, remove: [] }, { suggested: put.map(({ id }) => id) });
      const shown = found.map(({ id, match, warnings, entry }) => ({ id, match, warnings, profile: entry.profile }));
      answer(settings.json, shown, () => {
        print(suggestedTable(found));
        const missing = wanted.filter((id) => !found.some((one) => one.id === id));
        if (missing.length > 0) print(`\nnot in the catalogue of ${catalogue.length}: ${missing.join(', ')}`);
        if (settings.apply) print(`\n${put.length} profiles filled in`);
        else if (found.length > 0) print('\n--apply declares these facts where none are declared');
      });
    },
  );
}
