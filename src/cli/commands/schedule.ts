import { Command } from 'commander';
import { call, callJson } from '../client.js';
import { integer, options } from '../options.js';
import { print } from '../output.js';

interface Settings {
  url: string;
}

export function scheduleCommand(): Command {
  const show = new Command('show')
    .description('print the retraining schedule')
    .addOption(options.url())
    .action(async ({ url }: Settings) => print(JSON.stringify(await callJson(url, 'GET', '/v1/schedule'), null, 2)));
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
    .action(async (pattern: string, { url, minNew }: Settings & { minNew: number }) =>
      print(
        JSON.stringify(await callJson(url, 'PUT', '/v1/schedule', { pattern, min_new_interactions: minNew }), null, 2),
      ),
    );
  const remove = new Command('delete')
    .description('stop retraining by schedule')
    .addOption(options.url())
    .action(async ({ url }: Settings) => {
      await call(url, 'DELETE', '/v1/schedule');
      print('schedule deleted');
    });
  return new Command('schedule')
    .description('the retraining schedule of a running service: show, set, delete')
    .addCommand(show, { isDefault: true })
    .addCommand(set)
    .addCommand(remove);
}
