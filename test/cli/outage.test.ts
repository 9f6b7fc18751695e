import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { after, before, describe, test, type TestContext } from 'node:test';
import type { RouteResponse } from '../../src/schema/route.js';
import type { Job, Schedule } from '../../src/schema/training.js';
import { lacking } from '../support/programs.js';
import { PASSWORD, startRedis, type Server } from '../support/servers.js';
import { eventually } from '../support/wait.js';
import { api, HASHING, importKnown, KNOWN, pointsman, retrain, service, LIGHT, workplace } from './support.js';

interface Readiness {
  ready: boolean;
  checks: Record<'ledger' | 'queue', { ok: boolean; detail: string }>;
}
type ScheduleAnswer = Schedule & { next_run: string | null };

const readiness = async (url: string): Promise<Readiness> => api<Readiness>(url, 'GET', '/readyz');

/** The code of an answer that is an error. */
async function codeOf(url: string, method: string, path: string): Promise<[status: number, code: string]> {
  const response = await fetch(url + path, { method });
  return [response.status, ((await response.json()) as { code: string }).code];
}

/** A data folder with a log. */
async function filled(t: TestContext): Promise<string> {
  const place = workplace(t);
  await importKnown(place);
  return place.data;
}

/** A port that takes connections and never answers. */
async function mutePort(t: TestContext): Promise<number> {
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

describe('a start that fails', () => {
  for (const scheme of ['redis', 'postgres'])
    test(`ends soon, though the ${scheme} server does not answer`, async (t) => {
      const [mute, taken] = [await mutePort(t), await mutePort(t)];
      const queue = `${scheme}://127.0.0.1:${mute}`;
      const began = performance.now();
      const args = ['start', '--queue', queue, '--port', String(taken), '--data', workplace(t).data];
      const { code, stderr } = await pointsman(args);
      assert.equal(code, 2);
      assert.match(stderr, /host and port: expected an address to listen on, got .*EADDRINUSE/);
      assert.ok(performance.now() - began < 15_000, `${performance.now() - began} ms`);
    });
});

describe('services whose Redis goes away and comes back', { skip: lacking('redis') }, () => {
  let redis: Server;
  before(async () => {
    redis = (await startRedis())!;
  });
  after(() => redis?.stop());

  test('route, say that the queue is away, and use it when it is there, without a restart', async (t) => {
    const common = ['--data', await filled(t), '--queue', redis.url, ...HASHING];
    await redis.halt();
    const [serve, worker] = [await service(t, 'serve', common), await service(t, 'worker', common)];
    assert.ok((await api<RouteResponse>(serve.url, 'GET', '/route?query=x')).model);
    const away = await readiness(serve.url);
    assert.deepEqual([away.ready, away.checks.ledger.ok, away.checks.queue.ok], [true, true, false]);
    assert.match(away.checks.queue.detail, /can't be reached: .*ECONNREFUSED/);
    for (const [method, path] of [
      ['POST', '/v1/retrain'],
      ['GET', '/v1/jobs'],
      ['GET', '/v1/jobs/x/events'],
    ] as const)
      assert.deepEqual(await codeOf(serve.url, method, path), [503, 'queue_unavailable']);
    const wanted = await api<ScheduleAnswer>(serve.url, 'PUT', '/v1/schedule', { pattern: '0 3 * * *' });
    assert.equal(wanted.next_run, null);
    for (const { output } of [serve, worker])
      await eventually('the log says so', () => output().includes('the job queue is away'));

    await redis.resume();
    await eventually('ready', async () => (await readiness(serve.url)).checks.queue.ok);
    const { result } = await retrain(serve.url, KNOWN);
    assert.ok(result!.version);
    await eventually('the schedule is installed', async () => {
      const { next_run } = await api<ScheduleAnswer>(serve.url, 'GET', '/v1/schedule');
      return next_run?.slice(11) === '03:00:00.000Z';
    });
    for (const one of [worker, serve]) {
      assert.equal((await one.end()).code, 0);
      assert.ok(!one.output().includes(PASSWORD), 'the password is not shown');
    }
  });

  test('agree with the ledger about the schedule, whatever was asked for while Redis did not answer', async (t) => {
    const { url } = await service(t, 'start', ['--data', await filled(t), '--queue', redis.url, ...LIGHT]);
    const put = (pattern: string): Promise<ScheduleAnswer> =>
      api<ScheduleAnswer>(url, 'PUT', '/v1/schedule', { pattern });
    const read = async (): Promise<ScheduleAnswer> => api<ScheduleAnswer>(url, 'GET', '/v1/schedule');
    assert.equal((await put('0 3 * * *')).next_run?.slice(11), '03:00:00.000Z');
    const hours = async (): Promise<string | undefined> => (await read()).next_run?.slice(11, 13);
    redis.freeze();
    try {
      assert.equal((await put('0 4 * * *')).next_run, null);
      assert.equal((await put('0 5 * * *')).next_run, null);
      assert.equal((await readiness(url)).checks.queue.ok, false);
      assert.deepEqual(await codeOf(url, 'GET', '/v1/jobs'), [503, 'queue_unavailable']);
    } finally {
      redis.thaw();
    }
    await eventually('what is wanted is installed', async () => (await hours()) === '05');
    redis.freeze();
    assert.equal((await fetch(`${url}/v1/schedule`, { method: 'DELETE' })).status, 204);
    redis.thaw();
    assert.deepEqual(await codeOf(url, 'GET', '/v1/schedule'), [404, 'schedule_not_found']);
  });

  test('with other ledgers do their own jobs only', async (t) => {
    const [one, other] = await Promise.all(
      [await filled(t), await filled(t)].map((data) =>
        service(t, 'start', ['--data', data, '--queue', redis.url, ...LIGHT]),
      ),
    );
    const { job_id: id, result } = await retrain(one!.url, KNOWN);
    const jobsOf = async (url: string): Promise<Job[]> => (await api<{ jobs: Job[] }>(url, 'GET', '/v1/jobs')).jobs;
    assert.deepEqual(
      (await jobsOf(one!.url)).map((job) => job.job_id),
      [id],
    );
    assert.deepEqual(await jobsOf(other!.url), []);
    const served = async (url: string): Promise<string | null> =>
      (await api<RouteResponse>(url, 'GET', '/route?query=x')).version;
    assert.equal(await served(one!.url), result!.version);
    assert.equal(await served(other!.url), null);
    await api(one!.url, 'PUT', '/v1/schedule', { pattern: '* * * * * *', min_new_interactions: 1_000 });
    await eventually('the schedule fires', async () => (await jobsOf(one!.url)).length >= 3);
    assert.deepEqual(await jobsOf(other!.url), []);
  });
});
