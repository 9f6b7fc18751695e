import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../src/base/clock.js';
import type { PointsmanError } from '../../src/base/errors.js';
import { createFeedbackCommitter } from '../../src/feedback/commit.js';
import { Interaction } from '../../src/schema/feedback.js';
import { openLedger, type Ledger } from '../../src/store/open.js';
import type { FeedbackBatch, FeedbackStore } from '../../src/store/ports/feedback.js';
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
async function watched(): Promise<{
  append: Pick<FeedbackStore, 'append'>;
  sizes: number[];
  ledger: Ledger;
  remove(): Promise<void>;
}> {
  const { ledger, remove } = await temporaryLedger();
  const sizes: number[] = [];
  const append: Pick<FeedbackStore, 'append'> = {
    async append(batches) {
      sizes.push(batches.length);
      if (batches.some((one) => one.records[0]?.value.query === 'poison')) throw new Error('refused');
      return ledger.feedback.append(batches);
    },
  };
  return { append, sizes, ledger, remove };
}

const stored = async (ledger: Ledger): Promise<number> => (await ledger.feedback.counts()).interactions;

test('what comes in one turn is one transaction', async () => {
  const { append, sizes, ledger, remove } = await watched();
  const committer = createFeedbackCommitter(append);
  await Promise.all(['a', 'b', 'c'].map((query) => committer.commit(batch(query))));
  await committer.commit(batch('d'));
  assert.deepEqual(sizes, [3, 1]);
  assert.equal(await stored(ledger), 4);
  await remove();
});

test('one request’s fault is not another’s', async () => {
  const { append, ledger, remove } = await watched();
  const committer = createFeedbackCommitter(append);
  const results = await Promise.allSettled(['a', 'poison', 'c'].map((query) => committer.commit(batch(query))));
  assert.deepEqual(
    results.map((one) => one.status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.equal(await stored(ledger), 2);
  await remove();
});

test('a flood is split, and drain waits for all of it', async () => {
  const { append, sizes, ledger, remove } = await watched();
  const committer = createFeedbackCommitter(append);
  const commits = Array.from({ length: 5 }, (_, i) => committer.commit(batch(`q${i}`, 1000)));
  await committer.drain();
  assert.equal(await stored(ledger), 5000);
  assert.deepEqual(sizes, [2, 2, 1]);
  await Promise.all(commits);
  await committer.drain();
  await remove();
});

test('while another connection imports, feedback waits without holding up this process', async () => {
  const { ledger, folder, remove } = await temporaryLedger();
  const other = await openLedger(join(folder, 'ledger.sqlite'), { clock: systemClock });
  const committer = createFeedbackCommitter(ledger.feedback);
  const importing = await other.imports.begin();
  let answered = 0;
  const commits = ['a', 'b'].map(async (query) => {
    await committer.commit(batch(query));
    answered++;
  });
  let longestTurn = 0;
  for (let i = 0; i < 40; i++) {
    const started = performance.now();
    await pause(10);
    longestTurn = Math.max(longestTurn, performance.now() - started);
  }
  assert.equal(answered, 0);
  assert.ok(longestTurn < 400, `${longestTurn} ms`);
  await importing.commit();
  await Promise.all(commits);
  assert.equal(await stored(ledger), 2);
  await other.close();
  await remove();
});

test('feedback that waited too long for the ledger fails as such, and drain ends', async () => {
  const { ledger, folder, remove } = await temporaryLedger();
  const other = await openLedger(join(folder, 'ledger.sqlite'), { clock: systemClock });
  const committer = createFeedbackCommitter(ledger.feedback, { busyLimitMs: 200 });
  const importing = await other.imports.begin();
  const [result] = await Promise.allSettled([committer.commit(batch('a'))]);
  assert.equal(result.status === 'rejected' && (result.reason as PointsmanError).code, 'ledger_busy');
  await committer.drain();
  await importing.commit();
  assert.equal(await stored(ledger), 0);
  await other.close();
  await remove();
});
