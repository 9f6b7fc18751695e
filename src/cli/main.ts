#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { PointsmanError, messageOf } from '../base/errors.js';
import { packageRoot } from '../base/paths.js';
import { alertsCommand } from './commands/alerts.js';
import { decisionsCommand, summaryCommand } from './commands/decisions.js';
import { demoCommand } from './commands/demo.js';
import { evaluateCommand } from './commands/evaluate.js';
import { exportCommand } from './commands/export.js';
import { healthCommand } from './commands/health.js';
import { importCommand } from './commands/import.js';
import { jobsCommand } from './commands/jobs.js';
import { loadCommand } from './commands/load.js';
import { modelsCommand } from './commands/models.js';
import { policiesCommand } from './commands/policies.js';
import { routeCommand } from './commands/route.js';
import { scheduleCommand } from './commands/schedule.js';
import { serviceCommands } from './commands/start.js';
import { trainCommand } from './commands/train.js';
import { weightsCommand } from './commands/weights.js';

const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };

const program = new Command('pointsman')
  .description('Learned LLM profiles and routing scores from your own interaction logs')
  .version(version)
  .exitOverride()
  .showHelpAfterError('(--help says more)');

for (const command of [
  importCommand(),
  trainCommand(),
  routeCommand(),
  evaluateCommand(),
  exportCommand(),
  ...serviceCommands(),
  scheduleCommand(),
  policiesCommand(),
  decisionsCommand(),
  summaryCommand(),
  healthCommand(),
  alertsCommand(),
  loadCommand(),
  modelsCommand(),
  weightsCommand(),
  jobsCommand(),
  demoCommand(),
])
  program.addCommand(command);

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
    process.stderr.write(`pointsman: ${messageOf(error)}\n`);
    if (!(error instanceof PointsmanError) && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    const code = error instanceof PointsmanError ? error.exitCode : 1;
    // Connections of libraries to what does not answer must not keep a failed command alive.
    process.stderr.write('', () => process.exit(code));
  }
}
