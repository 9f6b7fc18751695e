import { Command, Option } from 'commander';
import { PointsmanError } from '../../base/errors.js';
import { JOB_STATES, type Job, type TrainRequest } from '../../schema/training.js';
import { group } from '../group.js';
import { comparisonTable } from '../metrics-table.js';
import { options } from '../options.js';
import { answer, answerScripts, facts, print, table, trainingBar } from '../output.js';
import { paintState } from '../paint.js';
import { overApi, type Ask, type Target } from '../target.js';

const POLL_MS = 500;
const JOB = { json: 'the job; as it is where no terminal reads along' };

const pathOf = (id: string): string => `/v1/jobs/${encodeURIComponent(id)}`;

/** Waits for a job to end, showing its progress. */
async function watch(ask: Ask, id: string): Promise<Job> {
  const bar = trainingBar();
  try {
    for (;;) {
      const job = await ask<Job>('GET', pathOf(id));
      if (job.progress !== null) bar.report(job.progress);
      if (job.state === 'completed') return job;
      if (job.state === 'failed') throw new PointsmanError('training_failed', job.error ?? 'the job failed');
      await new Promise((resume) => setTimeout(resume, POLL_MS));
    }
  } finally {
    bar.stop();
  }
}

/** One job, for people. */
function show({ result, progress, ...job }: Job): void {
  const { comparison, metrics, ...rest } = result ?? {};
  print(facts({ ...job, ...(progress !== null && result === null && { progress }), ...(result && { result: rest }) }));
  if (comparison !== undefined && metrics !== undefined) print(`\n${comparisonTable(comparison, metrics)}`);
}

/** Throws `invalid_config` where nobody would take a job: nobody works at an embedded queue but its own service. */
function checkTaken(target: Target, queue: string | undefined): void {
  if (target.kind === 'service' || queue !== undefined) return;
  throw new PointsmanError(
    'invalid_config',
    `--data ${target.data}: expected --queue, whose workers take the job, or --url of a service; ` +
      `\`pointsman train --data ${target.data}\` trains here`,
  );
}

function listCommand(): Command {
  return overApi<{ state?: string }>(
    new Command('list')
      .description('list retraining jobs, newest first')
      .addOption(new Option('--state <state>', 'only those in this state').choices(JOB_STATES)),
    { json: '{"jobs": [Job]}' },
    async ({ ask }, { state, json }) => {
      const found = await ask<{ jobs: Job[] }>('GET', `/v1/jobs${state === undefined ? '' : `?state=${state}`}`);
      const rows = found.jobs.map((j) => [
        j.job_id,
        paintState(j.state),
        j.trigger,
        j.created_at,
        j.result?.version ?? '–',
        j.error ?? j.result?.reason ?? j.progress?.message ?? '',
      ]);
      answer(json, found, () => print(table(['job', 'state', 'trigger', 'created', 'version', ''], rows)));
    },
  );
}

function startCommand(): Command {
  return overApi<TrainRequest & { queue?: string }>(
    new Command('start')
      .description('retrain now, and wait for the end')
      .addOption(options.design().default(undefined))
      .addOption(options.seed().default(undefined))
      .addOption(options.backend().default(undefined)),
    JOB,
    async ({ ask, target }, { json, design, seed, backend, queue }) => {
      checkTaken(target, queue);
      const { job_id } = await ask<{ job_id: string }>('POST', '/v1/retrain', { design, seed, backend });
      const job = await watch(ask, job_id);
      answerScripts(json, job, () => show(job));
    },
  );
}

export function jobsCommand(): Command {
  const one = overApi(
    new Command('show').description('print one job').argument('<id>'),
    JOB,
    async ({ ask }, { json }, id) => {
      const job = await ask<Job>('GET', pathOf(id));
      answerScripts(json, job, () => show(job));
    },
  );
  const follow = overApi(
    new Command('watch').description('wait for the end of a job').argument('<id>'),
    JOB,
    async ({ ask }, { json }, id) => {
      const job = await watch(ask, id);
      answerScripts(json, job, () => show(job));
    },
  );
  return group('jobs', 'retraining jobs', [listCommand(), one, startCommand(), follow]);
}
