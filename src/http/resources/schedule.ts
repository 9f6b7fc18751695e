import { z } from 'zod';
import { PointsmanError } from '../../base/errors.js';
import { Schedule } from '../../schema/training.js';
import type { Context } from '../context.js';
import { operation, requiredBody, type Operation } from '../kit/operation.js';

export const ScheduleAnswer = z
  .strictObject({
    ...Schedule.shape,
    next_run: z.iso
      .datetime()
      .nullable()
      .describe('When it fires next; null while the queue is away, which gets the schedule when it is back'),
  })
  .meta({ id: 'ScheduleAnswer' });

const common = { path: '/v1/schedule', tag: 'training' } as const;

function notSet(): PointsmanError {
  return new PointsmanError('schedule_not_found', 'No retraining schedule is set; PUT /v1/schedule sets one');
}

/** A schedule as it is answered. */
export function answerOf(schedule: Schedule, next: Date | null): z.output<typeof ScheduleAnswer> {
  return { ...schedule, next_run: next?.toISOString() ?? null };
}

export function scheduleOperations({ schedule: retraining }: Pick<Context, 'schedule'>): Operation[] {
  return [
    operation({
      ...common,
      method: 'GET',
      scope: 'read',
      writes: false,
      summary: 'Read the retraining schedule',
      answers: { 200: { description: 'The schedule', schema: ScheduleAnswer } },
      errors: ['schedule_not_found'],
      async run() {
        const found = await retraining.read();
        if (found === undefined) throw notSet();
        return answerOf(found.schedule, found.nextRun);
      },
    }),
    operation({
      ...common,
      method: 'PUT',
      scope: 'admin',
      writes: [],
      summary: 'Set the retraining schedule',
      body: requiredBody(Schedule),
      answers: { 200: { description: 'Set', schema: ScheduleAnswer } },
      errors: [],
      run: async ({ body: schedule }) => answerOf(schedule, await retraining.put(schedule)),
    }),
    operation({
      ...common,
      method: 'DELETE',
      scope: 'admin',
      writes: [],
      summary: 'Remove the retraining schedule',
      answers: { 204: { description: 'Removed' } },
      errors: ['schedule_not_found'],
      async run() {
        if (!(await retraining.remove())) throw notSet();
        return undefined;
      },
    }),
  ];
}
