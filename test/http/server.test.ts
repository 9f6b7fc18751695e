import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openQueue } from '../../src/queue/index.js';
import { openRetrainSchedule } from '../../src/queue/reconcile.js';
import type { FeedbackReceipt } from '../../src/schema/feedback.js';
import { RouteResponse } from '../../src/schema/route.js';
import { keptLog } from '../decision/parts.js';
import { LEDGER_ID, prepareQueue } from '../support/queue-folder.js';
import { noQueue, postJson, rowsIn, startService, type Service } from './service.js';

/** Stops the server only: the ledger stays open for a look. */
async function stopped(service: Service): Promise<void> {
  await service.close();
  await assert.rejects(fetch(`${service.url}/healthz`));
}

test('a stop writes the decisions that wait', async () => {
  const service = await startService();
  const { decision_id: id } = RouteResponse.parse(
    await (await postJson(`${service.url}/v1/route`, { query: 'q' })).json(),
  );
  await stopped(service);
  assert.equal((await service.ledger.decisions.get([id])).get(id)?.query, 'q');
  await service.close();
  await service.remove();
});

test('requests in flight are answered, and nothing acknowledged is lost', async () => {
  const service = await startService();
  let acknowledged = 0;
  const clients = Array.from({ length: 8 }, async () => {
    for (;;) {
      const response = await postJson(`${service.url}/v1/feedback`, { query: 'q', model: 'a/small', score: 1 }).catch(
        () => undefined,
      );
      // Refused: the server is gone.
      if (response === undefined) return;
      assert.equal(response.status, 201);
      const receipt = (await response.json()) as FeedbackReceipt;
      acknowledged += receipt.interactions;
    }
  });
  await pause(200);
  await service.close();
  await Promise.all(clients);
  assert.ok(acknowledged > 0);
  // What was stored but could not be acknowledged any more may be more, never less.
  assert.ok(
    (await rowsIn(service.ledger)) >= acknowledged,
    `${await rowsIn(service.ledger)} stored of ${acknowledged}`,
  );
  await service.remove();
});

test('idle connections are closed, and a client that dawdles is cut off after the grace period', async () => {
  const service = await startService({ graceMs: 300 });
  const port = Number(new URL(service.url).port);
  const idle = connect(port, '127.0.0.1');
  const dawdling = connect(port, '127.0.0.1');
  await Promise.all([once(idle, 'connect'), once(dawdling, 'connect')]);
  dawdling.on('error', () => {});
  dawdling.write(
    'POST /v1/route HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"que',
  );
  await pause(50);
  const started = performance.now();
  const closed = Promise.all([once(idle, 'close'), once(dawdling, 'close')]);
  idle.resume();
  dawdling.resume();
  await service.close();
  await closed;
  const took = performance.now() - started;
  assert.ok(took >= 250 && took < 3000, `${took} ms`);
  await service.remove();
});

test('a stop ends event streams', async () => {
  const service = await startService({
    graceMs: 30_000,
    queue: async (folder) => {
      await prepareQueue(folder);
      return openQueue({ dataDir: folder, ledgerId: LEDGER_ID, log: keptLog().log });
    },
  });
  const { job_id: id } = (await (await postJson(`${service.url}/v1/retrain`, {})).json()) as { job_id: string };
  const stream = await fetch(`${service.url}/v1/jobs/${id}/events`);
  const text = stream.text();
  const started = performance.now();
  await service.close();
  assert.match(await text, /event: progress/);
  assert.ok(performance.now() - started < 5_000);
  await service.remove();
});

test('a taken port is a plain error', async () => {
  const { startServer, createApp } = await import('../../src/http/index.js');
  const service = await startService();
  const { log } = keptLog();
  const app = createApp({
    ledger: service.ledger,
    queue: noQueue,
    schedule: openRetrainSchedule({ ledger: service.ledger, queue: noQueue, clock: Date.now, log }),
    live: service.live,
    feedback: service.feedback,
    decider: service.decider,
    artifacts: { open: async () => assert.fail('not asked'), activate: async () => {} },
    history: { of: async () => [], textsIn: async () => null, quotedIn: async () => null, mapIn: async () => null },
    clock: Date.now,
    log,
  });
  await assert.rejects(startServer(app, { host: '127.0.0.1', port: Number(new URL(service.url).port) }), {
    code: 'invalid_config',
    message: /EADDRINUSE/,
  });
  await service.remove();
});
