import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, test, type TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { createRng } from '../../src/base/rng.js';
import { openDriftFollower } from '../../src/alerts/follow.js';
import { checkingWebhooks, webhookSettings } from '../../src/alerts/webhooks.js';
import { createFollower } from '../../src/live/follower.js';
import { openLiveTrust } from '../../src/live/trust.js';
import { openLedger } from '../../src/store/open.js';
import type { Alert, AlertDetail, DriftSettings } from '../../src/schema/drift.js';
import type { RouteResponse } from '../../src/schema/route.js';
import { keptLog } from '../decision/parts.js';
import { eventually } from '../support/wait.js';
import { ask, noQueue, postJson, PRIVATE_WEBHOOKS, problemIn, startService, type Service } from './service.js';

let service: Service;
let enqueued: unknown[];
beforeEach(async () => {
  enqueued = [];
  // The queue itself has its own tests; here it counts what it is asked for.
  const queue = {
    ...noQueue,
    enqueue: async (...asked: unknown[]) => ({ jobId: `job-${enqueued.push(asked)}`, created: true }),
  };
  service = await startService({ queue: async () => queue });
});
afterEach(() => service.remove());

const BEST = 'b/large';
const rng = createRng(7);

async function send<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(service.url + path, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()) as T;
}
const alerts = async (state = 'open'): Promise<Alert[]> =>
  (await send<{ alerts: Alert[] }>('GET', `/v1/alerts?state=${state}`)).alerts;
const route = (fields: object = {}): Promise<RouteResponse> =>
  send('POST', '/v1/route', { query: 'How far is the moon?', task: 'space', ...fields });

/** Posts interactions of an LLM that is right in the share `rate` of them. */
async function post(n: number, rate: number, fields: object = {}, headers: Record<string, string> = {}): Promise<void> {
  const items = Array.from({ length: n }, (_, i) => ({
    query: `question ${i}`,
    task: 'space',
    model: BEST,
    score: Number(rng.next() < rate),
    ...fields,
  }));
  assert.equal((await postJson(`${service.url}/v1/feedback`, items, headers)).status, 201);
}

/** An LLM that was right mostly, and now is not; answers the alert. */
async function drop(): Promise<Alert> {
  await post(400, 0.9);
  await post(100, 0.2);
  await eventually('the alert', async () => (await alerts()).length > 0, 5_000);
  return (await alerts())[0]!;
}

/** A webhook's receiver, which answers the statuses in turn and then 200. */
async function receiver(
  t: TestContext,
  statuses: number[],
): Promise<{ url: string; bodies: { event: string; alert: Alert }[] }> {
  const bodies: { event: string; alert: Alert }[] = [];
  const server = createServer(async (req: IncomingMessage, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    bodies.push(JSON.parse(Buffer.concat(chunks).toString()) as { event: string; alert: Alert });
    res.writeHead(statuses.shift() ?? 200).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path`, bodies };
}

test('an LLM that gets worse on a task loses that traffic at once, until the alert is resolved', async () => {
  await post(400, 0.9);
  assert.equal((await route()).model, BEST);
  const before = (await route()).ranking.find(({ model }) => model === BEST)!;
  const alert = await drop();
  assert.ok(
    alert.model === BEST &&
      alert.task === 'space' &&
      alert.signal === 'score' &&
      alert.before > 0.8 &&
      alert.after < 0.4,
    JSON.stringify(alert),
  );
  const after = (await route()).ranking.find(({ model }) => model === BEST)!;
  assert.notEqual((await route()).model, BEST);
  assert.ok(
    before.quality - after.quality > 0.4 && after.uncertainty > before.uncertainty + 0.1,
    JSON.stringify([before, after]),
  );
  assert.equal((await route({ task: 'cooking' })).model, BEST, 'on other tasks it is as good as ever');
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  assert.match(
    metrics,
    /pointsman_drift_alerts_total\{model="b\/large",task="space",signal="score",direction="worse"\} 1/,
  );
  assert.match(metrics, /pointsman_drift_alert_open\{model="b\/large",task="space",signal="score"\} 1/);

  await eventually('a job', async () => (await alerts())[0]!.retrain_job === 'job-1', 5_000);
  assert.deepEqual(enqueued, [[{}, 'drift']]);
  const resolved = await send<Alert>('POST', `/v1/alerts/${alert.id}/resolve`, { reason: 'a known outage' });
  assert.deepEqual([resolved.resolution, resolved.reason], ['operator', 'a known outage']);
  assert.deepEqual(
    (await route()).ranking.find(({ model }) => model === BEST),
    before,
  );
  assert.deepEqual([(await alerts()).length, (await alerts('all')).length], [0, 1]);
  assert.doesNotMatch(await (await fetch(`${service.url}/metrics`)).text(), /pointsman_drift_alert_open\{/);
});

test('an alert is answered with the answers around its change', async () => {
  const alert = await drop();
  // Other tasks and LLMs, and what failed, are no part of the series.
  await post(50, 1, { task: 'cooking' });
  await post(50, 1, { model: 'a/small' });
  await post(3, 0, { error: 'upstream 503' });
  const { series, ...same } = await send<AlertDetail>('GET', `/v1/alerts/${alert.id}`);
  // Answers go on coming, and a retraining may begin meanwhile.
  const { after: worse, retrain_job: job } = alert;
  assert.deepEqual({ ...same, after: worse, retrain_job: job }, alert);
  const { changed_at: changed, before, after, points } = series!;
  assert.equal(changed, alert.since);
  assert.ok(before!.mean > 0.8 && before!.low! < before!.mean && before!.answers === 200, JSON.stringify(before));
  assert.ok(after!.mean < 0.4 && after!.high! > after!.mean && after!.from >= changed, JSON.stringify(after));
  assert.ok(points.length > 10 && points.length <= 60 && points.every(({ answers }) => answers <= 15));
  assert.equal(
    points.reduce((sum, { answers }) => sum + answers, 0),
    before!.answers + after!.answers,
  );
  assert.ok(points.every(({ to }, i) => i === 0 || points[i - 1]!.to <= to));
  assert.ok(
    points.every(({ from, to }) => to < changed || from >= changed),
    'no point is of both sides',
  );
});

test('errors and latency are watched apart from scores', async () => {
  await post(300, 0.9, { latency_ms: 400 });
  await post(200, 0.9, { latency_ms: 900 });
  await post(60, 0, { error: 'upstream 503' });
  await eventually('both alerts', async () => (await alerts()).length === 2, 5_000);
  const bySignal = Object.fromEntries((await alerts()).map((alert) => [alert.signal, alert]));
  assert.ok(
    Math.abs(bySignal['latency']!.before - 400) < 1 && Math.abs(bySignal['latency']!.after - 900) < 40,
    JSON.stringify(bySignal['latency']),
  );
  assert.ok(bySignal['error']!.before < 0.01 && bySignal['error']!.after > 0.5);
  // Its breaker opened, too.
  await send('PUT', `/v1/health/${BEST}`, { state: 'closed' });
  const { ranking } = await route();
  assert.ok(ranking.find(({ model }) => model === BEST)!.quality < 0.4, 'a failed answer is worth nothing');
});

test('a repeated request, old feedback and what an import adds are not observed; off means off', async () => {
  await post(400, 0.9);
  const [key, old] = [{ 'Idempotency-Key': 'once' }, { at: '2020-01-01T00:00:00Z' }];
  const items = Array.from({ length: 20 }, (_, i) => ({ query: `q ${i}`, task: 'space', model: BEST, score: 0 }));
  await post(8, 0, { query: 'the same', score: 1 }, key);
  for (let i = 0; i < 20; i++)
    await postJson(
      `${service.url}/v1/feedback`,
      Array.from({ length: 8 }, () => ({ query: 'the same', task: 'space', model: BEST, score: 1 })),
      key,
    );
  await post(300, 0, old);
  const writer = await service.ledger.imports.begin();
  await writer.add(items.map((value) => ({ kind: 'interaction', value: value as never })));
  await writer.commit();
  await send('PUT', '/v1/drift', { enabled: false });
  await new Promise((done) => setTimeout(done, 600));
  await post(300, 0);
  await new Promise((done) => setTimeout(done, 600));
  assert.deepEqual(await alerts('all'), []);
});

test('an alert is posted to the webhook once, by one of several processes; again where it was refused', async (t) => {
  const { url, bodies } = await receiver(t, [503]);
  const gone = await receiver(
    t,
    Array.from({ length: 9 }, () => 500),
  );
  await send('PUT', '/v1/drift', { webhooks: [url, gone.url], webhook_tries: 2, retrain: false });
  const ledger = await openLedger(join(service.folder, 'ledger.sqlite'), { clock: systemClock });
  const { log, lines } = keptLog();
  const trust = await openLiveTrust({ ledger, log });
  const stops = [
    openDriftFollower({
      ledger,
      queue: noQueue,
      webhooks: PRIVATE_WEBHOOKS,
      clock: systemClock,
      log,
      firstPauseMs: 20,
    }).follow(10),
    createFollower(ledger.changes, [trust], log).start(10),
  ];
  t.after(() => {
    stops.forEach((stop) => stop());
    return ledger.close();
  });
  const alert = await drop();
  await eventually('both tries of both', async () => bodies.length + gone.bodies.length === 4, 5_000);
  await new Promise((done) => setTimeout(done, 300));
  assert.deepEqual([bodies.length, gone.bodies.length], [2, 2]);
  assert.deepEqual(bodies[1], { event: 'drift', alert });
  const logged = [...lines, ...service.logLines].join('\n');
  assert.match(logged, /an alert could not be posted/);
  assert.match(logged, /HTTP 500/);
  assert.doesNotMatch(logged, /secret-path/);
  assert.match(lines.join(), /an LLM got worse on a task/, 'the other process trusts it less, too');
  assert.deepEqual(enqueued, []);
});

test('settings are answered without what webhooks keep secret, and may be set as they were answered', async (t) => {
  const { url, bodies } = await receiver(t, []);
  const shown = await send<DriftSettings>('PUT', '/v1/drift', { webhooks: [url], webhook_tries: 1, retrain: false });
  assert.deepEqual(shown.webhooks, [`${new URL(url).origin}/***`]);
  assert.deepEqual(await send('GET', '/v1/drift'), shown);
  assert.deepEqual(await send('PUT', '/v1/drift', { ...shown, webhook_tries: 2 }), { ...shown, webhook_tries: 2 });
  assert.deepEqual((await service.ledger.settings.get('drift')).webhooks, [url]);
  await drop();
  await eventually('the alert at the webhook', async () => bodies.length === 1, 5_000);
});

test('where the operator does not allow them, private addresses of webhooks are refused', async (t) => {
  const careful = await startService({
    around: (ledger) => ({ ...ledger, settings: checkingWebhooks(ledger.settings, webhookSettings({})) }),
  });
  t.after(() => careful.remove());
  const { status, body } = await ask(careful, 'PUT', '/v1/drift', { webhooks: ['http://169.254.169.254/latest'] });
  const { code, issues } = body as { code: string; issues: { field: string }[] };
  assert.deepEqual([status, code, issues[0]!.field], [400, 'invalid_request', 'webhooks[0]']);
});

test('what is observed is not lost at a stop, and is there after a restart', async () => {
  await post(400, 0.9);
  await post(100, 0.1);
  await service.close();
  const ledger = await openLedger(join(service.folder, 'ledger.sqlite'), { clock: systemClock });
  assert.equal((await ledger.alerts.open()).length, 1);
  ledger.close();
});

test('wrong settings and unknown alerts are refused, and say where', async () => {
  const refused = async (method: string, path: string, body?: unknown): Promise<string> => {
    const problem = await problemIn(
      await fetch(service.url + path, {
        method,
        ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      }),
    );
    return `${problem.status} ${problem.code} ${problem.detail}`;
  };
  assert.match(
    await refused('PUT', '/v1/drift', { webhooks: ['ftp://x'] }),
    /^400 invalid_request webhooks\[0\]: expected an http or https URL/,
  );
  assert.match(await refused('PUT', '/v1/drift', { score: { least: 2 } }), /^400 invalid_request score\.least/);
  assert.match(await refused('POST', '/v1/alerts/nothing/resolve'), /^404 alert_not_found There is no alert "nothing"/);
  assert.match(await refused('GET', '/v1/alerts?state=closed'), /^400 invalid_request state/);
  const settings = await send<DriftSettings>('PUT', '/v1/drift', { score: { least: 0.2 } });
  assert.deepEqual([settings.score, settings.retrain_interval_ms], [{ evidence: 10, least: 0.2 }, 600_000]);
  assert.deepEqual(await send('GET', '/v1/drift'), settings);
});
