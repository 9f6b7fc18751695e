import { cell, codeIn, markdownTable, page } from './markdown.js';
import { defaultOf } from './commands.js';
import { fieldTable } from './schemas.js';
import type { ApiDocument, CommandDoc, OptionDoc, ReferencePage, Schema } from './types.js';

/** A flag with an environment variable, and the commands that take it. */
interface Setting {
  option: OptionDoc;
  commands: string[];
}

function settingsIn(commands: readonly CommandDoc[]): Map<string, Setting> {
  const found = new Map<string, Setting>();
  const visit = (command: CommandDoc, above: string): void => {
    const path = `${above}${command.name()}`;
    for (const option of command.options) {
      if (option.envVar === undefined) continue;
      const setting = found.get(option.envVar) ?? { option, commands: [] };
      setting.commands.push(path);
      found.set(option.envVar, setting);
    }
    for (const inner of command.commands) visit(inner, `${path} `);
  };
  for (const command of commands) visit(command, '');
  return found;
}

/** Variables without a flag, as the table of `docs/operations.md` tells them. */
function variablesIn(document: string, flagged: ReadonlySet<string>): string[][] {
  const rows = document.matchAll(/^\| +\| `(POINTSMAN_\w+)` \| (.*?) ?\| (.*) \|$/gm);
  return Array.from(rows, ([, name, standard, words]) => [name!, standard!, words!])
    .filter(([name]) => !flagged.has(name!))
    .map(([name, standard, words]) => [codeIn(name!), cell(standard!), cell(words!)]);
}

/** Schemas of what `PUT` sets of the service as a whole, by path. */
function kept({ paths, components }: ApiDocument): { path: string; name: string; schema: Schema }[] {
  return Object.entries(paths).flatMap(([path, { put }]) => {
    const ref = put?.requestBody?.content?.['application/json']?.schema.$ref;
    if (ref === undefined || path.includes('{')) return [];
    const name = ref.slice(ref.lastIndexOf('/') + 1);
    return [{ path, name, schema: components.schemas[name]! }];
  });
}

/** Flags and variables that a process is started with, and settings that the ledger keeps. */
export function settingsPage(commands: readonly CommandDoc[], document: string, openapi: ApiDocument): ReferencePage {
  const settings = [...settingsIn(commands)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const rows = settings.map(([variable, { option, commands: of }]) => [
    codeIn(option.flags),
    codeIn(variable),
    defaultOf(option.defaultValue),
    `${cell(option.description)}${option.argChoices ? ` (${option.argChoices.map(codeIn).join(', ')})` : ''}`,
    of.length > 6 ? `${of.length} commands` : of.map(codeIn).join(', '),
  ]);
  const ledger = kept(openapi).map(({ path, schema }) =>
    [
      `### ${codeIn(`PUT ${path}`)} {#put${path.replaceAll(/\W+/g, '-')}}`,
      cell(schema.description ?? ''),
      fieldTable(schema),
    ].join('\n\n'),
  );
  return {
    name: 'settings.md',
    text: page('Settings', 'the flags of the commands and the schemas of settings', [
      '## Flags and variables',
      markdownTable(['flag', 'variable', 'default', '', 'commands'], rows),
      '## Variables without a flag',
      markdownTable(['variable', 'default', ''], variablesIn(document, new Set(settings.map(([name]) => name)))),
      '## Kept in the ledger',
      'Set over HTTP, with a key of the scope `admin`. What a `PUT` leaves out is as by default from then on.',
      ...ledger.map((text) => text.replaceAll('](#schema-', '](http.md#schema-')),
    ]),
  };
}
