import type { Command, Option } from 'commander';

/** What follows an option or stands as an argument: nothing, one of some words, a file, or anything. */
export type Takes = 'nothing' | 'file' | 'anything' | readonly string[];

export interface OptionNode {
  /** `--json`, `-h`. */
  flags: string[];
  text: string;
  takes: Takes;
  /** Environment variable of the same meaning. */
  variable: string | undefined;
}

/** A command as completion scripts know it. */
export interface CommandNode {
  /** `pointsman models list` is `['models', 'list']`. */
  path: string[];
  text: string;
  commands: { name: string; text: string }[];
  options: OptionNode[];
  argument: Takes;
}

const isFile = (name: string): boolean => /file|dir|path/i.test(name);

function takenBy({ flags, argChoices, required, optional }: Option): Takes {
  if (argChoices !== undefined) return argChoices;
  if (!required && !optional) return 'nothing';
  return isFile(flags) ? 'file' : 'anything';
}

const optionNode = (option: Option): OptionNode => ({
  flags: [option.short, option.long].filter((flag): flag is string => flag !== undefined),
  text: option.description,
  takes: takenBy(option),
  variable: option.envVar,
});

function nodeOf(command: Command, path: string[]): CommandNode {
  const help = command.createHelp();
  const [first] = command.registeredArguments;
  return {
    path,
    text: command.description(),
    commands: help.visibleCommands(command).map((one) => ({ name: one.name(), text: help.subcommandDescription(one) })),
    options: help.visibleOptions(command).map(optionNode),
    argument: first === undefined ? 'nothing' : (first.argChoices ?? (isFile(first.name()) ? 'file' : 'anything')),
  };
}

/** A command and all below it, those that are shown in its help. */
export function treeOf(command: Command, path: string[] = []): CommandNode[] {
  const below = command.commands.flatMap((one) => treeOf(one, [...path, one.name()]));
  return [nodeOf(command, path), ...below];
}
