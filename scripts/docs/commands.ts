import { cell, codeIn, markdownTable, page } from './markdown.js';
import type { ArgumentDoc, CommandDoc, OptionDoc, ReferencePage } from './types.js';

function usageOf(argument: ArgumentDoc): string {
  const name = `${argument.name()}${argument.variadic ? '…' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

/** A default as it is typed; nothing where there is none. */
export function defaultOf(value: unknown): string {
  if (value === undefined || value === false || (Array.isArray(value) && value.length === 0)) return '';
  return codeIn(Array.isArray(value) ? value.join(',') : String(value));
}

function optionRow({ flags, description, defaultValue, envVar, argChoices, mandatory }: OptionDoc): string[] {
  const choices = argChoices === undefined ? '' : ` (${argChoices.map(codeIn).join(', ')})`;
  return [
    `${codeIn(flags)}${mandatory === true ? ' *' : ''}`,
    `${cell(description)}${choices}`,
    defaultOf(defaultValue),
    envVar === undefined ? '' : codeIn(envVar),
  ];
}

/** A command and those below it, each with its arguments and flags. */
function sections(command: CommandDoc, above: readonly string[]): string[] {
  const path = [...above, command.name()];
  const usage = ['pointsman', ...path, ...command.registeredArguments.map((one) => usageOf(one))].join(' ');
  const own = [
    `${above.length === 0 ? '##' : '###'} ${path.join(' ')}`,
    `${codeIn(usage)}${command.commands.length > 0 ? ' and a command of these:' : ''}`,
    `${cell(command.description())}`,
    markdownTable(
      ['argument', '', 'default'],
      command.registeredArguments.map((one) => [
        codeIn(usageOf(one)),
        cell(one.description),
        defaultOf(one.defaultValue),
      ]),
    ),
    markdownTable(
      ['flag', '', 'default', 'variable'],
      command.options.filter(({ hidden }) => hidden !== true).map(optionRow),
    ),
  ];
  return [own.filter(Boolean).join('\n\n'), ...command.commands.flatMap((one) => sections(one, path))];
}

/** Every command with its arguments, flags, defaults and environment variables. */
export function commandsPage(commands: readonly CommandDoc[]): ReferencePage {
  return {
    name: 'commands.md',
    text: page('Command line', 'the commands as they are parsed (`pointsman COMMAND --help`)', [
      'A star marks a flag that must be given. Exit codes: 0, it was done; 1, it failed; 2, it was called wrongly.',
      ...commands.flatMap((command) => sections(command, [])),
    ]),
  };
}
