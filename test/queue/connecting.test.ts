import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { createLogger } from '../../src/base/log.js';
import { connectQueue } from '../../src/queue/index.js';
import type { RetrainQueue } from '../../src/queue/types.js';
import { keptLog } from '../decision/parts.js';
import { freePort } from '../support/process.js';
import { lacking } from '../support/programs.js';
import { startRedis, type Server } from '../support/servers.js';
import { temporaryFolder } from '../support/temporary.js';
import { eventually } from '../support/wait.js';
import { quick, RESULT } from './trainers.js';
import { LEDGER_ID } from '../support/queue-folder.js';

/** A queue whose server is away when it is opened. */
async function openAway(
  t: TestContext,
  away: (server: Server) => void | Promise<void>,
): Promise<{ server: Server; queue: RetrainQueue; lines: string[] }> {
  const folder = temporaryFolder();
  t.after(folder.remove);
  const server = (await startRedis())!;
  t.after(() => server.stop());
  await away(server);
  const { log, lines } = keptLog();
  const asked = performance.now();
  const queue = await connectQueue({ url: server.url, dataDir: folder.path, ledgerId: LEDGER_ID, log });
  t.after(() => queue.close());
  assert.ok(performance.now() - asked < 4_000, 'whoever starts goes on');
  return { server, queue, lines };
}

describe('a queue whose server is away at the start', { skip: lacking('redis') }, () => {
  const ways: [string, (server: Server) => void | Promise<void>, (server: Server) => void | Promise<void>][] = [
    ['is down', (server) => server.halt(), (server) => server.resume()],
    ['does not answer', (server) => server.freeze(), (server) => server.thaw()],
  ];
  for (const [what, away, back] of ways)
    test(`that ${what}: it says so, and works when the server is back`, async (t) => {
      const { server, queue, lines } = await openAway(t, away);
      assert.equal(queue.store, 'redis');
      const worker = await queue.work(quick);
      for (const call of [queue.enqueue({}), queue.list(), queue.nextRun(), queue.setSchedule(null)])
        await assert.rejects(call, { code: 'queue_unavailable' });
      await eventually('it is logged', () => lines.some((line) => line.includes('the job queue is away')));
      await back(server);
      const { jobId } = await eventually('it is connected', () => queue.enqueue({ seed: 1 }).catch(() => undefined));
      await eventually('its worker works', async () => (await queue.get(jobId))?.state === 'completed');
      assert.deepEqual((await queue.get(jobId))?.result, RESULT);
      assert.equal(lines.filter((line) => line.includes('the job queue is connected')).length, 1);
      await worker.close();
      await queue.close();
      await assert.rejects(queue.list(), { code: 'shutting_down' });
    });

  test('closes at once while it waits, and takes no jobs afterwards', async (t) => {
    const { queue } = await openAway(t, (server) => server.halt());
    await queue.work(quick);
    const asked = performance.now();
    await queue.close();
    await queue.close();
    assert.ok(performance.now() - asked < 500);
    await assert.rejects(queue.enqueue({}), { code: 'shutting_down' });
  });
});

describe('connectQueue', () => {
  test('refuses a wrong URL at once', async () => {
    const options = { dataDir: '/nonexistent', ledgerId: LEDGER_ID, log: createLogger('silent') };
    await assert.rejects(connectQueue({ ...options, url: `mysql://127.0.0.1:${await freePort()}` }), {
      code: 'invalid_config',
    });
  });
});
