import { Argument, Command } from 'commander';
import { completionFor, SHELLS, type Shell } from '../completion.js';
import { treeOf } from '../tree.js';

/** @param whole makes `pointsman` with all of its commands */
export function completionCommand(whole: () => Promise<Command>): Command {
  return new Command('completion')
    .description(
      'print a script that completes commands, options and their choices: source <(pointsman completion bash)',
    )
    .addArgument(new Argument('<shell>', 'for which shell').choices(SHELLS))
    .action(async (shell: Shell) => {
      process.stdout.write(completionFor(shell, treeOf(await whole())));
    });
}
