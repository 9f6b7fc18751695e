import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFollower, type Live } from '../../src/live/follower.js';
import { SUBJECTS, type Revisions, type Subject } from '../../src/store/ports/changes.js';
import { keptLog } from '../decision/parts.js';
import { eventually } from '../support/wait.js';

/** Revisions that a test moves. */
function moving() {
  let revisions = Object.fromEntries(SUBJECTS.map((subject) => [subject, 0])) as Revisions;
  return {
    move: (subject: Subject) => void (revisions = { ...revisions, [subject]: revisions[subject] + 1 }),
    changes: { revisions: async () => revisions },
  };
}

/** A part that keeps what it was refreshed for. */
function part(reads: Pick<Live, 'eager' | 'lazy'>, work: () => Promise<void> = async () => undefined) {
  const seen: string[] = [];
  const live: Live = {
    name: 'part',
    ...reads,
    async refresh(changed = new Set()) {
      await work();
      seen.push([...changed].toSorted().join());
    },
  };
  return { live, seen };
}

test('refreshes a part for what it reads, and for nothing else', async () => {
  const { changes, move } = moving();
  const { live, seen } = part({ eager: ['policies', 'catalog'], lazy: [] });
  const follower = createFollower(changes, [live], keptLog().log);
  await follower.catchUp();
  assert.deepEqual(seen.splice(0), [[...SUBJECTS].toSorted().join()], 'all of it at first');
  await follower.catchUp();
  move('alerts');
  await follower.catchUp();
  assert.deepEqual(seen, []);
  move('policies');
  await follower.catchUp();
  assert.deepEqual(seen, ['alerts,policies']);
});

test('leaves lazy subjects to the next tick', async (t) => {
  const { changes, move } = moving();
  const { live, seen } = part({ eager: ['catalog'], lazy: ['feedback'] });
  const always = part({ eager: [], lazy: 'always' });
  const follower = createFollower(changes, [live, always.live], keptLog().log);
  await follower.catchUp();
  move('feedback');
  await follower.catchUp();
  assert.equal(seen.length, 1);
  assert.equal(always.seen.length, 0);
  t.after(follower.start(10));
  await eventually('two ticks', () => always.seen.length > 1, 5_000);
  assert.equal(seen.length, 2, 'nothing changed since the first tick');
});

test('a caller sees what was committed before it called, also during another look', async () => {
  const { changes, move } = moving();
  const { live, seen } = part({ eager: ['alerts'], lazy: [] }, () => sleep(20));
  const follower = createFollower(changes, [live], keptLog().log);
  const first = follower.catchUp();
  await sleep(5);
  move('alerts');
  await Promise.all([follower.catchUp(), follower.catchUp(), follower.catchUp()]);
  assert.equal(seen.length, 2, 'those that came meanwhile are one refresh');
  await first;
});

test('a part that fails goes on as it was, says so, and is refreshed again; the others are not held up', async () => {
  const { changes } = moving();
  const { log, lines } = keptLog();
  let fails = true;
  const faulty = part({ eager: ['catalog'], lazy: [] }, async () => {
    if (fails) throw new Error('disk is full');
  });
  const other = part({ eager: ['catalog'], lazy: [] });
  const follower = createFollower(changes, [faulty.live, other.live], log);
  await follower.catchUp();
  assert.deepEqual([faulty.seen.length, other.seen.length], [0, 1]);
  assert.match(lines.join(), /part.*disk is full/);
  fails = false;
  await follower.catchUp();
  assert.deepEqual([faulty.seen.length, other.seen.length], [1, 1]);
});

test('a part that waits holds up who needs it, and nobody else', async (t) => {
  const { changes, move } = moving();
  let free = (): void => undefined;
  const waits = part({ eager: ['catalog'], lazy: 'always' }, () => new Promise((resolve) => (free = resolve)));
  const other = part({ eager: ['catalog', 'policies'], lazy: [] });
  const follower = createFollower(changes, [waits.live, other.live], keptLog().log);
  let caughtUp = false;
  const first = follower.catchUp(['catalog']).then(() => (caughtUp = true));
  for (const subject of ['policies', 'feedback'] as const) {
    move(subject);
    await follower.catchUp([subject]);
  }
  assert.deepEqual([other.seen.length, waits.seen.length, caughtUp], [2, 0, false]);
  t.after(follower.start(5));
  move('policies');
  await eventually('the other is refreshed by a tick', () => other.seen.length === 3, 5_000);
  free();
  await first;
  assert.equal(waits.seen.length, 1);
});

test('where revisions cannot be read, callers go on, and the log says so', async () => {
  const { log, lines } = keptLog();
  const { live } = part({ eager: ['catalog'], lazy: [] });
  const changes = { revisions: () => Promise.reject(new Error('disk is gone')) };
  await createFollower(changes, [live], log).catchUp();
  assert.match(lines.join(), /disk is gone/);
});
