import { Command } from 'commander';
import type { Activation, TrainRequest, TrainResult } from '../../schema/training.js';
import { trainAndActivate } from '../../training/trainer.js';
import { comparisonTable } from '../metrics-table.js';
import { number, options } from '../options.js';
import { answer, print, trainingBar } from '../output.js';
import { paint } from '../paint.js';
import { openWorkspace } from '../workspace.js';

/** How a training run ended, for people. */
function describe(result: TrainResult, { design, seed }: Pick<Required<TrainRequest>, 'design' | 'seed'>): void {
  print(comparisonTable(result.comparison, result.metrics));
  const isServing = result.in_force === result.version;
  const outcome = isServing ? paint('green', 'in force') : result.status;
  const serving = result.in_force === null ? 'nothing trained serves' : `version ${result.in_force} serves`;
  print(
    `\nversion ${result.version}: ${outcome} (${result.reason})${isServing ? '' : `; ${serving}`}; ` +
      `design ${design}, seed ${seed}, ${result.backend}, ${result.seconds.toFixed(1)} s, ` +
      `${result.peak_memory_mb} MB at most`,
  );
}

export function trainCommand(): Command {
  return new Command('train')
    .description('train an artifact on the ledger and put it in force')
    .addOption(options.design())
    .addOption(options.seed())
    .addOption(options.backend())
    .option(
      '--from-scratch',
      'train from nothing; otherwise a long log that grew by less than a tenth is trained on from the version before',
    )
    .option(
      '--half-life-days <number>',
      'after how many days an answer counts half; without it, age alone does not matter',
      number(1, 36_500),
    )
    .addOption(options.activation())
    .option('--no-activate', 'the same as --activation manual: train, compare and register it')
    .addOption(options.weigh())
    .addOption(options.trainingPriority())
    .addOption(options.json('the result: version, whether it serves and why, comparison, metrics'))
    .addOption(options.data())
    .addOption(options.encoder())
    .addOption(options.logLevel().default('warn'))
    .action(
      async ({
        design,
        seed,
        backend,
        fromScratch,
        halfLifeDays,
        activate,
        activation,
        weigh,
        trainingPriority,
        json,
        ...settings
      }: Required<Omit<TrainRequest, 'from_scratch' | 'half_life_days' | 'activation'>> & {
        activation?: Activation;
        fromScratch?: boolean;
        halfLifeDays?: number;
        trainingPriority: number;
        json?: true;
        data: string;
        encoder: string;
        logLevel: string;
      }) => {
        const workspace = await openWorkspace(settings);
        const bar = trainingBar();
        try {
          const result = await trainAndActivate(
            { ...workspace.trainer, priority: trainingPriority },
            {
              design,
              seed,
              backend,
              from_scratch: fromScratch,
              half_life_days: halfLifeDays,
              activation: activate ? activation : 'manual',
              weigh,
            },
            bar.report,
          );
          bar.stop();
          answer(json, result, () => describe(result, { design, seed }));
        } finally {
          bar.stop();
          await workspace.close();
        }
      },
    );
}
