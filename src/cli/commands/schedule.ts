import { Command } from 'commander';
import { group } from '../group.js';
import { integer } from '../options.js';
import { answer, answerScripts, facts, print } from '../output.js';
import { overApi } from '../target.js';

const SHAPE = { json: 'the schedule, with next_run; as it is where no terminal reads along' };
const PATH = '/v1/schedule';

export function scheduleCommand(): Command {
  const show = overApi(
    new Command('show').description('print the retraining schedule'),
    SHAPE,
    async ({ ask }, { json }) => {
      const found = await ask<object>('GET', PATH);
      answerScripts(json, found, () => print(facts(found)));
    },
  );
  const set = overApi<{ minNew: number }>(
    new Command('set')
      .description('retrain by a cron pattern, in UTC')
      .argument('<pattern>', 'five or six fields, such as "0 3 * * *"')
      .option(
        '--min-new <number>',
        'skip a run while fewer interactions or preferences came since the last one',
        integer(0, Number.MAX_SAFE_INTEGER),
        1,
      ),
    SHAPE,
    async ({ ask }, { minNew, json }, pattern) => {
      const now = await ask<object>('PUT', PATH, { pattern, min_new_interactions: minNew });
      answerScripts(json, now, () => print(facts(now)));
    },
  );
  const remove = overApi(
    new Command('delete').description('stop retraining by schedule'),
    { json: '{"deleted": "schedule"}' },
    async ({ call }, { json }) => {
      await call('DELETE', PATH);
      answer(json, { deleted: 'schedule' }, () => print('schedule deleted'));
    },
  );
  return group('schedule', 'the retraining schedule', [show, set, remove]);
}
