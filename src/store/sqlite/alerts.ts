import { AHEAD_MS, type Clock } from '../../base/clock.js';
import { fromBytes, meanOf, toBytes } from '../../machines/drift.js';
import {
  afterObservation,
  NEW_STREAM,
  told,
  type DriftObservation,
  type DriftStream,
  type Level,
} from '../../machines/drift-stream.js';
import type { Alert } from '../../schema/drift.js';
import { ALERT_COLUMNS, createRecorder, toAlert, type AlertRow } from './alert-recorder.js';
import { createAlertSeries } from './alert-series.js';
import type { Connection } from './connection.js';
import type { AlertStore } from '../ports/alerts.js';
import type { Touch } from './changes.js';
import type { ReadSettings } from './settings.js';

/** Claims of before the one time and after the other are over. */
interface Lapse {
  before: number;
  ahead: number;
}
const lapseOf = (now: number, leaseMs: number): Lapse => ({ before: now - leaseMs, ahead: now + AHEAD_MS });

/** Signals that training learns from, so that a version can put right what is expected of them. */
const LEARNED = `signal IN ('score', 'error')`;
/** Whether an interaction says anything of what an alert is of. */
const TELLS = `(a.signal <> 'score' OR (i.score IS NOT NULL AND i.error IS NULL))`;

/**
 * How long a claim to start a retraining job holds, in milliseconds: what is not enqueued by then failed, and is tried
 * again.
 */
const RETRAIN_CLAIM_MS = 60_000;

export interface AlertParts {
  clock: Clock;
  /** The time that claims are kept by. */
  steady: Clock;
  settings: ReadSettings;
  touch: Touch;
}

/** Tests for drift and their alerts: state that survives a restart, and is the same for all processes. */
export function createAlerts(
  connection: Connection,
  { clock, steady, settings: readSettings, touch }: AlertParts,
): AlertStore {
  const { db } = connection;
  const findLlm = db.prepare<[string], number>('SELECT id FROM llm WHERE name = ? AND deleted = 0').pluck();
  const findStream = db.prepare<[number, string, string], { level: string; remembered: Buffer }>(
    'SELECT level, remembered FROM drift_stream WHERE llm = ? AND task = ? AND signal = ?',
  );
  const putStream = db.prepare<[number, string, string, string, Buffer]>(
    'INSERT OR REPLACE INTO drift_stream VALUES (?, ?, ?, ?, ?)',
  );

  const from = `SELECT ${ALERT_COLUMNS} FROM drift_alert a JOIN llm l ON l.id = a.llm`;
  const one = db.prepare<[string], AlertRow>(`${from} WHERE a.id = ?`);
  const all = db.prepare<[number], AlertRow>(`${from} ORDER BY a.at DESC, a.id DESC LIMIT ?`);
  // +: by the few that are open, not through all there ever were.
  const openAll = db.prepare<[], AlertRow>(
    `${from} WHERE resolved_at IS NULL AND deleted = 0 ORDER BY +a.at DESC, a.id DESC`,
  );
  const counts = db.prepare<[], { model: string; task: string; signal: string; direction: string; count: number }>(
    `SELECT l.name AS model, a.task, signal, direction, sum(count) AS count
     FROM (SELECT llm, task, signal, direction, 1 AS count FROM drift_alert
       UNION ALL SELECT * FROM drift_alert_removed) a
     JOIN llm l ON l.id = a.llm GROUP BY 1, 2, 3, 4`,
  );
  const resolve = db.prepare<[number, string, string | null, string]>(
    'UPDATE drift_alert SET resolved_at = ?, resolution = ?, reason = ? WHERE id = ? AND resolved_at IS NULL',
  );

  // A version that is older than the alert, or knows too little of what came since, changes nothing. Ids of
  // interactions have no gaps, so those that it was trained on end where its rows do (sooner, where preferences came in
  // between).
  const retrained = db
    .prepare<{ version: string; least: number }, string>(
      `SELECT a.id FROM drift_alert a JOIN artifact v ON v.version = @version
     WHERE resolved_at IS NULL AND ${LEARNED} AND unixepoch(v.created_at, 'subsec') * 1000 > a.at AND v.ledger_rows >=
     a.ledger_rows
       AND observations + (SELECT count(*) FROM interaction i LEFT JOIN task t ON t.id = i.task
         WHERE i.id > a.ledger_row AND i.id <= a.ledger_row + v.ledger_rows - a.ledger_rows AND i.llm = a.llm AND
         ifnull(t.name, a.task) = a.task AND ${TELLS}) >= @least`,
    )
    .pluck();

  /** Whether a claim is over: it was made before one time, or after another that is yet to come. */
  const lapsed = (claimed: string): string => `(ifnull(${claimed}, 0) < @before OR ${claimed} > @ahead)`;
  const waiting = `resolved_at IS NULL AND ${LEARNED} AND retrain_job IS NULL AND ${lapsed('retrain_claimed_at')}`;
  const toRetrain = db.prepare<[Lapse], string>(`SELECT id FROM drift_alert WHERE ${waiting}`).pluck();
  const lastRetrain = db
    .prepare<[number], number | null>(
      'SELECT max(retrain_claimed_at) FROM drift_alert WHERE retrain_job IS NOT NULL AND retrain_claimed_at <= ?',
    )
    .pluck();
  // An alert whose job failed, or knew too little, has another one once there is enough to learn from.
  const toRetry = db
    .prepare<Lapse & { least: number }, string>(
      `SELECT a.id FROM drift_alert a
     WHERE resolved_at IS NULL AND ${LEARNED} AND retrain_job IS NOT NULL AND ${lapsed('retrain_claimed_at')}
       AND observations + (SELECT count(*) FROM interaction i LEFT JOIN task t ON t.id = i.task WHERE i.id >
       a.ledger_row AND i.llm = a.llm AND ifnull(t.name, a.task) = a.task AND ${TELLS}) >= @least`,
    )
    .pluck();
  /** When this process last looked for those, which takes longer. */
  let retriedAt = -Infinity;
  const claimRetrain = db.prepare<[number, string]>('UPDATE drift_alert SET retrain_claimed_at = ? WHERE id = ?');
  const endRetrain = db.prepare<[string, string]>('UPDATE drift_alert SET retrain_job = ? WHERE id = ?');

  const unsent = db.prepare<[Lapse], AlertRow>(
    `${from} WHERE webhook_ended_at IS NULL AND ${lapsed('webhook_claimed_at')} ORDER BY a.at LIMIT 1`,
  );
  const claimWebhook = db.prepare<[number, string]>('UPDATE drift_alert SET webhook_claimed_at = ? WHERE id = ?');
  const endWebhook = db.prepare<[number, string]>('UPDATE drift_alert SET webhook_ended_at = ? WHERE id = ?');

  const findOpen = db
    .prepare<[number, string, string], string>(
      'SELECT id FROM drift_alert WHERE llm = ? AND task = ? AND signal = ? AND resolved_at IS NULL',
    )
    .pluck();
  const correct = db.prepare<{ after: number; id: string }>(
    'UPDATE drift_alert SET after = @after WHERE id = @id AND after <> @after',
  );

  const record = createRecorder(connection, clock, touch);
  const read = (id: string): Alert => toAlert(one.get(id)!);

  function readStream(llm: number, task: string, signal: string): DriftStream {
    const row = findStream.get(llm, task, signal);
    return row === undefined
      ? NEW_STREAM
      : { level: JSON.parse(row.level) as Level, values: fromBytes(row.remembered) };
  }

  function observe(observations: readonly DriftObservation[]): Alert[] {
    const settings = readSettings('drift');
    const touched = new Map<
      string,
      { key: [llm: number, task: string, signal: DriftObservation['signal']]; stream: DriftStream }
    >();
    const alerts: string[] = [];
    let moved = false;
    for (const observation of observations) {
      const { model, task, by = 'task', signal } = observation;
      const llm = findLlm.get(model);
      if (llm === undefined) continue;
      const name = JSON.stringify([llm, task, signal]);
      const known = touched.get(name) ?? { key: [llm, task, signal], stream: readStream(llm, task, signal) };
      const { stream, change } = afterObservation(known.stream, observation, settings);
      touched.set(name, { ...known, stream });
      if (change !== null) alerts.push(record({ llm, task, by, signal, change }, settings));
    }
    for (const { key, stream } of touched.values()) {
      putStream.run(...key, JSON.stringify(stream.level), toBytes(stream.values));
      // A change looks larger than it is when it is found: later values say better how large it is.
      const open = findOpen.get(...key);
      if (open === undefined) continue;
      moved ||= correct.run({ after: told(key[2], meanOf(stream.values)), id: open }).changes > 0;
    }
    if (moved || alerts.length > 0) touch('alerts');
    return alerts.map(read);
  }

  return {
    observe: async (observations) => connection.note(() => observe(observations)),
    list: async (limit) => all.all(limit).map(toAlert),
    open: async () => openAll.all().map(toAlert),
    detail: createAlertSeries(connection),
    counts: async () => counts.all(),
    resolve: async (id, reason) =>
      connection.write(() => {
        if (resolve.run(clock(), 'operator', reason ?? null, id).changes > 0) touch('alerts');
        const row = one.get(id);
        return row && toAlert(row);
      }),
    resolveRetrained: async (version) =>
      connection.write(() => {
        const ids = retrained.all({ version, least: readSettings('drift').min_new_interactions });
        for (const id of ids) resolve.run(clock(), 'retrained', version, id);
        if (ids.length > 0) touch('alerts');
        return ids;
      }),
    async claimRetrain() {
      const now = steady();
      const { retrain, retrain_interval_ms: pause, min_new_interactions: least } = readSettings('drift');
      const looksAgain = now - retriedAt >= Math.max(pause, RETRAIN_CLAIM_MS);
      if (!retrain || (!looksAgain && toRetrain.get(lapseOf(now, RETRAIN_CLAIM_MS)) === undefined)) return [];
      return connection.write(() => {
        if (now - (lastRetrain.get(now + AHEAD_MS) ?? -Infinity) < pause) return [];
        const ids = toRetrain.all(lapseOf(now, RETRAIN_CLAIM_MS));
        if (looksAgain) {
          retriedAt = now;
          ids.push(...toRetry.all({ ...lapseOf(now, Math.max(pause, RETRAIN_CLAIM_MS)), least }));
        }
        for (const id of ids) claimRetrain.run(now, id);
        return ids;
      });
    },
    endRetrain: async (ids, jobId) =>
      connection.write(() => {
        const ended = ids.filter((id) => endRetrain.run(jobId, id).changes > 0);
        if (ended.length > 0) touch('alerts');
      }),
    async claimWebhook(leaseMs) {
      const now = steady();
      if (unsent.get(lapseOf(now, leaseMs)) === undefined) return undefined;
      return connection.write(() => {
        const row = unsent.get(lapseOf(now, leaseMs));
        if (row !== undefined) claimWebhook.run(now, row.id);
        return row && toAlert(row);
      });
    },
    endWebhook: async (id) => connection.write(() => void endWebhook.run(clock(), id)),
  };
}
