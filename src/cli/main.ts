#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { PointsmanError, messageOf } from '../base/errors.js';
import { packageRoot } from '../base/paths.js';
import { complain } from './output.js';

/** Every command, in the order of `--help`. Loading all of them takes longer than most of them do. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  import: async () => (await import('./commands/import.js')).importCommand(),
  train: async () => (await import('./commands/train.js')).trainCommand(),
  route: async () => (await import('./commands/route.js')).routeCommand(),
  evaluate: async () => (await import('./commands/evaluate.js')).evaluateCommand(),
  export: async () => (await import('./commands/export.js')).exportCommand(),
  start: async () => (await import('./commands/start.js')).startCommand(),
  serve: async () => (await import('./commands/start.js')).serveCommand(),
  worker: async () => (await import('./commands/start.js')).workerCommand(),
  schedule: async () => (await import('./commands/schedule.js')).scheduleCommand(),
  policies: async () => (await import('./commands/policies.js')).policiesCommand(),
  experiments: async () => (await import('./commands/experiments.js')).experimentsCommand(),
  decisions: async () => (await import('./commands/decisions.js')).decisionsCommand(),
  summary: async () => (await import('./commands/decisions.js')).summaryCommand(),
  health: async () => (await import('./commands/health.js')).healthCommand(),
  alerts: async () => (await import('./commands/alerts.js')).alertsCommand(),
  judge: async () => (await import('./commands/judge.js')).judgeCommand(),
  load: async () => (await import('./commands/load.js')).loadCommand(),
  models: async () => (await import('./commands/models.js')).modelsCommand(),
  providers: async () => (await import('./commands/providers.js')).providersCommand(),
  ledger: async () => (await import('./commands/ledger.js')).ledgerCommand(),
  weights: async () => (await import('./commands/weights.js')).weightsCommand(),
  keys: async () => (await import('./commands/keys.js')).keysCommand(),
  jobs: async () => (await import('./commands/jobs.js')).jobsCommand(),
  demo: async () => (await import('./commands/demo.js')).demoCommand(),
};

const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };

const program = new Command('pointsman')
  .description('Learned LLM profiles and routing scores from your own interaction logs')
  .version(version)
  // Commands have a `--version` of their own.
  .enablePositionalOptions()
  .exitOverride()
  .showHelpAfterError('(--help says more)');

const [, , wanted = ''] = process.argv;
// Where none is named, all are listed or searched for what was meant.
for (const make of Object.hasOwn(COMMANDS, wanted) ? [COMMANDS[wanted]!] : Object.values(COMMANDS))
  program.addCommand(await make());

/** Commands made apart don't inherit this setting. */
function throwEverywhere(command: Command): void {
  command.exitOverride().showHelpAfterError('(--help says more)');
  command.commands.forEach(throwEverywhere);
}
throwEverywhere(program);

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    complain(`pointsman: ${messageOf(error)}`);
    if (!(error instanceof PointsmanError) && error instanceof Error) complain(String(error.stack));
    const code = error instanceof PointsmanError ? error.exitCode : 1;
    // Connections of libraries to what does not answer must not keep a failed command alive.
    process.stderr.write('', () => process.exit(code));
  }
}
