import { Command } from 'commander';
import { helpTitle, isColoured, paintedError } from './paint.js';
import { version } from './version.js';

/** Every command, in the order of `--help`. Loading all of them takes longer than most of them do. */
export const COMMANDS: Record<string, () => Promise<Command>> = {
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
  doctor: async () => (await import('./commands/doctor.js')).doctorCommand(() => programOf()),
  completion: async () => (await import('./commands/completion.js')).completionCommand(() => programOf()),
};

/** Commands made apart don't inherit these settings. */
function settle(command: Command): void {
  command
    .exitOverride()
    .showHelpAfterError('(--help says more)')
    .configureOutput({
      getOutHasColors: () => isColoured(process.stdout),
      getErrHasColors: () => isColoured(process.stderr),
      outputError: (text, write) => write(`${paintedError('red', text.trimEnd())}\n`),
    })
    .configureHelp({ styleTitle: helpTitle });
  command.commands.forEach(settle);
}

/** `pointsman` with the commands of some makers; with all unless told. */
export async function programOf(makers: Iterable<() => Promise<Command>> = Object.values(COMMANDS)): Promise<Command> {
  const program = new Command('pointsman')
    .description('Learned LLM profiles and routing scores from your own interaction logs')
    .version(version)
    // Commands have a `--version` of their own.
    .enablePositionalOptions();
  for (const make of makers) program.addCommand(await make());
  settle(program);
  return program;
}
