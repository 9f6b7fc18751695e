import type { Clock } from '../../base/clock.js';
import { HOUR_MS } from '../../base/units.js';
import { PointsmanError } from '../../base/errors.js';
import type { CatalogSettings } from '../../schema/catalog.js';
import type { FeedbackReceipt } from '../../schema/feedback.js';
import { byName } from '../../graph/order.js';
import type { BreakerSession, OpenCalls } from './breakers.js';
import { createComments } from './comments.js';
import type { Connection } from './connection.js';
import type { FeedbackSession, OpenSession } from './feedback-session.js';
import type { LlmTotals } from './llm-totals.js';
import { namedIn, refusalOf } from './newcomers.js';
import type { Room } from './room.js';
import type { ReadSettings } from './settings.js';
import type { Tally } from './tally.js';
import type { FeedbackBatch, FeedbackStore, LoggedAnswer, StoredBatch } from '../ports/feedback.js';

export interface FeedbackParts {
  openSession: OpenSession;
  openCalls: OpenCalls;
  /** Inside a write transaction: the decision has its outcome. */
  release(decision: string): void;
  totals: LlmTotals;
  tally: Tally;
  settings: ReadSettings;
  room: Room;
  clock: Clock;
}

/** Feedback: many batches, one commit (and so one wait for the disk), each key written once. */
export function createFeedback(
  connection: Connection,
  { openSession, openCalls, release, totals, tally, settings, room, clock }: FeedbackParts,
): FeedbackStore {
  const findKey = connection.db.prepare<[string, string, number], { request_hash: string; receipt: string }>(
    'SELECT request_hash, receipt FROM idempotency WHERE tenant = ? AND key = ? AND at >= ?',
  );
  const comments = createComments(connection);
  const newest = connection.db.prepare<[], number>('SELECT ifnull(max(id), 0) FROM interaction').pluck();
  const scoredAfter = connection.db.prepare<[number, number], LoggedAnswer & { task: string | null }>(
    `SELECT i.id AS position, llm.name AS model, q.text AS query, task.name AS task, i.score, i.weight
     FROM interaction i JOIN llm ON llm.id = i.llm JOIN query q ON q.id = i.query LEFT JOIN task ON task.id = i.task
     WHERE i.id > ? AND i.error IS NULL AND i.score IS NOT NULL AND llm.deleted = 0 AND q.text <> ''
       AND (i.signal IS NULL OR NOT EXISTS (
         SELECT 1 FROM interaction e WHERE e.decision = i.decision AND e.llm = i.llm AND e.id < i.id
           AND (e.score IS NOT NULL OR e.error IS NOT NULL) AND e.weight >= i.weight))
     ORDER BY i.id LIMIT ?`,
  );
  const putKey = connection.db.prepare<[string, string, string, string, number]>(
    `INSERT INTO idempotency (tenant, key, request_hash, receipt, at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET request_hash = excluded.request_hash, receipt = excluded.receipt, at = excluded.at`,
  );

  const appendOne = ({ session, calls, rules }: Appending, batch: FeedbackBatch): StoredBatch | Error => {
    const { requestHash = '', tenant = '' } = batch;
    if (batch.key !== undefined) {
      const first = findKey.get(tenant, batch.key, clock() - settings('retention').idempotency_hours * HOUR_MS);
      if (first !== undefined && first.request_hash === requestHash)
        return { receipt: JSON.parse(first.receipt) as FeedbackReceipt, stored: false };
      if (first !== undefined)
        return new PointsmanError(
          'idempotency_key_reused',
          `Idempotency-Key: expected the body that ${JSON.stringify(batch.key)} was first used with, got ` +
            'another one; use a new key',
        );
    }
    const refusal =
      rules === null
        ? undefined
        : refusalOf(batch.records, rules, { find: (name) => session.llm(name), counts: () => room.counts() });
    if (refusal !== undefined) return refusal;
    const receipt = write(session, calls, batch);
    for (const comment of batch.comments ?? []) comments.add(comment, batch.tenant, batch.forgetAt);
    for (const { value } of batch.records) if (value.decision_id !== undefined) release(value.decision_id);
    if (batch.key !== undefined) putKey.run(tenant, batch.key, requestHash, JSON.stringify(receipt), clock());
    return { receipt, stored: true };
  };

  return {
    append: async (batches, { unknown = 'candidate' } = {}) =>
      connection[batches.every(({ lazy }) => lazy) ? 'note' : 'write'](() => {
        const rules = unknown === 'as_set' ? settings('catalog') : null;
        const session = openSession(rules === null || rules.register_unknown === 'candidate' ? 'candidate' : 'known');
        const calls = openCalls();
        const answers = batches.map((batch) => appendOne({ session, calls, rules }, batch));
        session.finish();
        calls.flush();
        return answers;
      }),
    comments: async (decisions) => connection.read(() => comments.of(decisions)),
    counts: async () => tally.counts(),
    position: async () => newest.get()!,
    after: async (position, limit) =>
      connection.read(() => {
        const answers = scoredAfter
          .all(position, limit)
          .map(({ task, ...answer }) => (task === null ? answer : { ...answer, task }));
        return { answers, position: answers.length < limit ? newest.get()! : answers.at(-1)!.position };
      }),
    stats: async () => totals.read().toSorted((a, b) => byName(a.id, b.id)),
  };
}

/** One transaction of feedback. */
interface Appending {
  session: FeedbackSession;
  calls: BreakerSession;
  /** What becomes of LLMs that nobody declared; null where they are candidates whatever the settings say. */
  rules: CatalogSettings | null;
}

function write(session: FeedbackSession, calls: BreakerSession, batch: FeedbackBatch): FeedbackReceipt {
  const { tenant, forgetAt } = batch;
  const commented = batch.comments?.length ?? 0;
  const receipt = { interactions: 0, preferences: 0 };
  let signals = 0;
  const before = session.newLlms.length;
  for (const record of batch.records) {
    if (record.kind === 'interaction') {
      const { llm, at } = session.interaction(record.value, { tenant, forgetAt });
      calls.call(llm, record.value, at);
      receipt.interactions++;
    } else if (record.kind === 'preference') {
      session.preference(record.value, { tenant, forgetAt });
      receipt.preferences++;
    } else {
      session.signal(record.value, { tenant, forgetAt });
      signals++;
    }
  }
  const undeclared = undeclaredIn(session, batch);
  return {
    ...receipt,
    ...(signals > 0 && { signals }),
    ...(commented > 0 && { comments: commented }),
    new_models: session.newLlms.slice(before),
    ...(undeclared.length > 0 && { undeclared }),
  };
}

/** LLMs of a batch that are no candidates, as nobody declared them. */
function undeclaredIn(session: FeedbackSession, { records }: FeedbackBatch): string[] {
  const names = new Set<string>();
  for (const record of records)
    for (const { model } of namedIn(record)) if (session.llm(model)?.undeclared) names.add(model);
  return [...names];
}
