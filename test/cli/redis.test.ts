import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { RouteResponse } from '../../src/schema/route.js';
import { lacking } from '../support/programs.js';
import { startRedis, PASSWORD, type Server } from '../support/servers.js';
import { eventually } from '../support/wait.js';
import { api, done, jsonLines, pointsman, retrain, scoreRows, service, workplace } from './support.js';

const skip = lacking('redis');

describe('API and worker as processes of their own, on one Redis', { skip }, () => {
  let redis: Server;
  before(async () => {
    redis = (await startRedis())!;
  });
  after(() => redis?.stop());

  test('the worker trains what the API is asked for, and the API serves it', async (t) => {
    const { data, file } = workplace(t);
    await done('import', file('log.jsonl', jsonLines(scoreRows(24))), '--data', data);
    const common = ['--data', data, '--queue', redis.url];
    const [api1, api2] = [await service(t, 'serve', common), await service(t, 'serve', common)];
    const { job_id } = await api<{ job_id: string }>(api1.url, 'POST', '/v1/retrain', { seed: 9 });
    assert.equal(
      (await api<{ state: string }>(api2.url, 'GET', `/v1/jobs/${job_id}`)).state,
      'waiting',
      'nobody works yet',
    );
    const worker = await service(t, 'worker', common);
    const { version } = (await retrain(api2.url, { seed: 9 })).result!;
    for (const { url } of [api1, api2])
      await eventually(
        'the version',
        async () => (await api<RouteResponse>(url, 'GET', '/route?query=x')).version === version,
      );
    assert.equal((await api<{ state: string }>(api1.url, 'GET', `/v1/jobs/${job_id}`)).state, 'completed');
    for (const one of [worker, api1, api2]) {
      const { code, seconds } = await one.end();
      assert.deepEqual([code, seconds < 8], [0, true], `${code} after ${seconds} s: ${one.output()}`);
      assert.ok(!one.output().includes(PASSWORD), 'the password is not shown');
    }
  });
});

test('serve and worker say that they need a queue to share', async (t) => {
  for (const command of ['serve', 'worker']) {
    const { code, stderr } = await pointsman([command, '--data', workplace(t).data]);
    assert.equal(code, 2);
    assert.match(stderr, /POINTSMAN_QUEUE: expected redis:\/\/… or postgres:\/\/…/);
  }
});
