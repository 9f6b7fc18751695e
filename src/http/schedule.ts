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
    next_run: z.iso.datetime().nullable().describe('When it fires next; null where the queue does not tell'),
  })
  .meta({ id: 'ScheduleAnswer' });

function notSet(): PointsmanError {
  return new PointsmanError('schedule_not_found', 'No retraining schedule is set; PUT /v1/schedule sets one');
}

export function scheduleResource({ ledger, queue, readJson }: Context): Resource {
  async function answer(schedule: Schedule): Promise<string> {
    const next = await queue.nextRun();
    return JSON.stringify({ ...schedule, next_run: next?.toISOString() ?? null });
  }

  return {
    path: '/v1/schedule',
    tag: 'training',
    operations: {
      get: {
        summary: 'Read the retraining schedule',
        answers: { 200: { description: 'The schedule', schema: ScheduleAnswer } },
        errors: ['schedule_not_found', 'queue_unavailable'],
        handlers: [
          async (_req, res) => {
            const schedule = ledger.getSchedule();
            if (schedule === undefined) throw notSet();
            sendJson(res, 200, await answer(schedule));
          },
        ],
      },
      put: {
        summary: 'Set the retraining schedule',
        body: { schema: Schedule, required: true },
        answers: { 200: { description: 'Set', schema: ScheduleAnswer } },
        errors: ['queue_unavailable'],
        handlers: [
          readJson,
          async (req, res) => {
            const schedule = parse(Schedule, bodyOf(req));
            // The queue knows wrong patterns, so it goes first: the ledger keeps only what runs.
            await queue.setSchedule(schedule);
            ledger.putSchedule(schedule);
            sendJson(res, 200, await answer(schedule));
          },
        ],
      },
      delete: {
        summary: 'Remove the retraining schedule',
        answers: { 204: { description: 'Removed' } },
        errors: ['schedule_not_found', 'queue_unavailable'],
        handlers: [
          async (_req, res) => {
            if (ledger.getSchedule() === undefined) throw notSet();
            await queue.setSchedule(null);
            ledger.deleteSchedule();
            res.writeHead(204).end();
          },
        ],
      },
    },
  };
}
