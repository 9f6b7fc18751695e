import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { createFollower } from '../../src/live/follower.js';
import { openLiveHealth } from '../../src/live/breakers.js';
import { openLedger } from '../../src/store/open.js';
import type { LlmHealth } from '../../src/schema/health.js';
import type { RouteResponse } from '../../src/schema/route.js';
import { keptLog } from '../decision/parts.js';
import { eventually } from '../support/wait.js';
import { LLMS, postJson, problemIn, startService, type Service } from './service.js';

let service: Service;
beforeEach(async () => (service = await startService()));
afterEach(() => service.remove());

const BEST = 'b/large';

async function send<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(service.url + path, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()) as T;
}
const route = (fields: object = {}): Promise<RouteResponse> =>
  send('POST', '/v1/route', { query: 'How far is the moon?', explain: true, ...fields });
const health = async (): Promise<Record<string, LlmHealth>> =>
  Object.fromEntries((await send<{ models: LlmHealth[] }>('GET', '/v1/health')).models.map((one) => [one.model, one]));
const reports = (count: number, ok: boolean, model = BEST): object[] =>
  Array.from({ length: count }, () => ({ model, ok, ...(ok ? {} : { error: 'upstream 503' }) }));

test('an LLM whose calls fail is out of the rankings at once, and its decision says why', async () => {
  assert.equal((await route()).model, BEST);
  assert.equal((await health())[BEST]!.state, 'closed');
  const { models } = await send<{ models: LlmHealth[] }>('POST', '/v1/health', reports(5, false));
  assert.deepEqual(
    models.map(({ model, state, failures, error }) => [model, state, failures, error]),
    [[BEST, 'open', 5, 'upstream 503']],
  );
  const answer = await route();
  assert.deepEqual(
    answer.ranking.map((one) => one.model),
    ['a/middle', 'a/small'],
  );
  assert.ok(!answer.fallbacks.includes(BEST as never));
  assert.match(
    answer.explanation!.excluded.find((one) => one.model === BEST)!.reason,
    /^5 of its last 5 calls failed \(upstream 503\); it is tried again at 2/,
  );
  assert.match(await (await fetch(`${service.url}/metrics`)).text(), /pointsman_model_out\{model="b\/large"\} 1/);
});

test('feedback counts: errors as failures, once for each key, and not what is old', async () => {
  const failed = { query: 'q', model: BEST, score: 0, error: 'timeout' };
  const old = Array.from({ length: 9 }, () => ({ ...failed, at: '2020-01-01T00:00:00Z' }));
  for (const body of [old, [failed, failed, failed]])
    for (let i = 0; i < 2; i++)
      assert.equal(
        (await postJson(`${service.url}/v1/feedback`, body, { 'Idempotency-Key': String(body.length) })).status,
        201,
      );
  assert.deepEqual([(await health())[BEST]!.state, (await health())[BEST]!.calls], ['closed', 3]);
  await postJson(`${service.url}/v1/feedback`, [
    failed,
    { ...failed, at: new Date(Date.now() + 3_600_000).toISOString() },
  ]);
  assert.equal((await health())[BEST]!.state, 'open');
  assert.ok(Date.parse((await health())[BEST]!.opened_at!) <= Date.now());
  assert.notEqual((await route()).model, BEST);
});

test('where all fail, failures do not count', async () => {
  for (const model of LLMS) await send('POST', '/v1/health', reports(5, false, model));
  const answer = await route();
  assert.deepEqual([answer.model, answer.ranking.length], [BEST, 3]);
  assert.match(answer.explanation!.summary, /every candidate is failing, so that did not count/);
  assert.equal((await route({ models: [LLMS[0]] })).model, LLMS[0], 'a request may leave only LLMs that fail');
});

test('it is tried with one query at a time after the cool-down, and comes back when they succeed', async () => {
  await send('PUT', '/v1/breaker', { cool_down_ms: 200, probe_interval_ms: 60_000, probes: 2 });
  await send('POST', '/v1/health', reports(5, false));
  assert.notEqual((await route()).model, BEST);
  await eventually('the cool-down', async () => (await health())[BEST]!.state === 'half_open', 5_000);
  const chosen = await Promise.all(Array.from({ length: 10 }, () => route()));
  assert.equal(chosen.filter(({ model }) => model === BEST).length, 1);
  assert.match(chosen.at(-1)!.explanation!.excluded[0]!.reason, /being tried: one query in 60000 ms/);
  await send('POST', '/v1/health', reports(1, true)[0]);
  assert.equal((await health())[BEST]!.state, 'half_open');
  await send('POST', '/v1/health', reports(1, true));
  assert.equal((await health())[BEST]!.state, 'closed');
  assert.equal((await route()).model, BEST);
});

test('an operator takes an LLM out and puts it back', async () => {
  const out = await send<LlmHealth>('PUT', `/v1/health/${BEST}`, { state: 'open', reason: 'contract ended' });
  assert.deepEqual([out.state, out.error, out.retry_at], ['open', 'contract ended', null]);
  assert.match((await route()).explanation!.excluded[0]!.reason, /held out by an operator: contract ended/);
  await send('POST', '/v1/health', reports(9, true));
  assert.equal((await health())[BEST]!.state, 'open');
  assert.equal((await send<LlmHealth>('PUT', '/v1/health/b%2Flarge', { state: 'closed' })).state, 'closed');
  assert.equal((await route()).model, BEST);
});

test('it is the same for every process on the ledger, and after a restart', async (t) => {
  const ledger = await openLedger(join(service.folder, 'ledger.sqlite'), { clock: systemClock });
  t.after(() => ledger.close());
  const { log, lines } = keptLog();
  const other = await openLiveHealth({ ledger, clock: systemClock, log });
  t.after(createFollower(ledger.changes, [other], log).start(20));
  assert.equal(other.barred(), null);
  await send('POST', '/v1/health', reports(5, false));
  await eventually('the other process knows', async () => other.barred() !== null, 5_000);
  assert.match(other.barred()!(BEST)!, /5 of its last 5 calls failed/);
  assert.equal(other.barred()!('a/small'), undefined);
  assert.match(lines.join(), /LLM taken out of the rankings/);
  await ledger.breakers.override(BEST, 'closed', undefined);
  await eventually('it is back', async () => other.barred() === null, 5_000);
});

test('wrong reports and settings are refused whole, and say where', async () => {
  const refused = async (method: string, path: string, body: unknown): Promise<string> => {
    const problem = await problemIn(
      await fetch(service.url + path, {
        method,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    );
    return `${problem.status} ${problem.code} ${problem.detail}`;
  };
  assert.match(
    await refused('POST', '/v1/health', [
      { model: BEST, ok: false },
      { model: 'no/such', ok: true },
    ]),
    /^422 unknown_model \[1\]\.model: .*"no\/such"/,
  );
  assert.equal((await health())[BEST]!.calls, 0, 'none of them counts');
  assert.match(await refused('POST', '/v1/health', { model: BEST }), /^400 invalid_request ok: /);
  assert.match(
    await refused('POST', '/v1/health', { model: BEST, ok: true, error: 'x' }),
    /^400 invalid_request error: expected none where ok is true/,
  );
  assert.match(await refused('POST', '/v1/health', []), /^400/);
  assert.match(await refused('PUT', '/v1/health/no/such', { state: 'open' }), /^404 model_not_found/);
  assert.match(
    await refused('PUT', '/v1/breaker', { min_calls: 30 }),
    /^400 invalid_request min_calls: expected no more than calls/,
  );
  assert.match(await refused('PUT', '/v1/breaker', { cool_down_ms: 0 }), /^400 invalid_request cool_down_ms/);
  assert.equal((await send<{ min_calls: number }>('GET', '/v1/breaker')).min_calls, 5);
});
