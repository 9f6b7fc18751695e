import { Command } from 'commander';

/** A command of commands; the first of them runs where none is named. */
export function group(name: string, what: string, commands: readonly Command[]): Command {
  const all = new Command(name).description(`${what}: ${commands.map((command) => command.name()).join(', ')}`);
  commands.forEach((command, i) => all.addCommand(command, { isDefault: i === 0 }));
  return all;
}
