import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PointsmanError } from '../../src/base/errors.js';
import { createLogger } from '../../src/base/log.js';
import { openQueue } from '../../src/queue/index.js';
import type { RetrainQueue } from '../../src/queue/types.js';
import type { Job } from '../../src/schema/training.js';
import { start } from '../support/process.js';
import { eventually } from '../support/wait.js';
import { patient, quick, RESULT } from './trainers.js';
import { LEDGER_ID } from '../support/queue-folder.js';

/** One kind of store, set up for the suite. */
export interface StoreUnderTest {
  url?: string;
  dataDir: string;
  /** Whether several queues may be open on it at once. */
  shared: boolean;
  /** Takes everything out of the store. */
  empty(): Promise<void>;
  stop(): Promise<void>;
}

const log = createLogger('silent');
const EVERY_SECOND = '* * * * * *';

function ended(queue: RetrainQueue, jobId: string, timeoutMs?: number): Promise<Job> {
  const probe = async (): Promise<Job | undefined> => {
    const job = await queue.get(jobId);
    return job?.finished_at ? job : undefined;
  };
  return eventually(`job ${jobId} ends`, probe, timeoutMs);
}

/** What every store must do. `skip` says why it can't be tried here. */
export function queueConformance(
  name: RetrainQueue['store'],
  skip: string | false,
  setUp: () => Promise<StoreUnderTest>,
): void {
  describe(`retraining queue over ${name}`, { skip }, () => {
    let store: StoreUnderTest;
    const opened: RetrainQueue[] = [];
    const open = async (ledgerId = LEDGER_ID): Promise<RetrainQueue> => {
      const queue = await openQueue({ url: store.url, dataDir: store.dataDir, ledgerId, log });
      opened.push(queue);
      return queue;
    };

    before(async () => {
      store = await setUp();
    });
    afterEach(async () => {
      for (const queue of opened.splice(0)) await queue.close();
      await store.empty();
    });
    after(() => store?.stop());

    test('says which store it is', async () => {
      assert.equal((await open()).store, name);
    });

    test('keeps a job until a worker does it', async () => {
      const queue = await open();
      const asked = Date.now();
      const { jobId, created } = await queue.enqueue({ seed: 7, design: 'flat' });
      assert.equal(created, true);
      const waiting = await queue.get(jobId);
      assert.ok(waiting);
      const { created_at, ...rest } = waiting;
      assert.ok(Math.abs(Date.parse(created_at) - asked) < 5_000, created_at);
      assert.deepEqual(rest, {
        job_id: jobId,
        state: 'waiting',
        request: { seed: 7, design: 'flat' },
        trigger: 'request',
        progress: null,
        result: null,
        error: null,
        attempts: 0,
        finished_at: null,
      });
      await queue.work(quick);
      const done = await ended(queue, jobId);
      assert.equal(done.state, 'completed');
      assert.deepEqual(done.result, RESULT);
      assert.deepEqual(done.progress, { phase: 'train', fraction: 1, message: 'epoch 9 of 9' });
      assert.equal(done.attempts, 1);
      assert.equal(done.error, null);
    });

    test('still has its jobs when it is opened again', async () => {
      const first = await open();
      const { jobId } = await first.enqueue({ seed: 8 });
      await first.close();
      const second = await open();
      assert.equal((await second.get(jobId))?.state, 'waiting');
      await second.work(quick);
      assert.equal((await ended(second, jobId)).state, 'completed');
    });

    test('knows no job by another id', async () => {
      const queue = await open();
      await queue.enqueue({});
      for (const id of ['', 'meta', 'events', 'wait', '1', '00000000-0000-7000-8000-000000000000'])
        assert.equal(await queue.get(id), undefined);
      await assert.rejects(
        queue.watch('meta', () => {}),
        { code: 'job_not_found' },
      );
    });

    test('lists the newest first, by state and up to a limit', async () => {
      const queue = await open();
      const ids: string[] = [];
      for (const seed of [1, 2, 3]) {
        ids.unshift((await queue.enqueue({ seed })).jobId);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      assert.deepEqual(
        (await queue.list()).map((job) => job.job_id),
        ids,
      );
      assert.deepEqual(
        (await queue.list({ limit: 2 })).map((job) => job.job_id),
        ids.slice(0, 2),
      );
      await queue.work(async (request) => {
        if (request.seed === 2) throw new PointsmanError('no_data', 'no interactions');
        return RESULT;
      });
      for (const id of ids) await ended(queue, id);
      assert.deepEqual(await queue.list({ state: 'waiting' }), []);
      assert.deepEqual(
        (await queue.list({ state: 'completed' })).map((job) => job.job_id),
        [ids[0], ids[2]],
      );
      assert.deepEqual(
        (await queue.list({ state: 'failed' })).map((job) => job.job_id),
        [ids[1]],
      );
    });

    test('answers the waiting job to an equal request, and a new one once it runs', async () => {
      const queue = await open();
      const first = await queue.enqueue({ seed: 1, design: 'flat' });
      assert.deepEqual(await queue.enqueue({ design: 'flat', seed: 1 }), { jobId: first.jobId, created: false });
      assert.equal(
        (await queue.enqueue({ seed: 1, design: 'flat' }, 'drift')).jobId,
        first.jobId,
        'whatever asks for it',
      );
      const drift = await queue.enqueue({ seed: 3 }, 'drift');
      assert.equal((await queue.get(drift.jobId))!.trigger, 'drift');
      assert.deepEqual(await queue.enqueue({ seed: 3 }, 'drift'), { jobId: drift.jobId, created: false });
      const other = await queue.enqueue({ seed: 2, design: 'flat' });
      assert.equal(other.created, true);
      const ageing = await queue.enqueue({ seed: 1, design: 'flat', half_life_days: 30 });
      assert.equal(ageing.created, true);
      const held = patient();
      await queue.work(held.trainer);
      await eventually('the trainer runs', held.runs);
      const next = await queue.enqueue({ seed: 1, design: 'flat' });
      assert.equal(next.created, true);
      assert.notEqual(next.jobId, first.jobId);
      held.release();
      for (const { jobId } of [first, other, ageing, next])
        assert.equal((await ended(queue, jobId)).state, 'completed');
    });

    test('makes one job of equal requests that come at once', async () => {
      const queue = await open();
      const receipts = await Promise.all(Array.from({ length: 8 }, () => queue.enqueue({ seed: 5 })));
      assert.equal(new Set(receipts.map((receipt) => receipt.jobId)).size, 1);
      assert.equal(receipts.filter((receipt) => receipt.created).length, 1);
    });

    test('runs one job at a time', async () => {
      const queue = await open();
      let now = 0;
      let most = 0;
      const trainer = async (): Promise<typeof RESULT> => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 100));
        now--;
        return RESULT;
      };
      const workers = store.shared ? [queue, await open()] : [queue, queue];
      for (const worker of workers) await worker.work(trainer);
      const jobs = await Promise.all([1, 2, 3, 4].map((seed) => queue.enqueue({ seed })));
      for (const { jobId } of jobs) assert.equal((await ended(queue, jobId, 20_000)).state, 'completed');
      assert.equal(most, 1);
    });

    test('tells a watcher the present state and every change up to the end', async () => {
      const queue = await open();
      const { jobId } = await queue.enqueue({ seed: 9 });
      const seen: Job[] = [];
      const unwatch = await queue.watch(jobId, (job) => seen.push(job));
      assert.deepEqual(
        seen.map((job) => job.state),
        ['waiting'],
      );
      const held = patient();
      await queue.work(held.trainer);
      const began = Date.now();
      await eventually('progress is told', () =>
        seen.some((job) => job.state === 'active' && job.progress?.fraction === 0.5),
      );
      assert.ok(Date.now() - began < 3_000);
      held.release();
      await eventually('the end is told', () => seen.at(-1)?.state === 'completed');
      assert.deepEqual(seen.at(-1)?.result, RESULT);
      assert.equal(new Set(seen.map((job) => JSON.stringify(job))).size, seen.length, 'no change is told twice');
      unwatch();
      const late: Job[] = [];
      (await queue.watch(jobId, (job) => late.push(job)))();
      assert.deepEqual(
        late.map((job) => job.state),
        ['completed'],
      );
    });

    test('stops telling when told to, and survives a listener that throws', async () => {
      const queue = await open();
      const { jobId } = await queue.enqueue({ seed: 10 });
      let calls = 0;
      const unwatch = await queue.watch(jobId, () => calls++);
      unwatch();
      await queue.watch(jobId, () => {
        throw new Error('a listener’s own trouble');
      });
      await queue.work(quick);
      await ended(queue, jobId);
      assert.equal(calls, 1);
    });

    test('tries a failed job again', async () => {
      const queue = await open();
      let runs = 0;
      await queue.work(async () => {
        if (++runs < 3) throw new Error(`trouble ${runs}`);
        return RESULT;
      });
      const { jobId } = await queue.enqueue({ seed: 3 });
      const retrying = await eventually('the first failure', async () => {
        const job = await queue.get(jobId);
        return job?.error ? job : undefined;
      });
      assert.equal(retrying.error, 'trouble 1');
      assert.deepEqual(await queue.enqueue({ seed: 3 }), { jobId, created: false });
      const job = await ended(queue, jobId);
      assert.equal(job.state, 'completed');
      assert.equal(job.attempts, 3);
      assert.equal(job.error, null);
    });

    test('gives up after three failures, with the last one’s message', async () => {
      const queue = await open();
      let runs = 0;
      await queue.work(async () => {
        throw new PointsmanError('training_failed', `the child process ended with code ${++runs}`);
      });
      const { jobId } = await queue.enqueue({ seed: 4 });
      const job = await ended(queue, jobId, 15_000);
      assert.equal(job.state, 'failed');
      assert.equal(job.error, 'the child process ended with code 3');
      assert.equal(job.attempts, 3);
      assert.equal(job.result, null);
      assert.equal((await queue.enqueue({ seed: 4 })).created, true);
    });

    test('does not try again what would fail again', async () => {
      const queue = await open();
      let runs = 0;
      await queue.work(async () => {
        runs++;
        throw new PointsmanError('no_data', 'no interactions yet');
      });
      const { jobId } = await queue.enqueue({ seed: 4 });
      const job = await ended(queue, jobId);
      assert.deepEqual([job.state, job.error, job.attempts, runs], ['failed', 'no interactions yet', 1, 1]);
    });

    test('fires, replaces and removes the schedule', async () => {
      const queue = await open();
      assert.equal(await queue.nextRun(), null);
      const contexts: [string, number, object][] = [];
      await queue.work(async (request, context) => {
        contexts.push([context.trigger, context.minNewInteractions, request]);
        return null;
      });
      await queue.setSchedule({ pattern: '0 3 * * *', min_new_interactions: 1 });
      const next = await queue.nextRun();
      assert.ok(next && next.getTime() > Date.now());
      assert.equal(next.toISOString().slice(11), '03:00:00.000Z', 'in UTC');
      assert.deepEqual(await queue.list(), [], 'what is not due is no job yet');

      await queue.setSchedule({ pattern: EVERY_SECOND, min_new_interactions: 12 });
      await eventually('the schedule fires twice', () => contexts.length >= 2);
      assert.deepEqual(contexts[0], ['schedule', 12, {}]);
      const job = (await queue.list({ state: 'completed' }))[0];
      assert.ok(job);
      assert.deepEqual([job.trigger, job.result, job.request], ['schedule', null, {}]);
      assert.deepEqual(await queue.get(job.job_id), job);

      await queue.setSchedule({ pattern: EVERY_SECOND, min_new_interactions: 13 });
      await eventually('the new schedule fires', () => contexts.at(-1)?.[1] === 13);
      await queue.setSchedule(null);
      await queue.setSchedule(null);
      assert.equal(await queue.nextRun(), null);
      await new Promise((resolve) => setTimeout(resolve, 300));
      const fired = contexts.length;
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      assert.equal(contexts.length, fired, 'nothing fires once it is removed');
    });

    test('tells what schedule is installed', async () => {
      const queue = await open();
      assert.equal(await queue.schedule(), null);
      await queue.setSchedule({ pattern: ' 0 3 * * * ', min_new_interactions: 7 });
      const { next, ...schedule } = (await queue.schedule())!;
      assert.deepEqual(schedule, { pattern: '0 3 * * *', min_new_interactions: 7 });
      assert.deepEqual(next, await queue.nextRun());
      await queue.setSchedule(null);
      assert.equal(await queue.schedule(), null);
    });

    test('keeps the schedule while closed', async () => {
      const first = await open();
      await first.setSchedule({ pattern: EVERY_SECOND, min_new_interactions: 0 });
      await first.close();
      const second = await open();
      let fired = 0;
      await second.work(async () => {
        fired++;
        return null;
      });
      await eventually('it fires', () => fired);
    });

    test('refuses a wrong cron pattern and keeps the one it has', async () => {
      const queue = await open();
      await queue.setSchedule({ pattern: '0 3 * * *', min_new_interactions: 1 });
      const next = await queue.nextRun();
      await assert.rejects(
        queue.setSchedule({ pattern: '61 3 * * *', min_new_interactions: 1 }),
        (error: PointsmanError) => {
          assert.equal(error.code, 'invalid_request');
          assert.equal(error.issues[0]?.field, 'pattern');
          assert.match(error.message, /^pattern: expected a cron pattern .* got "61 3 \* \* \*"/);
          return true;
        },
      );
      assert.deepEqual(await queue.nextRun(), next);
    });

    test('gives a running job back on close, and the next worker does it', async () => {
      const first = await open();
      const { jobId } = await first.enqueue({ seed: 6 });
      const held = patient();
      const worker = await first.work(held.trainer);
      await eventually('the trainer runs', held.runs);
      await worker.close();
      assert.equal(held.aborted(), 1);
      const given = await first.get(jobId);
      assert.deepEqual([given?.state, given?.attempts, given?.error], ['waiting', 0, null]);
      assert.deepEqual(await first.enqueue({ seed: 6 }), { jobId, created: false });
      await first.close();
      const second = await open();
      await second.work(quick);
      const job = await ended(second, jobId);
      assert.deepEqual([job.state, job.attempts], ['completed', 1]);
    });

    test('takes up again the job of a worker that was killed', async () => {
      const script = fileURLToPath(new URL('child-worker.js', import.meta.url));
      const child = await start(
        process.execPath,
        [script, store.dataDir, ...(store.url ? [store.url] : [])],
        'active ',
      );
      const jobId = /active (\S+)/.exec(child.output())?.[1] ?? '';
      await child.stop('SIGKILL');
      const killed = Date.now();
      const queue = await open();
      assert.equal((await queue.get(jobId))?.state, 'active');
      await queue.work(quick);
      const job = await ended(queue, jobId, 30_000);
      assert.deepEqual([job.state, job.result, job.request], ['completed', RESULT, { seed: 77 }]);
      assert.ok(Date.now() - killed < 25_000, `${Date.now() - killed} ms`);
      // The job that stood behind the dead one, which nobody could take before.
      await eventually('the next job is done', async () => (await queue.list({ state: 'completed' })).length === 2);
    });

    test('refuses work once closed, and closes twice', async () => {
      const queue = await open();
      await queue.close();
      await queue.close();
      await assert.rejects(queue.enqueue({}), { code: 'shutting_down' });
      await assert.rejects(queue.list(), { code: 'shutting_down' });
    });

    const alone = name === 'embedded' && 'one ledger at a time holds it';
    test('keeps the jobs and schedules of other ledgers apart', { skip: alone }, async () => {
      const [first, second] = [await open(), await open('fedcba9876543210')];
      const { jobId } = await first.enqueue({ seed: 12 });
      await first.setSchedule({ pattern: '0 3 * * *', min_new_interactions: 1 });
      assert.deepEqual([await second.list(), await second.get(jobId), await second.schedule()], [[], undefined, null]);
      let runs = 0;
      await second.work(async () => {
        runs++;
        return RESULT;
      });
      const other = await second.enqueue({ seed: 12 });
      assert.equal(other.created, true);
      assert.equal((await ended(second, other.jobId)).state, 'completed');
      assert.deepEqual([runs, (await first.get(jobId))?.state], [1, 'waiting']);
      await second.setSchedule(null);
      assert.equal((await first.schedule())?.pattern, '0 3 * * *');
    });

    test('shares jobs between queues, or lets one process hold it', async () => {
      const first = await open();
      if (!store.shared) {
        await assert.rejects(open(), (error: PointsmanError) => {
          assert.equal(error.code, 'queue_unavailable');
          assert.ok(error.message.includes(`this very process (${process.pid})`), error.message);
          assert.match(error.message, /POINTSMAN_QUEUE=redis:/);
          return true;
        });
        return;
      }
      const second = await open();
      const { jobId } = await first.enqueue({ seed: 11 });
      assert.deepEqual(await second.enqueue({ seed: 11 }), { jobId, created: false });
      const seen: string[] = [];
      await first.watch(jobId, (job) => seen.push(job.state));
      await second.work(quick);
      await eventually('the other queue hears of it', () => seen.at(-1) === 'completed');
    });
  });
}
