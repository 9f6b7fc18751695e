import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { pythonWith } from '../support/python.js';
import { startGateway, type Gateway } from './gateway.js';
import { ENV, packageRoot, startService, type Service } from './service.js';

const run = promisify(execFile);
const PACKAGE = join(packageRoot, 'dist/clients/python');
const SCRIPT = join(packageRoot, 'test/client/python_client.py');

interface Failed {
  status: number;
  code: string;
  detail: string;
  fields: string[];
}

/** What `python_client.py` prints. */
interface Met {
  routed: { models: string[]; talk: string; policy: string; task: string; listed: string; explained: boolean };
  told: { first: object; again: object; signals: number; outcomes: number };
  paged: { same: boolean };
  refused: Record<'policy' | 'field' | 'job' | 'away' | 'call' | 'again', Failed>;
  repeated: number;
  managed: { id: string; models: string[]; left: string[]; metrics: boolean };
  followed: { names: string[]; last: string; job: boolean };
}

describe('the client for Python', () => {
  let service: Service;
  let gateway: Gateway;
  before(async () => {
    service = await startService();
    gateway = await startGateway(service.url);
  });
  after(async () => {
    await gateway.close();
    await service.stop();
  });

  test('routes, tells, reads pages and events, and says what is wrong', async () => {
    gateway.refuse(2, 503, { 'retry-after': '0' });
    const env = { ...ENV, PYTHONPATH: PACKAGE, PYTHONDONTWRITEBYTECODE: '1', PYTHONIOENCODING: 'utf-8' };
    const { stdout } = await run('python3', [SCRIPT, service.url, gateway.url], { env });
    const { routed, told, paged, refused, repeated, managed, followed } = JSON.parse(stdout) as Met;
    assert.deepEqual(routed.models.toSorted(), ['lab/large', 'lab/small']);
    const { talk, policy, task, listed, explained } = routed;
    assert.deepEqual([talk, policy, task, listed, explained], ['lab/small', 'latency', 'trains', 'lab/small', true]);
    assert.deepEqual(told.first, { interactions: 1, preferences: 0, new_models: [] });
    assert.deepEqual({ ...told, first: told.again }, { first: told.again, again: told.first, signals: 1, outcomes: 3 });
    assert.equal(paged.same, true);
    const codes = Object.fromEntries(Object.entries(refused).map(([name, { status, code }]) => [name, [status, code]]));
    assert.deepEqual(codes, {
      policy: [422, 'unknown_policy'],
      field: [400, 'invalid_request'],
      job: [404, 'job_not_found'],
      away: [0, 'unreachable'],
      call: [404, 'model_not_found'],
      again: [503, 'http_503'],
    });
    assert.deepEqual(refused.field.fields, ['min_quality']);
    assert.match(refused.policy.detail, /nobody/);
    assert.equal(repeated, 2);
    assert.equal(gateway.seen.length, 3);
    assert.deepEqual(managed, {
      id: 'lab/tiny',
      models: ['lab/large', 'lab/small', 'lab/tiny'],
      left: ['lab/large', 'lab/small'],
      metrics: true,
    });
    assert.deepEqual(followed, { names: ['progress'], last: 'failed', job: true });
  });

  const mypy = pythonWith('mypy==2.4.0', 'mypy');
  test('is typed, and so is what uses it', { skip: 'lacking' in mypy && mypy.lacking }, async (t) => {
    assert.ok('env' in mypy);
    const cache = mkdtempSync(join(tmpdir(), 'pointsman-mypy-'));
    t.after(() => rmSync(cache, { recursive: true, force: true }));
    const args = ['-m', 'mypy', '--strict', '--cache-dir', cache, join(PACKAGE, 'pointsman'), SCRIPT];
    const { stdout } = await run('python3', args, { env: { ...mypy.env, MYPYPATH: PACKAGE } });
    assert.match(stdout, /no issues found/);
  });
});
