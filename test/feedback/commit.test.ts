import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../src/base/clock.js';
import type { PointsmanError } from '../../src/base/errors.js';
import { createFeedbackCommitter } from '../../src/feedback/commit.js';
import { Interaction } from '../../src/schema/feedback.js';
import { openLedger, type Ledger } from '../../src/store/open.js';
import type { FeedbackBatch } from '../../src/store/ports/feedback.js';
import { temporaryLedger } from '../decision/parts.js';

function batch(query: string, size = 1): FeedbackBatch {
  return {
    records: Array.from({ length: size }, () => ({
      kind: 'interaction',
      value: Interaction.parse({ query, model: 'm', score: 1 }),
    })),
  };
}

/** A real ledger that tells how many batches each transaction had, and refuses the query "poison". */
function watched(): { append: Pick<Ledger, 'appendFeedback'>; sizes: number[]; ledger: Ledger; remove(): void } {
  const { ledger, remove } = temporaryLedger();
  const sizes: number[] = [];
  const append = {
    async appendFeedback(batches: readonly FeedbackBatch[]) {
      sizes.push(batches.length);
      if (batches.some((one) => one.records[0]?.value.query === 'poison')) throw new Error('refused');
      return await ledger.feedback.append(batches);
    },
  };
  return { append, sizes, ledger, remove };
}

test('what comes in one turn is one transaction', async () => {
  const { append, sizes, ledger, remove } = watched();
  const committer = createFeedbackCommitter(append);
  await Promise.all(['a', 'b', 'c'].map((query) => committer.commit(batch(query))));
  await committer.commit(batch('d'));
  assert.deepEqual(sizes, [3, 1]);
  assert.equal(ledger.countRows(), 4);
  remove();
});

test('one request’s fault is not another’s', async () => {
  const { append, ledger, remove } = watched();
  const committer = createFeedbackCommitter(append);
  const results = await Promise.allSettled(['a', 'poison', 'c'].map((query) => committer.commit(batch(query))));
  assert.deepEqual(
    results.map((one) => one.status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.equal(ledger.countRows(), 2);
  remove();
});

test('a flood is split, and drain waits for all of it', async () => {
  const { append, sizes, ledger, remove } = watched();
  const committer = createFeedbackCommitter(append);
  const commits = Array.from({ length: 5 }, (_, i) => committer.commit(batch(`q${i}`, 1000)));
  await committer.drain();
  assert.equal(ledger.countRows(), 5000);
  assert.deepEqual(sizes, [2, 2, 1]);
  await Promise.all(commits);
  await committer.drain();
  remove();
});

test('while another connection imports, feedback waits without holding up this process', async () => {
  const { ledger, folder, remove } = temporaryLedger();
  const other = await openLedger(join(folder, 'ledger.sqlite'), { clock: systemClock });
  const committer = createFeedbackCommitter(ledger);
  const importing = new EventEmitter();
  const imported = other.bulk(() => once(importing, 'end'));
  let stored = 0;
  const commits = ['a', 'b'].map(async (query) => {
    await committer.commit(batch(query));
    stored++;
  });
  let longestTurn = 0;
  for (let i = 0; i < 40; i++) {
    const started = performance.now();
    await pause(10);
    longestTurn = Math.max(longestTurn, performance.now() - started);
  }
  assert.equal(stored, 0);
  assert.ok(longestTurn < 400, `${longestTurn} ms`);
  importing.emit('end');
  await imported;
  await Promise.all(commits);
  assert.equal(ledger.countRows(), 2);
  other.close();
  remove();
});

test('feedback that waited too long for the ledger fails as such, and drain ends', async () => {
  const { ledger, folder, remove } = temporaryLedger();
  const other = await openLedger(join(folder, 'ledger.sqlite'), { clock: systemClock });
  const committer = createFeedbackCommitter(ledger, 200);
  const importing = new EventEmitter();
  const imported = other.bulk(() => once(importing, 'end'));
  const [result] = await Promise.allSettled([committer.commit(batch('a'))]);
  assert.equal(result.status === 'rejected' && (result.reason as PointsmanError).code, 'ledger_busy');
  await committer.drain();
  importing.emit('end');
  await imported;
  assert.equal(ledger.countRows(), 0);
  other.close();
  remove();
});
