import { z } from 'zod';
import { PointsmanError } from '../base/errors.js';
import { parse } from '../schema/parse.js';
import { Schedule } from '../schema/training.js';
import { bodyOf } from './body.js';
import type { Context } from './context.js';
import { sendJson, type Resource } from './resource.js';

const ScheduleAnswer = z
  .strictObject({
    ...Schedule.shape,
    next_run: z.iso
      .datetime()
      .nullable()
      .describe('When it fires next; null while the queue is away, which gets the schedule when it is back'),
  })
  .meta({ id: 'ScheduleAnswer' });

function notSet(): PointsmanError {
  return new PointsmanError('schedule_not_found', 'No retraining schedule is set; PUT /v1/schedule sets one');
}

const answer = (schedule: Schedule, next: Date | null): string =>
  JSON.stringify({ ...schedule, next_run: next?.toISOString() ?? null });

export function scheduleResource({ schedule: retraining, readJson }: Context): Resource {
  return {
    path: '/v1/schedule',
    tag: 'training',
    operations: {
      get: {
        summary: 'Read the retraining schedule',
        answers: { 200: { description: 'The schedule', schema: ScheduleAnswer } },
        errors: ['schedule_not_found'],
        handlers: [
          async (_req, res) => {
            const found = await retraining.read();
            if (found === undefined) throw notSet();
            sendJson(res, 200, answer(found.schedule, found.nextRun));
          },
        ],
      },
      put: {
        summary: 'Set the retraining schedule',
        body: { schema: Schedule, required: true },
        answers: { 200: { description: 'Set', schema: ScheduleAnswer } },
        errors: [],
        handlers: [
          readJson,
          async (req, res) => {
            const schedule = parse(Schedule, bodyOf(req));
            sendJson(res, 200, answer(schedule, await retraining.put(schedule)));
          },
        ],
      },
      delete: {
        summary: 'Remove the retraining schedule',
        answers: { 204: { description: 'Removed' } },
        errors: ['schedule_not_found'],
        handlers: [
          async (_req, res) => {
            if (!(await retraining.remove())) throw notSet();
            res.writeHead(204).end();
          },
        ],
      },
    },
  };
}
