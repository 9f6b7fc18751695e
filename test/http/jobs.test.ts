import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openQueue } from '../../src/queue/index.js';
import type { RetrainQueue, TrainContext, Trainer, Worker } from '../../src/queue/types.js';
import type { Version } from '../../src/schema/ids.js';
import { Job, type TrainRequest, type TrainResult } from '../../src/schema/training.js';
import { keptLog } from '../decision/parts.js';
import { LEDGER_ID, prepareQueue } from '../support/queue-folder.js';
import { postJson, problemIn, startService, type Service } from './service.js';

const RESULT: TrainResult = {
  version: '00000000000000aa' as Version,
  created: true,
  activated: true,
  reason: 'a test',
  status: 'accepted',
  in_force: '00000000000000aa' as Version,
  comparison: [],
  metrics: {},
  backend: 'cpu',
  seconds: 0.1,
  peak_memory_mb: 100,
};

/** What the worker does with the next job; a test sets it before it enqueues. */
let trainer: Trainer = async () => RESULT;
let service: Service;
let queue: RetrainQueue;
let worker: Worker;
/** Event streams that the API has open on the queue. */
let watching = 0;

before(async () => {
  service = await startService({
    app: { heartbeatMs: 50 },
    queue: async (folder) => {
      await prepareQueue(folder);
      queue = await openQueue({ dataDir: folder, ledgerId: LEDGER_ID, log: keptLog().log });
      const watch: RetrainQueue['watch'] = async (id, listener) => {
        const unwatch = await queue.watch(id, listener);
        watching++;
        return () => {
          watching--;
          unwatch();
        };
      };
      return new Proxy(queue, { get: (target, name) => (name === 'watch' ? watch : bound(target, name)) });
    },
  });
  worker = await queue.work((request: TrainRequest, context: TrainContext) => trainer(request, context));
});
after(async () => {
  await worker.close();
  await service.remove();
});

function bound(target: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name, target);
  return typeof value === 'function' ? value.bind(target) : value;
}

async function retrain(request: object = {}): Promise<string> {
  const response = await postJson(`${service.url}/v1/retrain`, request);
  assert.equal(response.status, 202, await response.clone().text());
  const { job_id: id } = (await response.json()) as { job_id: string };
  assert.equal(response.headers.get('location'), `/v1/jobs/${encodeURIComponent(id)}`);
  return id;
}

interface StreamEvent {
  id: string;
  event: string;
  job: Job;
}

function eventsOf(text: string): StreamEvent[] {
  return text
    .split('\n\n')
    .filter((block) => block.includes('event: '))
    .map((block) => {
      const lines = Object.fromEntries(
        block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      return { id: lines['id'] ?? '', event: lines['event'] ?? '', job: Job.parse(JSON.parse(lines['data'] ?? '')) };
    });
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (condition()) return;
    await pause(10);
  }
  assert.fail(`waited in vain for ${what}`);
}

test('a job is enqueued, followed and read', async () => {
  const gate = new EventEmitter();
  trainer = async (_request, { report }) => {
    report({ phase: 'train', fraction: 0.5, message: 'half way' });
    await once(gate, 'open');
    return RESULT;
  };
  const id = await retrain({ seed: 7 });
  const response = await fetch(`${service.url}/v1/jobs/${id}/events`);
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
  setTimeout(() => gate.emit('open'), 400);
  const text = await response.text();
  const events = eventsOf(text);
  assert.deepEqual(
    events.map((one) => one.id),
    events.map((_, i) => String(i + 1)),
  );
  assert.ok(
    events.some((one) => one.event === 'progress' && one.job.progress?.fraction === 0.5),
    text,
  );
  assert.equal(events.at(-1)?.event, 'completed');
  assert.equal(events.filter((one) => one.event !== 'progress').length, 1);
  assert.deepEqual(events.at(-1)?.job.result, RESULT);
  assert.match(text, /^: /m, 'heartbeats');
  assert.equal(watching, 0);

  const job = Job.parse(await (await fetch(`${service.url}/v1/jobs/${id}`)).json());
  assert.deepEqual([job.state, job.request], ['completed', { seed: 7 }]);
  const late = eventsOf(await (await fetch(`${service.url}/v1/jobs/${id}/events`)).text());
  assert.deepEqual(
    late.map((one) => one.event),
    ['completed'],
  );
});

test('an empty body asks for the defaults', async () => {
  trainer = async () => RESULT;
  const response = await fetch(`${service.url}/v1/retrain`, { method: 'POST' });
  assert.equal(response.status, 202);
  const { job_id: id } = (await response.json()) as { job_id: string };
  await (await fetch(`${service.url}/v1/jobs/${id}/events`)).text();
  assert.deepEqual(Job.parse(await (await fetch(`${service.url}/v1/jobs/${id}`)).json()).request, {});
});

test('a client that is killed leaves nothing behind', async () => {
  const gate = new EventEmitter();
  trainer = async () => {
    await once(gate, 'open');
    return RESULT;
  };
  const id = await retrain({ seed: 8 });
  const request = httpGet(`${service.url}/v1/jobs/${id}/events`);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  await once(response, 'data');
  assert.equal(watching, 1);
  request.destroy();
  await until(() => watching === 0, 'the stream to be cleaned up');
  await until(() => gate.listenerCount('open') === 1, 'the trainer');
  gate.emit('open');
  await (await fetch(`${service.url}/v1/jobs/${id}/events`)).text();
});

test('HEAD of a stream ends at once', async () => {
  const id = await retrain({ seed: 9 });
  const response = await fetch(`${service.url}/v1/jobs/${id}/events`, { method: 'HEAD' });
  assert.equal(response.status, 200);
  await until(() => watching === 0, 'the watch to end');
});

async function jobsOf(search: string): Promise<Job[]> {
  const { jobs } = (await (await fetch(`${service.url}/v1/jobs${search}`)).json()) as { jobs: unknown[] };
  return jobs.map((job) => Job.parse(job));
}

test('lists jobs, by state and up to a limit', async () => {
  trainer = async () => RESULT;
  assert.ok((await jobsOf('')).length >= 3);
  assert.equal((await jobsOf('?limit=1')).length, 1);
  for (const job of await jobsOf('?state=completed')) assert.equal(job.state, 'completed');
  for (const search of ['?state=done', '?limit=0', '?limit=x', '?page=2'])
    assert.equal((await problemIn(await fetch(`${service.url}/v1/jobs${search}`))).code, 'invalid_request', search);
});

test('unknown jobs are 404, as are their events', async () => {
  for (const path of ['nobody', 'nobody/events', 'a%20b', '%2e%2e']) {
    const response = await fetch(`${service.url}/v1/jobs/${path}`);
    if (path !== '%2e%2e') assert.equal((await problemIn(response)).code, 'job_not_found', path);
  }
});

test('seed 0 and unknown designs are refused', async () => {
  assert.equal((await problemIn(await postJson(`${service.url}/v1/retrain`, { seed: 0 }))).issues?.[0]?.field, 'seed');
  assert.equal(
    (await problemIn(await postJson(`${service.url}/v1/retrain`, { design: 'best' }))).issues?.[0]?.field,
    'design',
  );
});

test('the schedule is set, read, replaced and removed', async () => {
  const url = `${service.url}/v1/schedule`;
  const put = (body: unknown): Promise<Response> =>
    fetch(url, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  assert.equal((await problemIn(await fetch(url))).code, 'schedule_not_found');
  assert.equal((await problemIn(await fetch(url, { method: 'DELETE' }))).code, 'schedule_not_found');
  const first = (await (await put({ pattern: '0 3 * * *' })).json()) as { next_run: string };
  assert.equal(new Date(first.next_run).getUTCHours(), 3);
  assert.deepEqual(await service.ledger.schedule.get(), { pattern: '0 3 * * *', min_new_interactions: 1 });
  assert.equal((await put({ pattern: '0 4 * * *', min_new_interactions: 100 })).status, 200);
  const { next_run: next, ...schedule } = (await (await fetch(url)).json()) as { next_run: string };
  assert.deepEqual(schedule, { pattern: '0 4 * * *', min_new_interactions: 100 });
  const listed = async (): Promise<unknown> =>
    ((await (await fetch(`${service.url}/v1/jobs`)).json()) as { schedule: unknown }).schedule;
  assert.deepEqual(await listed(), { ...schedule, next_run: next });
  assert.equal(new Date(next).getUTCHours(), 4);
  const wrong = await problemIn(await put({ pattern: 'every day' }));
  assert.deepEqual([wrong.code, wrong.issues?.[0]?.field], ['invalid_request', 'pattern']);
  assert.equal((await service.ledger.schedule.get())?.pattern, '0 4 * * *');
  assert.equal((await fetch(url, { method: 'DELETE' })).status, 204);
  assert.equal(await queue.nextRun(), null);
  assert.equal(await listed(), null);
  assert.equal(await service.ledger.schedule.get(), undefined);
});

test('ready while the queue answers, and says so when it does not', async () => {
  const ready = await fetch(`${service.url}/readyz`);
  assert.deepEqual(
    [ready.status, await ready.json()],
    [
      200,
      {
        ready: true,
        checks: {
          ledger: { ok: true, detail: 'SQLite' },
          queue: { ok: true, detail: 'embedded' },
          artifact: { ok: true, detail: 'prior' },
        },
        version: null,
        models: 3,
      },
    ],
  );
});
