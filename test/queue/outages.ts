import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { PointsmanError } from '../../src/base/errors.js';
import { createLogger } from '../../src/base/log.js';
import { openQueue } from '../../src/queue/index.js';
import type { RetrainQueue } from '../../src/queue/types.js';
import type { Job } from '../../src/schema/training.js';
import { PASSWORD, type Server } from '../support/servers.js';
import { temporaryFolder } from '../support/temporary.js';
import { eventually } from '../support/wait.js';
import { patient, quick } from './trainers.js';
import { LEDGER_ID } from '../support/queue-folder.js';

const log = createLogger('silent');

/** What a queue must do when its server goes away and comes back. An unhandled rejection fails the test. */
export function outages(name: RetrainQueue['store'], skip: string | false, startServer: () => Promise<Server>): void {
  describe(`retraining queue while ${name} is away`, { skip }, () => {
    const folder = temporaryFolder();
    let server: Server;
    before(async () => {
      server = await startServer();
    });
    after(async () => {
      await server?.stop();
      folder.remove();
    });

    const isUnavailable = (error: PointsmanError): boolean => {
      assert.equal(error.code, 'queue_unavailable', error.message);
      assert.ok(error.message.includes(new URL(server.url).host), error.message);
      assert.ok(!error.message.includes(PASSWORD), error.message);
      return true;
    };

    test('goes on when the server is back: workers, watchers and requests', async () => {
      const queue = await openQueue({ url: server.url, dataDir: folder.path, ledgerId: LEDGER_ID, log });
      try {
        const held = patient();
        const seen: Job[] = [];
        const { jobId } = await queue.enqueue({ seed: 1 });
        await queue.watch(jobId, (job) => seen.push(job));
        await queue.work(held.trainer);
        await eventually('the job runs', held.runs);

        await server.halt();
        const asked = Date.now();
        await assert.rejects(queue.enqueue({ seed: 2 }), isUnavailable);
        await assert.rejects(queue.list(), isUnavailable);
        await assert.rejects(queue.work(quick), isUnavailable);
        assert.ok(Date.now() - asked < 16_000, `three answers took ${Date.now() - asked} ms`);

        await server.resume();
        held.release();
        await eventually('the end of the job is told', () => seen.at(-1)?.state === 'completed', 30_000);
        assert.equal(held.runs(), 1);
        const second = await eventually('requests are taken again', () =>
          queue.enqueue({ seed: 2 }).catch(() => undefined),
        );
        await eventually(
          'the worker takes the next job',
          async () => (await queue.get(second.jobId))?.state === 'completed',
          30_000,
        );
      } finally {
        await queue.close();
      }
    });

    test('closes while the server is away', async () => {
      const queue = await openQueue({ url: server.url, dataDir: folder.path, ledgerId: LEDGER_ID, log });
      const held = patient();
      await queue.enqueue({ seed: 3 });
      await queue.work(held.trainer);
      await eventually('the job runs', held.runs);
      await server.halt();
      const asked = Date.now();
      await queue.close();
      assert.ok(Date.now() - asked < 20_000, `closing took ${Date.now() - asked} ms`);
      assert.equal(held.aborted(), 1);
      await server.resume();
    });

    test('is refused with a wrong password, which is not shown', async () => {
      const url = new URL(server.url);
      url.password = `not-${PASSWORD}`;
      await assert.rejects(openQueue({ url: url.href, dataDir: folder.path, ledgerId: LEDGER_ID, log }), isUnavailable);
    });
  });
}
