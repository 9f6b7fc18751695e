import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { createDropped } from '../../src/judge/dropped.js';
import { openJudging, type Judging } from '../../src/judge/judging.js';
import { connectQueues } from '../../src/queue/index.js';
import { JudgeSettings, type JudgeJob } from '../../src/schema/judge.js';
import { keptLog } from '../decision/parts.js';
import { startService } from '../http/service.js';
import { judgeJob } from '../queue/judge-conformance.js';
import { prepareQueue } from '../support/queue-folder.js';
import { eventually } from '../support/wait.js';
import { startProvider } from './provider.js';

const facts = { key: null, policy: 'quality', ranking: [] };
const ON = { enabled: true, model: 'b/large', share: 1 };

interface Bench {
  judging: Judging;
  queued: JudgeJob[];
  set(settings: object): Promise<void>;
}

/** Judging without a worker: what would be queued is kept. */
async function bench(t: TestContext): Promise<Bench> {
  const service = await startService();
  t.after(() => service.remove());
  const { ledger } = service;
  const { log } = keptLog();
  const queued: JudgeJob[] = [];
  const { ask } = await startProvider(t, () => '{"grade": 8}');
  const judging = await openJudging({
    ledger,
    queue: {
      add: (job) => void queued.push(job),
      work: async () => ({ close: async () => {} }),
    },
    ask,
    post: service.feedback.post,
    dropped: createDropped(ledger, log),
    clock: service.clock,
    rng: createRng(1),
    log,
  });
  return {
    judging,
    queued,
    async set(settings) {
      await ledger.settings.put('judge', JudgeSettings.parse(settings));
      await judging.refresh();
    },
  };
}

describe('judging', () => {
  test('is offered answers, and takes those that are sampled and have a text', async (t) => {
    const { judging, queued, set } = await bench(t);
    const offer = (n: number, more: object = {}): void => judging.offer(judgeJob(n, more), facts);
    offer(1);
    assert.deepEqual(queued, [], 'it is off unless it is set');
    await set(ON);
    offer(2);
    judging.offer({ ...judgeJob(3), answer: '' }, facts);
    assert.deepEqual(queued, [judgeJob(2)]);
    await set({ ...ON, share: 0 });
    offer(4);
    await set({ ...ON, share: 0.2 });
    for (let n = 0; n < 1_000; n++) offer(n);
    assert.ok(queued.length > 150 && queued.length < 250, String(queued.length));
  });

  test('takes no answers once the budget of the day is used up, until it is another day or budget', async (t) => {
    const service = await startService();
    t.after(() => service.remove());
    let now = service.clock();
    const { ledger } = service;
    const { log } = keptLog();
    const queued: JudgeJob[] = [];
    let judge: ((job: JudgeJob) => Promise<void>) | undefined;
    const { ask, asked } = await startProvider(t, () => '{"grade": 8}');
    const dropped = createDropped(ledger, log);
    await ledger.settings.put('judge', JudgeSettings.parse({ ...ON, budget_usd_per_day: 0.001 }));
    const judging = await openJudging({
      ledger,
      queue: {
        add: (job) => void queued.push(job),
        async work(handler) {
          judge = (job) => handler(job, { attempt: 1, signal: new AbortController().signal });
          return { close: async () => {} };
        },
      },
      ask,
      post: service.feedback.post,
      dropped,
      clock: () => now,
      rng: createRng(1),
      log,
    });
    await judging.work();
    await judge!(judgeJob(1));
    for (const n of [2, 3, 4]) judging.offer(judgeJob(n), facts);
    await judging.refresh();
    assert.deepEqual([queued.length, asked.length, (await ledger.judge.today()).dropped], [0, 0, 4]);
    now += 86_400_000;
    judging.offer(judgeJob(5), facts);
    assert.equal(queued.length, 1);
    now -= 86_400_000;
    judging.offer(judgeJob(6), facts);
    assert.equal(queued.length, 1);
    await ledger.settings.put('judge', JudgeSettings.parse({ ...ON, budget_usd_per_day: 5 }));
    await judging.refresh();
    judging.offer(judgeJob(7), facts);
    assert.equal(queued.length, 2);
    await judge!(queued[1]!);
    assert.equal((await ledger.judge.today()).judged, 1);
  });

  test('scores an answer at once for who waits, within the same budget, and keeps nothing of it', async (t) => {
    const { judging, queued, set } = await bench(t);
    const never = new AbortController().signal;
    assert.equal(await judging.score(judgeJob(1), never), null, 'it is off');
    await set({ ...ON, mode: 'pairwise' });
    assert.equal(await judging.score(judgeJob(1, { second: 'a/middle' }), never), 0.8);
    assert.equal(await judging.score({ ...judgeJob(1), answer: '' }, never), null);
    assert.equal(await judging.score(judgeJob(1), AbortSignal.abort()), null);
    await set({ ...ON, budget_usd_per_day: 0.0001 });
    assert.equal(await judging.score(judgeJob(1), never), null);
    assert.deepEqual(queued, []);
  });

  test('goes from the offer by way of the queue to the score of the answer', async (t) => {
    const service = await startService();
    const { ledger, folder } = service;
    const { log } = keptLog();
    await prepareQueue(folder);
    const dropped = createDropped(ledger, log);
    const queues = await connectQueues({
      dataDir: folder,
      ledgerId: ledger.id,
      log,
      onDropped: dropped.count,
    });
    t.after(async () => {
      await queues.close();
      await service.remove();
    });
    const { ask } = await startProvider(t, () => '{"grade": 7}');
    await ledger.settings.put('judge', JudgeSettings.parse(ON));
    const judging = await openJudging({
      ledger,
      queue: queues.judge,
      ask,
      post: service.feedback.post,
      dropped,
      clock: Date.now,
      rng: createRng(1),
      log,
    });
    await judging.work();
    for (let n = 0; n < 5; n++) judging.offer(judgeJob(n), facts);
    await eventually('all are judged', () => judging.judged().get('a/small') === 5);
    await eventually('all are scores', async () => {
      const stats = await ledger.feedback.stats();
      const { scored, meanScore } = stats.find(({ id }) => id === 'a/small')!;
      return scored === 5 && Math.abs(meanScore - 0.7) < 1e-9;
    });
    await eventually('nothing is left in the queue', async () => {
      const { waiting, active } = await queues.judge.counts();
      return waiting + active === 0;
    });
  });
});
