import { Command, Option } from 'commander';
import { JOB_STATES, type Job, type TrainRequest } from '../../schema/training.js';
import { callJson, type ServiceSettings } from '../client.js';
import { group } from '../group.js';
import { options } from '../options.js';
import { print, printJson, table, trainingBar } from '../output.js';
import { PointsmanError } from '../../base/errors.js';

const POLL_MS = 500;

/** Waits for a job to end, showing its progress. */
async function watch(url: string, id: string): Promise<Job> {
  const bar = trainingBar();
  try {
    for (;;) {
      const job = await callJson<Job>(url, 'GET', `/v1/jobs/${encodeURIComponent(id)}`);
      if (job.progress !== null) bar.report(job.progress);
      if (job.state === 'completed') return job;
      if (job.state === 'failed') throw new PointsmanError('training_failed', job.error ?? 'the job failed');
      await new Promise((resume) => setTimeout(resume, POLL_MS));
    }
  } finally {
    bar.stop();
  }
}

export function jobsCommand(): Command {
  const list = new Command('list')
    .description('list retraining jobs, newest first')
    .addOption(new Option('--state <state>', 'only those in this state').choices(JOB_STATES))
    .addOption(options.url())
    .action(async ({ url, state }: ServiceSettings & { state?: string }) => {
      const { jobs } = await callJson<{ jobs: Job[] }>(
        url,
        'GET',
        `/v1/jobs${state === undefined ? '' : `?state=${state}`}`,
      );
      print(
        table(
          ['job', 'state', 'trigger', 'created', 'version', ''],
          jobs.map((j) => [
            j.job_id,
            j.state,
            j.trigger,
            j.created_at,
            j.result?.version ?? '–',
            j.error ?? j.result?.reason ?? j.progress?.message ?? '',
          ]),
        ),
      );
    });
  const show = new Command('show')
    .description('print one job')
    .argument('<id>')
    .addOption(options.url())
    .action(async (id: string, { url }: ServiceSettings) =>
      printJson(await callJson(url, 'GET', `/v1/jobs/${encodeURIComponent(id)}`)),
    );
  const start = new Command('start')
    .description('retrain now, and wait for the end')
    .addOption(options.design().default(undefined))
    .addOption(options.seed().default(undefined))
    .addOption(options.backend().default(undefined))
    .addOption(options.url())
    .action(async ({ url, ...request }: ServiceSettings & TrainRequest) => {
      const { job_id } = await callJson<{ job_id: string }>(url, 'POST', '/v1/retrain', request);
      printJson(await watch(url, job_id));
    });
  const follow = new Command('watch')
    .description('wait for the end of a job')
    .argument('<id>')
    .addOption(options.url())
    .action(async (id: string, { url }: ServiceSettings) => printJson(await watch(url, id)));
  return group('jobs', 'retraining jobs of a running service', [list, show, start, follow]);
}
