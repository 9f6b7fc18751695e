import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { PointsmanError } from '../../src/base/errors.js';
import { openRetrainSchedule, type RetrainSchedule } from '../../src/queue/reconcile.js';
import type { InstalledSchedule } from '../../src/queue/schedule.js';
import type { RetrainQueue } from '../../src/queue/types.js';
import type { Schedule } from '../../src/schema/training.js';
import type { Ledger } from '../../src/store/open.js';
import { keptLog, temporaryLedger } from '../decision/parts.js';
import { eventually } from '../support/wait.js';

const NIGHTLY: Schedule = { pattern: '0 3 * * *', min_new_interactions: 1 };
const HOURLY: Schedule = { pattern: '0 * * * *', min_new_interactions: 9 };
const NEXT = new Date('2030-01-01T03:00:00Z');
const clock = (): number => Date.parse('2029-12-31T12:00:00Z');

/** A queue that can be away or never answer, and counts how many changes of its schedule run at the same time. */
function queueInMemory(): Pick<RetrainQueue, 'schedule' | 'setSchedule'> & {
  state: 'there' | 'away' | 'mute';
  installed: InstalledSchedule | null;
  changes: number;
  most: number;
} {
  let running = 0;
  const answer = async (): Promise<void> => {
    if (queue.state === 'away') throw new PointsmanError('queue_unavailable', 'away');
    if (queue.state === 'mute') await new Promise(() => {});
  };
  const queue: ReturnType<typeof queueInMemory> = {
    state: 'there',
    installed: null,
    changes: 0,
    most: 0,
    async schedule() {
      await answer();
      return queue.installed;
    },
    async setSchedule(schedule) {
      await answer();
      queue.most = Math.max(queue.most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running--;
      queue.changes++;
      queue.installed = schedule && { ...schedule, next: NEXT };
    },
  };
  return queue;
}

async function parts(t: TestContext): Promise<{
  ledger: Ledger;
  queue: ReturnType<typeof queueInMemory>;
  open: () => RetrainSchedule;
  lines: string[];
}> {
  const { ledger, remove } = await temporaryLedger();
  t.after(remove);
  const queue = queueInMemory();
  const { log, lines } = keptLog();
  return { ledger, queue, lines, open: () => openRetrainSchedule({ ledger, queue, clock, log }) };
}

describe('the retraining schedule', () => {
  test('is written to the ledger and installed; what is installed already is left alone', async (t) => {
    const { ledger, queue, open } = await parts(t);
    const schedule = open();
    assert.equal(await schedule.read(), undefined);
    assert.deepEqual(await schedule.put(NIGHTLY), NEXT);
    assert.deepEqual([await ledger.schedule.get(), queue.installed], [NIGHTLY, { ...NIGHTLY, next: NEXT }]);
    assert.deepEqual(await schedule.put({ ...NIGHTLY, pattern: ' 0 3 * * * ' }), NEXT);
    assert.equal(queue.changes, 1);
    assert.equal(await schedule.remove(), true);
    assert.deepEqual([await ledger.schedule.get(), queue.installed], [undefined, null]);
    assert.equal(await schedule.remove(), false);
  });

  test('refuses a wrong pattern before anything is written', async (t) => {
    const { ledger, queue, open } = await parts(t);
    await open().put(NIGHTLY);
    await assert.rejects(open().put({ ...NIGHTLY, pattern: 'every day' }), { code: 'invalid_request' });
    assert.deepEqual([await ledger.schedule.get(), queue.changes], [NIGHTLY, 1]);
  });

  for (const state of ['away', 'mute'] as const)
    test(`is taken while the queue is ${state}, and installed when it is back`, async (t) => {
      const { ledger, queue, open, lines } = await parts(t);
      queue.state = state;
      const schedule = open();
      assert.equal(await schedule.put(HOURLY), null);
      assert.deepEqual(await schedule.read(), { schedule: HOURLY, nextRun: null });
      await schedule.put(NIGHTLY);
      assert.deepEqual(await ledger.schedule.get(), NIGHTLY);
      if (state === 'away') assert.equal(lines.filter((line) => line.includes('not in step')).length, 1);
      queue.state = 'there';
      // What never answers is the queue's to give up; the next process stands for that here.
      const stop = (state === 'mute' ? open() : schedule).follow(20);
      t.after(stop);
      await eventually('it is installed', () => queue.installed?.pattern === NIGHTLY.pattern);
      assert.equal(queue.changes, 1, 'only what is wanted now');
    });

  test('is mended where the queue holds another one, or one that nobody wants', async (t) => {
    const { ledger, queue, open } = await parts(t);
    queue.installed = { ...HOURLY, next: NEXT };
    t.after(open().follow(20));
    await eventually('it is removed', () => queue.installed === null);
    await ledger.schedule.put(NIGHTLY);
    await eventually('it is installed', () => queue.installed?.pattern === NIGHTLY.pattern);
    queue.installed = { ...NIGHTLY, min_new_interactions: 2, next: NEXT };
    await eventually('it is mended', () => queue.installed?.min_new_interactions === 1);
  });

  test('is changed by one process at a time', async (t) => {
    const { queue, open } = await parts(t);
    const processes = [open(), open(), open()];
    for (const process of processes) t.after(process.follow(5));
    for (let round = 0; round < 5; round++)
      await Promise.all(
        processes.map((process, i) => process.put({ ...HOURLY, min_new_interactions: 10 * round + i })),
      );
    const wanted = (await open().read())!.schedule;
    await eventually('it is in step', () => queue.installed?.min_new_interactions === wanted.min_new_interactions);
    assert.equal(queue.most, 1);
  });

  test('says when it fires by its pattern while another process installs it', async (t) => {
    const { ledger, queue, open } = await parts(t);
    await ledger.schedule.claim('another', 5_000);
    assert.deepEqual(await open().put(NIGHTLY), new Date('2030-01-01T03:00:00Z'));
    assert.equal(queue.changes, 0);
  });
});
