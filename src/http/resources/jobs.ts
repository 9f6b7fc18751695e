import { z } from 'zod';
import { PointsmanError } from '../../base/errors.js';
import { describe } from '../../schema/parse.js';
import { Job, JOB_STATES, TrainRequest } from '../../schema/training.js';
import type { Context } from '../context.js';
import { valueReply } from '../kit/answer.js';
import { operation, optionalBody, type Operation } from '../kit/operation.js';
import { jobEvents } from './job-events.js';
import { answerOf, ScheduleAnswer } from './schedule.js';

const JobQuery = z.strictObject({ state: z.enum(JOB_STATES).optional(), limit: z.int().min(1).max(1000).optional() });
const JobList = z
  .strictObject({
    jobs: z.array(Job),
    schedule: ScheduleAnswer.nullable().describe('When more come by themselves; null where no schedule is set'),
  })
  .meta({ id: 'JobList', description: 'Jobs, newest first' });
const JobCreated = z.strictObject({ job_id: z.string() }).meta({ id: 'JobCreated' });

/** Jobs listed where the request sets no limit. */
const DEFAULT_LIMIT = 100;

const params = { id: { schema: z.string().max(200), description: 'Id of a job' } };

export function jobOperations(context: Pick<Context, 'queue' | 'schedule' | 'streams' | 'heartbeatMs'>): Operation[] {
  const { queue, schedule: retraining } = context;
  return [
    operation({
      method: 'POST',
      path: '/v1/retrain',
      tag: 'training',
      scope: 'admin',
      writes: false,
      summary: 'Retrain',
      description:
        'Answers at once; the job’s events tell how it goes. While a job with the same request waits, its ' +
        'id is answered.',
      body: optionalBody(TrainRequest),
      answers: { 202: { description: 'Enqueued', schema: JobCreated } },
      errors: ['queue_unavailable'],
      async run({ body }) {
        const { jobId } = await queue.enqueue(body);
        return valueReply({ job_id: jobId }, { headers: { Location: `/v1/jobs/${encodeURIComponent(jobId)}` } });
      },
    }),
    operation({
      method: 'GET',
      path: '/v1/jobs',
      tag: 'training',
      scope: 'read',
      writes: false,
      summary: 'List jobs',
      query: JobQuery,
      answers: { 200: { description: 'Jobs, newest first', schema: JobList } },
      errors: ['queue_unavailable'],
      async run({ query: { state, limit = DEFAULT_LIMIT } }) {
        const [jobs, set] = await Promise.all([
          queue.list({ limit, ...(state === undefined ? {} : { state }) }),
          retraining.read(),
        ]);
        return { jobs, schedule: set === undefined ? null : answerOf(set.schedule, set.nextRun) };
      },
    }),
    operation({
      method: 'GET',
      path: '/v1/jobs/{id}',
      tag: 'training',
      scope: 'read',
      writes: false,
      summary: 'Read a job',
      params,
      answers: { 200: { description: 'The job', schema: Job } },
      errors: ['job_not_found', 'queue_unavailable'],
      async run({ params: { id } }) {
        const job = await queue.get(id);
        if (job === undefined)
          throw new PointsmanError(
            'job_not_found',
            `There is no job ${describe(id)}; GET /v1/jobs lists those there are`,
          );
        return job;
      },
    }),
    operation({
      method: 'GET',
      path: '/v1/jobs/{id}/events',
      tag: 'training',
      scope: 'read',
      writes: false,
      summary: 'Follow a job',
      description:
        'Server-sent events `progress`, then `completed` or `failed`; each one’s data is the job. The ' +
        'stream ends with the job.',
      params,
      streams: true,
      answers: { 200: { description: 'Events', types: ['text/event-stream'], schema: z.string() } },
      errors: ['job_not_found', 'queue_unavailable'],
      run: ({ params: { id } }) => jobEvents(context, id),
    }),
  ];
}
