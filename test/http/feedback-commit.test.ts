import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFeedbackCommitter } from '../../src/http/feedback-commit.js';
import { Interaction } from '../../src/schema/feedback.js';
import type { FeedbackBatch, Ledger } from '../../src/ledger/index.js';
import { temporaryLedger } from '../decision/parts.js';

function batch(query: string, size = 1): FeedbackBatch {
  return { records: Array.from({ length: size }, () => ({ kind: 'interaction', value: Interaction.parse({ query, model: 'm', score: 1 }) })) };
}

/** A real ledger that tells how many batches each transaction had, and refuses the query "poison". */
function watched(): { append: Pick<Ledger, 'appendFeedback'>; sizes: number[]; ledger: Ledger; remove(): void } {
  const { ledger, remove } = temporaryLedger();
  const sizes: number[] = [];
  const append = {
    appendFeedback(batches: readonly FeedbackBatch[]) {
      sizes.push(batches.length);
      if (batches.some((one) => one.records[0]?.value.query === 'poison')) throw new Error('refused');
      return ledger.appendFeedback(batches);
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
  assert.deepEqual(results.map((one) => one.status), ['fulfilled', 'rejected', 'fulfilled']);
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
