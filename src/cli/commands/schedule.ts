import { Command } from 'commander';
import { call, callJson, type ServiceSettings } from '../client.js';
import { group } from '../group.js';
import { integer, options } from '../options.js';
import { print, printJson } from '../output.js';

export function scheduleCommand(): Command {
  const show = new Command('show')
    .description('print the retraining schedule')
    .addOption(options.url())
    .action(async ({ url }: ServiceSettings) => printJson(await callJson(url, 'GET', '/v1/schedule')));
  const set = new Command('set')
    .description('retrain by a cron pattern, in UTC')
    .argument('<pattern>', 'five or six fields, such as "0 3 * * *"')
    .option(
      '--min-new <number>',
      'skip a run while fewer interactions or preferences came since the last one',
      integer(0, Number.MAX_SAFE_INTEGER),
      1,
    )
    .addOption(options.url())
    .action(async (pattern: string, { url, minNew }: ServiceSettings & { minNew: number }) =>
      printJson(await callJson(url, 'PUT', '/v1/schedule', { pattern, min_new_interactions: minNew })),
    );
  const remove = new Command('delete')
    .description('stop retraining by schedule')
    .addOption(options.url())
    .action(async ({ url }: ServiceSettings) => {
      await call(url, 'DELETE', '/v1/schedule');
      print('schedule deleted');
    });
  return group('schedule', 'the retraining schedule of a running service', [show, set, remove]);
}
