import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { createLogger } from '../../src/base/log.js';
import { openQueue } from '../../src/queue/index.js';
import { lacking } from '../support/programs.js';
import { startRedis } from '../support/servers.js';
import { temporaryFolder } from '../support/temporary.js';
import { queueConformance, type StoreUnderTest } from './conformance.js';
import { judgeQueueConformance } from './judge-conformance.js';
import { outages } from './outages.js';
import { LEDGER_ID } from '../support/queue-folder.js';

const skip = lacking('redis');

const setUp = async (): Promise<StoreUnderTest> => {
  const server = (await startRedis())!;
  const folder = temporaryFolder();
  return {
    url: server.url,
    dataDir: folder.path,
    shared: true,
    async empty() {
      const client = new Redis(server.url);
      await client.flushall();
      client.disconnect();
    },
    async stop() {
      await server.stop();
      folder.remove();
    },
  };
};

queueConformance('redis', skip, setUp);
judgeQueueConformance('redis', skip, setUp);

outages('redis', skip, async () => (await startRedis())!);

describe('a schedule under the name that all queues had before', { skip }, () => {
  test('is removed by the ledger that has the same one, and by no other', async () => {
    const server = (await startRedis())!;
    const folder = temporaryFolder();
    const url = new URL(server.url);
    const connection = { host: url.hostname, port: Number(url.port), password: url.password };
    const former = new Queue('pointsman-retrain', { connection });
    const data = { request: {}, trigger: 'schedule', minNewInteractions: 5 };
    await former.upsertJobScheduler(
      'pointsman-retrain',
      { pattern: '0 3 * * *', tz: 'UTC' },
      { name: 'retrain', data },
    );
    const isThere = async (): Promise<boolean> => (await former.getJobScheduler('pointsman-retrain')) !== undefined;
    const queue = await openQueue({
      url: server.url,
      dataDir: folder.path,
      ledgerId: LEDGER_ID,
      log: createLogger('silent'),
    });
    try {
      await queue.setSchedule({ pattern: '0 3 * * *', min_new_interactions: 6 });
      assert.equal(await isThere(), true);
      await queue.setSchedule({ pattern: '0 3 * * *', min_new_interactions: 5 });
      assert.equal(await isThere(), false);
      assert.equal(await former.getDelayedCount(), 0);
      assert.equal((await queue.schedule())?.pattern, '0 3 * * *');
    } finally {
      await queue.close();
      await former.close();
      await server.stop();
      folder.remove();
    }
  });
});
