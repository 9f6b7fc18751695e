import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, afterEach, before, describe, test } from 'node:test';
import { createLogger } from '../../src/base/log.js';
import { connectQueues, type Queues } from '../../src/queue/index.js';
import type { JudgeHandler, RetrainQueue } from '../../src/queue/types.js';
import { JudgeJob } from '../../src/schema/judge.js';
import { LEDGER_ID } from '../support/queue-folder.js';
import { eventually } from '../support/wait.js';
import type { StoreUnderTest } from './conformance.js';
import { quick } from './trainers.js';

/** An answer that is to be judged. */
export const judgeJob = (n: number, more: object = {}): JudgeJob =>
  JudgeJob.parse({
    decision: `0199b2c0-0000-7000-8000-${String(n).padStart(12, '0')}`,
    query: `question ${n}`,
    messages: [{ role: 'user', content: `question ${n}` }],
    model: 'a/small',
    answer: `answer ${n}`,
    second: null,
    task: null,
    tenant: null,
    keepUntil: null,
    ...more,
  });

const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** A handler that keeps what it was given, and holds it until it is let go or aborted. */
function holding(): { handler: JudgeHandler; begun: JudgeJob[]; attempts: number[]; release: () => void } {
  const [begun, attempts]: [JudgeJob[], number[]] = [[], []];
  const releasing = new AbortController();
  const released = once(releasing.signal, 'abort');
  return {
    begun,
    attempts,
    async handler(job, { attempt, signal }) {
      begun.push(job);
      attempts.push(attempt);
      await Promise.race([released, once(signal, 'abort')]);
      signal.throwIfAborted();
    },
    release: () => releasing.abort(),
  };
}

/** What the queue of answers to judge must do over every store. `skip` says why it can't be tried here. */
export function judgeQueueConformance(
  name: RetrainQueue['store'],
  skip: string | false,
  setUp: () => Promise<StoreUnderTest>,
): void {
  describe(`answers to judge over ${name}`, { skip }, () => {
    let store: StoreUnderTest;
    let dropped = 0;
    const opened: Queues[] = [];
    const open = async (limits = {}): Promise<Queues> => {
      const queues = await connectQueues({
        url: store.url,
        dataDir: store.dataDir,
        ledgerId: LEDGER_ID,
        log: createLogger('silent'),
        onDropped: (count) => (dropped += count),
        limits,
      });
      opened.push(queues);
      return queues;
    };
    const waiting = (queues: Queues, count: number): Promise<unknown> =>
      eventually(`${count} wait`, async () => (await queues.judge.counts()).waiting === count);

    before(async () => void (store = await setUp()));
    afterEach(async () => {
      for (const queues of opened.splice(0)) await queues.close();
      await store.empty();
      dropped = 0;
    });
    after(() => store?.stop());

    test('wait until somebody judges, also while closed, and nothing is left of them', async () => {
      const first = await open();
      for (const n of range(3)) first.judge.add(judgeJob(n));
      first.judge.add(judgeJob(0));
      await first.close();
      const second = await open();
      assert.deepEqual(await second.judge.counts(), { waiting: 3, active: 0 });
      const judged: JudgeJob[] = [];
      await second.judge.work(async (job) => void judged.push(job));
      await eventually('all are judged', () => judged.length === 3);
      assert.deepEqual(
        judged.toSorted((a, b) => a.decision.localeCompare(b.decision)),
        range(3).map((n) => judgeJob(n)),
      );
      await eventually('nothing is left', async () => {
        const { waiting: left, active } = await second.judge.counts();
        return left + active === 0;
      });
      // A job that was kept would keep its id from being used again.
      second.judge.add(judgeJob(0));
      await eventually('it is judged again', () => judged.length === 4);
      assert.equal(dropped, 0);
    });

    test('are judged once, and compared once for each shadow', async () => {
      const queues = await open();
      const jobs = [{}, { shadow: 's', second: 'b' }, { shadow: 't', second: 'b' }].map((more) => judgeJob(1, more));
      for (const job of [...jobs, ...jobs]) queues.judge.add(job);
      await waiting(queues, 3);
      const judged: JudgeJob[] = [];
      await queues.judge.work(async (job) => void judged.push(job));
      await eventually('all are done', () => judged.length === 3);
      assert.deepEqual(
        judged.toSorted((a, b) => ((a.shadow ?? '') < (b.shadow ?? '') ? -1 : 1)),
        jobs,
      );
    });

    test('are judged four at a time, beside a training', async () => {
      const queues = await open();
      const held = holding();
      await queues.judge.work(held.handler);
      await queues.retrain.work(quick);
      for (const n of range(6)) queues.judge.add(judgeJob(n));
      await eventually('four are begun', () => held.begun.length === 4);
      await eventually('the rest waits', async () => {
        const { waiting: left, active } = await queues.judge.counts();
        return left === 2 && active === 4;
      });
      const { jobId } = await queues.retrain.enqueue({ seed: 1 });
      await eventually('the training is done', async () => (await queues.retrain.get(jobId))?.state === 'completed');
      assert.equal(held.begun.length, 4);
      held.release();
      await eventually('all are judged', () => held.begun.length === 6);
    });

    test('are tried three times, and then gone', async () => {
      const queues = await open({ retryMs: 20 });
      const attempts: number[] = [];
      await queues.judge.work(async (_, { attempt }) => {
        attempts.push(attempt);
        throw new Error('the judge says nothing');
      });
      queues.judge.add(judgeJob(1));
      await eventually('three tries', () => attempts.length === 3);
      await waiting(queues, 0);
      queues.judge.add(judgeJob(1));
      await eventually('the id is free again', () => attempts.length === 6);
      assert.deepEqual(attempts, [1, 2, 3, 1, 2, 3]);
    });

    test('are dropped where too many wait, and counted', async () => {
      const queues = await open({ mostWaiting: 3 });
      for (const n of range(5)) queues.judge.add(judgeJob(n));
      await waiting(queues, 3);
      queues.judge.add(judgeJob(9));
      await eventually('three are dropped', () => dropped === 3);
      for (const n of range(300)) queues.judge.add(judgeJob(100 + n));
      assert.equal(dropped, 3 + 300 - 256, 'a process holds only so many');
      await queues.close();
      assert.equal(dropped, 3 + 300, 'none of them found room');
      queues.judge.add(judgeJob(1));
      assert.equal(dropped, 304);
    });

    test('go back on close, and the next worker judges them', async () => {
      const first = await open();
      const held = holding();
      first.judge.add(judgeJob(1));
      await first.judge.work(held.handler);
      await eventually('it is begun', () => held.begun.length === 1);
      await first.close();
      await assert.rejects(first.judge.counts(), { code: 'shutting_down' });
      const second = await open();
      assert.deepEqual(await second.judge.counts(), { waiting: 1, active: 0 });
      const next = holding();
      await second.judge.work(next.handler);
      await eventually('it is begun again', () => next.begun.length === 1);
      next.release();
      assert.deepEqual([next.begun[0], next.attempts], [judgeJob(1), [1]]);
    });
  });
}
