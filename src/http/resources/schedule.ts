import { z } from 'zod';
import { PointsmanError } from '../../base/errors.js';
import { Schedule } from '../../schema/training.js';
import type { Context } from '../context.js';
import { operation, requiredBody, type Operation } from '../kit/operation.js';

const ScheduleAnswer = z
  .strictObject({
    ...Schedule.shape,
    next_run: z.iso.datetime().nullable().describe('When it fires next; null where the queue does not tell'),
  })
  .meta({ id: 'ScheduleAnswer' });

const common = { path: '/v1/schedule', tag: 'training' } as const;

function notSet(): PointsmanError {
  return new PointsmanError('schedule_not_found', 'No retraining schedule is set; PUT /v1/schedule sets one');
}

export function scheduleOperations({ ledger, queue }: Pick<Context, 'ledger' | 'queue'>): Operation[] {
  async function answerOf(schedule: Schedule): Promise<z.output<typeof ScheduleAnswer>> {
    const next = await queue.nextRun();
    return { ...schedule, next_run: next?.toISOString() ?? null };
  }

  return [
    operation({
      ...common,
      method: 'GET',
      scope: 'read',
      writes: false,
      summary: 'Read the retraining schedule',
      answers: { 200: { description: 'The schedule', schema: ScheduleAnswer } },
      errors: ['schedule_not_found', 'queue_unavailable'],
      async run() {
        const schedule = await ledger.schedule.get();
        if (schedule === undefined) throw notSet();
        return answerOf(schedule);
      },
    }),
    operation({
      ...common,
      method: 'PUT',
      scope: 'admin',
      writes: true,
      summary: 'Set the retraining schedule',
      body: requiredBody(Schedule),
      answers: { 200: { description: 'Set', schema: ScheduleAnswer } },
      errors: ['queue_unavailable'],
      async run({ body: schedule }) {
        // The queue knows wrong patterns, so it goes first: the ledger keeps only what runs.
        await queue.setSchedule(schedule);
        await ledger.schedule.put(schedule);
        return answerOf(schedule);
      },
    }),
    operation({
      ...common,
      method: 'DELETE',
      scope: 'admin',
      writes: true,
      summary: 'Remove the retraining schedule',
      answers: { 204: { description: 'Removed' } },
      errors: ['schedule_not_found', 'queue_unavailable'],
      async run() {
        if ((await ledger.schedule.get()) === undefined) throw notSet();
        await queue.setSchedule(null);
        await ledger.schedule.delete();
        return undefined;
      },
    }),
  ];
}
