import type { Clock } from '../../base/clock.js';
import { uuid7 } from '../../base/uuid.js';
import type { Change } from '../../machines/drift.js';
import { leastWorsening, told, worseningOf } from '../../machines/drift-stream.js';
import { UNKNOWN_TASK, type Alert, type DriftSettings, type DriftSignal } from '../../schema/drift.js';
import type { Touch } from './changes.js';
import type { Connection } from './connection.js';

export interface AlertRow {
  id: string;
  at: number;
  model: string;
  task: string;
  by: Alert['by'];
  signal: DriftSignal;
  direction: Alert['direction'];
  before: number;
  after: number;
  since: number;
  observations: number;
  evidence: number;
  resolved_at: number | null;
  resolution: Alert['resolution'];
  reason: string | null;
  retrain_job: string | null;
}

const iso = (at: number): string => new Date(at).toISOString();

export const ALERT_COLUMNS =
  'a.id, a.at, l.name AS model, a.task, a.by, signal, direction, before, after, since, observations, evidence, ' +
  'resolved_at, resolution, reason, retrain_job';

export const toAlert = (row: AlertRow): Alert => ({
  ...row,
  model: row.model as Alert['model'],
  at: iso(row.at),
  since: iso(row.since),
  resolved_at: row.resolved_at === null ? null : iso(row.resolved_at),
});

/** What a confirmed change is of. */
interface Changed {
  llm: number;
  task: string;
  by: Alert['by'];
  signal: DriftSignal;
  change: Change;
}

/** Rows of alerts, written inside a write transaction. Answers the alert's id. */
export type RecordChange = (changed: Changed, settings: DriftSettings) => string;

/**
 * Writes confirmed changes down. One for the worse opens an alert, in place of an open one of the same LLM, task and
 * signal: how good it was before either is still what predictions expect. One for the better is an alert that is
 * resolved from the start; it resolves an open one, unless part of the loss is left.
 */
export function createRecorder({ db }: Connection, clock: Clock, touch: Touch): RecordChange {
  const findOpen = db.prepare<[number, string, DriftSignal], { id: string; before: number }>(
    'SELECT id, before FROM drift_alert WHERE llm = ? AND task = ? AND signal = ? AND resolved_at IS NULL',
  );
  const insert = db.prepare(
    `INSERT INTO drift_alert (id, at, llm, task, by, signal, direction, before, after, since, observations, evidence,
     ledger_row, ledger_rows, resolved_at, resolution, webhook_ended_at)
     VALUES (@id, @at, @llm, @task, @by, @signal, @direction, @before, @after, @since, @observations, @evidence, (SELECT
     ifnull(max(id), 0) FROM interaction), (SELECT interactions + preferences FROM tally), @resolvedAt, @resolution,
     @unsent)`,
  );
  const resolve = db.prepare<[number, string, string]>(
    'UPDATE drift_alert SET resolved_at = ?, resolution = ? WHERE id = ?',
  );
  const findTask = db.prepare<[string], number>('SELECT id FROM task WHERE name = ?').pluck();
  const changed = db.prepare<[number, number | null, number]>(
    "INSERT INTO change_point (llm, task, at, cause) VALUES (?, ?, ?, 'drift')",
  );
  let sequence = 0;

  return ({ llm, task, by, signal, change }, settings) => {
    const now = clock();
    const id = uuid7(now, (sequence = (sequence + 1) >>> 0));
    const open = findOpen.get(llm, task, signal);
    const [before, after] = [told(signal, change.before), told(signal, change.after)];
    const worse = worseningOf(signal, before, after) > 0;
    if (worse) {
      if (open !== undefined) resolve.run(now, 'superseded', open.id);
    } else if (open !== undefined) {
      if (worseningOf(signal, open.before, after) < leastWorsening(signal, settings))
        resolve.run(now, 'recovered', open.id);
    }
    insert.run({
      id,
      at: now,
      llm,
      task,
      by,
      signal,
      direction: worse ? 'worse' : 'better',
      before: worse ? (open?.before ?? before) : before,
      after,
      since: change.from,
      observations: change.observations,
      evidence: change.evidence,
      resolvedAt: worse ? null : now,
      resolution: worse ? null : 'improvement',
      unsent: settings.webhooks.length === 0 ? now : null,
    });
    // Its earlier answers say less of it now, whether it got worse or recovered. Latencies are not learned from
    // snapshots; and which earlier answers are of a kind is not logged.
    if (signal !== 'latency' && by === 'task' && (worse || open !== undefined)) {
      const known = findTask.get(task);
      // A task that the ledger does not know has no answers that could count less.
      if (known !== undefined || task === UNKNOWN_TASK) {
        changed.run(llm, known ?? null, change.from);
        touch('feedback');
      }
    }
    return id;
  };
}
