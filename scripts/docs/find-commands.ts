import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { packageRoot } from '../../src/base/paths.js';
import type { CommandDoc } from './types.js';

type Make = () => Command;

/**
 * The commands of the command line, by name: what `src/cli/commands` exports as `…Command`, without those that stand
 * below another.
 */
export async function findCommands(): Promise<CommandDoc[]> {
  const folder = join(packageRoot, 'dist/src/cli/commands');
  const files = readdirSync(folder).filter((name) => name.endsWith('.js'));
  const modules = await Promise.all(
    files.map((name) => import(pathToFileURL(join(folder, name)).href) as Promise<Record<string, unknown>>),
  );
  const made = modules
    .flatMap((exported) => Object.entries(exported))
    .filter((entry): entry is [string, Make] => entry[0].endsWith('Command') && typeof entry[1] === 'function')
    .filter(([, make]) => make.length === 0)
    .map(([, make]) => make())
    .filter((one) => one instanceof Command);
  const below = new Set(made.flatMap((one) => one.commands.map((inner) => signature(inner))));
  const top = made.filter((one) => !below.has(signature(one)));
  return top.toSorted((a, b) => (a.name() < b.name() ? -1 : 1));
}

/** Two commands that say the same of themselves are one. */
const signature = (command: Command): string => `${command.name()}\n${command.description()}`;
