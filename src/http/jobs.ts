import { z } from 'zod';
import { PointsmanError } from '../base/errors.js';
import { describe, parse } from '../schema/parse.js';
import { Job, JOB_STATES, TrainRequest } from '../schema/training.js';
import { optionalBodyOf } from './body.js';
import { pathParameter, type Context } from './context.js';
import { jobEvents } from './job-events.js';
import { parseQuery } from './query-parameters.js';
import { sendJson, type Resource } from './resource.js';

const JobQuery = z.strictObject({ state: z.enum(JOB_STATES).optional(), limit: z.int().min(1).max(1000).optional() });
const JobList = z.strictObject({ jobs: z.array(Job) }).meta({ id: 'JobList', description: 'Jobs, newest first' });
const JobCreated = z.strictObject({ job_id: z.string() }).meta({ id: 'JobCreated' });

/** Jobs listed where the request sets no limit. */
const DEFAULT_LIMIT = 100;

const parameters = { id: { schema: z.string(), description: 'Id of a job' } };

export function jobResources(context: Context): Resource[] {
  const { queue, readJson } = context;
  return [
    {
      path: '/v1/retrain',
      tag: 'training',
      operations: {
        post: {
          summary: 'Retrain',
          description:
            'Answers at once; the job’s events tell how it goes. While a job with the same request waits, its ' +
            'id is answered.',
          body: { schema: TrainRequest, required: false },
          answers: { 202: { description: 'Enqueued', schema: JobCreated } },
          errors: ['queue_unavailable'],
          handlers: [
            readJson,
            async (req, res) => {
              const { jobId } = await queue.enqueue(parse(TrainRequest, optionalBodyOf(req) ?? {}));
              res.setHeader('Location', `/v1/jobs/${encodeURIComponent(jobId)}`);
              sendJson(res, 202, JSON.stringify({ job_id: jobId }));
            },
          ],
        },
      },
    },
    {
      path: '/v1/jobs',
      tag: 'training',
      operations: {
        get: {
          summary: 'List jobs',
          query: JobQuery,
          answers: { 200: { description: 'Jobs, newest first', schema: JobList } },
          errors: ['queue_unavailable'],
          handlers: [
            async (req, res) => {
              const { state, limit = DEFAULT_LIMIT } = parseQuery(JobQuery, req.query);
              sendJson(
                res,
                200,
                JSON.stringify({ jobs: await queue.list({ limit, ...(state === undefined ? {} : { state }) }) }),
              );
            },
          ],
        },
      },
    },
    {
      path: '/v1/jobs/{id}',
      tag: 'training',
      parameters,
      operations: {
        get: {
          summary: 'Read a job',
          answers: { 200: { description: 'The job', schema: Job } },
          errors: ['job_not_found', 'queue_unavailable'],
          handlers: [
            async (req, res) => {
              const id = pathParameter(req, 'id');
              const job = await queue.get(id);
              if (job === undefined)
                throw new PointsmanError(
                  'job_not_found',
                  `There is no job ${describe(id)}; GET /v1/jobs lists those there are`,
                );
              sendJson(res, 200, JSON.stringify(job));
            },
          ],
        },
      },
    },
    {
      path: '/v1/jobs/{id}/events',
      tag: 'training',
      parameters,
      operations: {
        get: {
          summary: 'Follow a job',
          description:
            'Server-sent events `progress`, then `completed` or `failed`; each one’s data is the job. The ' +
            'stream ends with the job.',
          answers: { 200: { description: 'Events', types: ['text/event-stream'], schema: z.string() } },
          errors: ['job_not_found', 'queue_unavailable'],
          handlers: [jobEvents(context)],
        },
      },
    },
  ];
}
