import type { Clock } from '../../base/clock.js';
import { PointsmanError } from '../../base/errors.js';
import type { FeedbackReceipt } from '../../schema/feedback.js';
import type { BreakerSession } from './breakers.js';
import type { Connection } from './connection.js';
import type { FeedbackSession, OpenSession } from './feedback.js';
import type { FeedbackBatch, Ledger } from '../types.js';

/** `appendFeedback`: many batches, one commit (and so one wait for the disk), each key written once. */
export function createAppend(
  connection: Connection,
  openSession: OpenSession,
  openCalls: () => BreakerSession,
  release: (decision: string) => void,
  clock: Clock,
): Ledger['appendFeedback'] {
  const findKey = connection.db.prepare<[string], { request_hash: string; receipt: string }>(
    'SELECT request_hash, receipt FROM idempotency WHERE key = ?',
  );
  const putKey = connection.db.prepare<[string, string, string, number]>(
    'INSERT INTO idempotency (key, request_hash, receipt, at) VALUES (?, ?, ?, ?)',
  );

  const one = (
    session: FeedbackSession,
    calls: BreakerSession,
    batch: FeedbackBatch,
    stored: FeedbackBatch[],
  ): FeedbackReceipt | Error => {
    const requestHash = batch.requestHash ?? '';
    if (batch.key !== undefined) {
      const first = findKey.get(batch.key);
      if (first !== undefined && first.request_hash === requestHash)
        return JSON.parse(first.receipt) as FeedbackReceipt;
      if (first !== undefined)
        return new PointsmanError(
          'idempotency_key_reused',
          `Idempotency-Key: expected the body that ${JSON.stringify(batch.key)} was first used with, got ` +
            'another one; use a new key',
        );
    }
    const receipt = write(session, calls, batch);
    for (const { value } of batch.records) if (value.decision_id !== undefined) release(value.decision_id);
    if (batch.key !== undefined) putKey.run(batch.key, requestHash, JSON.stringify(receipt), clock());
    stored.push(batch);
    return receipt;
  };

  return (batches) => {
    const stored: FeedbackBatch[] = [];
    const receipts = connection.write(() => {
      const session = openSession();
      const calls = openCalls();
      const answers = batches.map((batch) => one(session, calls, batch, stored));
      session.finish();
      calls.flush();
      return answers;
    });
    for (const { onStored } of stored) onStored?.();
    return receipts;
  };
}

function write(session: FeedbackSession, calls: BreakerSession, batch: FeedbackBatch): FeedbackReceipt {
  const receipt = { interactions: 0, preferences: 0 };
  const before = session.newLlms.length;
  for (const record of batch.records) {
    if (record.kind === 'interaction') {
      const { llm, at } = session.interaction(record.value);
      calls.call(llm, record.value, at);
      receipt.interactions++;
    } else {
      session.preference(record.value);
      receipt.preferences++;
    }
  }
  return { ...receipt, new_models: session.newLlms.slice(before) };
}
