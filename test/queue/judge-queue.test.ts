import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connectQueues } from '../../src/queue/index.js';
import { keptLog } from '../decision/parts.js';
import { LEDGER_ID } from '../support/queue-folder.js';
import { lacking } from '../support/programs.js';
import { startRedis } from '../support/servers.js';
import { temporaryFolder } from '../support/temporary.js';
import { eventually } from '../support/wait.js';
import { judgeJob } from './judge-conformance.js';

describe('answers to judge while the server is away', { skip: lacking('redis') }, () => {
  test('are held, judged once it is back, and no text of them is in the log', async (t) => {
    const folder = temporaryFolder();
    t.after(folder.remove);
    const server = (await startRedis())!;
    t.after(() => server.stop());
    await server.halt();
    const { log, lines } = keptLog();
    let dropped = 0;
    const queues = await connectQueues({
      url: server.url,
      dataDir: folder.path,
      ledgerId: LEDGER_ID,
      log,
      onDropped: (count) => (dropped += count),
      limits: { retryMs: 20 },
    });
    const judged: string[] = [];
    await queues.judge.work(async ({ decision }, { attempt }) => {
      if (attempt === 1) throw new Error('not now');
      judged.push(decision);
    });
    queues.judge.add(judgeJob(1, { answer: 'sesame' }));
    await assert.rejects(queues.judge.counts(), { code: 'queue_unavailable' });
    await server.resume();
    await eventually('it is judged', () => judged.length === 1);
    assert.deepEqual([judged, dropped], [[judgeJob(1).decision], 0]);
    assert.ok(lines.some((line) => line.includes('an answer could not be judged')));
    assert.ok(!lines.join('').includes('sesame'));
    await queues.close();
  });

  test('are counted as dropped where it is still away at the end', async (t) => {
    const folder = temporaryFolder();
    t.after(folder.remove);
    const server = (await startRedis())!;
    t.after(() => server.stop());
    await server.halt();
    let dropped = 0;
    const queues = await connectQueues({
      url: server.url,
      dataDir: folder.path,
      ledgerId: LEDGER_ID,
      log: keptLog().log,
      onDropped: (count) => (dropped += count),
    });
    await queues.judge.work(async () => {});
    queues.judge.add(judgeJob(1));
    await queues.close();
    assert.equal(dropped, 1);
  });
});
