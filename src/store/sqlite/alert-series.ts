import { setImmediate as nextTurn } from 'node:timers/promises';
import { blockOf, blocksOf, type Block, type TimedValue } from '../../machines/blocks.js';
import { told } from '../../machines/drift-stream.js';
import { UNKNOWN_TASK, type Alert, type AlertBlock, type AlertDetail, type DriftSignal } from '../../schema/drift.js';
import { isOneSided } from '../../schema/signals.js';
import { ALERT_COLUMNS, toAlert, type AlertRow } from './alert-recorder.js';
import type { Connection } from './connection.js';

/** Most answers of a series on either side of its change, and how many of them a point is the mean of. */
const MOST_ANSWERS = 200;
const BLOCK_SIZE = 10;
/** Most rows that are looked at on either side of an alert, and of them in one turn: routing goes first. */
const MOST_ROWS = 30_000;
const TURN_ROWS = 2_000;
/** Signals of less weight are no measure of a change. */
const LEAST_WEIGHT = 0.5;

interface AnswerRow {
  id: number;
  at: number;
  score: number | null;
  error: string | null;
  latency_ms: number | null;
  signal: string | null;
  weight: number;
  decision: string | null;
}

interface Looked {
  llm: number;
  task: number | null;
  isUnknown: number;
  above: number;
  upTo: number;
}

/** An alert, where its rows are, and the task's number. */
type Found = AlertRow & { llm: number; ledger_row: number; known: number | null; newest: number };

/** What a row says of a signal; null where it says nothing. */
function valueOf(kind: DriftSignal, row: AnswerRow): number | null {
  const { score, error, latency_ms: took, signal, weight } = row;
  if (kind === 'error') return signal === null ? Number(error !== null) : null;
  if (error !== null) return null;
  if (kind === 'latency') return signal !== null || took === null ? null : Math.log(Math.max(0.1, took));
  return signal !== null && (isOneSided(signal) || weight < LEAST_WEIGHT) ? null : score;
}

/** Values in order of time; of the judgements of one answer the first counts. */
function valuesOf(kind: DriftSignal, rows: readonly AnswerRow[]): TimedValue[] {
  const judged = new Set<string>();
  const values: TimedValue[] = [];
  for (const row of rows.toSorted((a, b) => a.id - b.id)) {
    const value = valueOf(kind, row);
    if (value === null) continue;
    if (row.decision !== null) {
      if (row.signal !== null && judged.has(row.decision)) continue;
      judged.add(row.decision);
    }
    values.push({ at: row.at, value });
  }
  return values.toSorted((a, b) => a.at - b.at);
}

function toBlock(kind: DriftSignal, { from, to, n, mean, low, high }: Block): AlertBlock {
  const end = (value: number | null): number | null => (value === null ? null : told(kind, value));
  return {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    answers: n,
    mean: told(kind, mean),
    low: end(low),
    high: end(high),
  };
}

function seriesOf(alert: Alert, rows: readonly AnswerRow[]): NonNullable<AlertDetail['series']> {
  const changed = Date.parse(alert.since);
  const values = valuesOf(alert.signal, rows);
  const before = values.filter(({ at }) => at < changed).slice(-MOST_ANSWERS);
  const after = values.filter(({ at }) => at >= changed).slice(0, MOST_ANSWERS);
  const whole = (side: TimedValue[]): AlertBlock | null => {
    const block = blockOf(side);
    return block && toBlock(alert.signal, block);
  };
  return {
    changed_at: alert.since,
    before: whole(before),
    after: whole(after),
    points: [...blocksOf(before, BLOCK_SIZE), ...blocksOf(after, BLOCK_SIZE)].map((block) =>
      toBlock(alert.signal, block),
    ),
  };
}

/**
 * Reads alerts with the answers around their change. Rows are read by their ids, from the newest that was there when
 * the change was confirmed, some backwards and some on: how many there are in the ledger doesn't matter.
 */
export function createAlertSeries({ db }: Connection): (id: string) => Promise<AlertDetail | undefined> {
  const find = db.prepare<[string], Found>(
    `SELECT ${ALERT_COLUMNS}, a.llm, a.ledger_row, (SELECT id FROM task WHERE name = a.task) AS known,
     (SELECT ifnull(max(id), 0) FROM interaction) AS newest
     FROM drift_alert a JOIN llm l ON l.id = a.llm WHERE a.id = ?`,
  );
  const look = db.prepare<[Looked], AnswerRow>(
    `SELECT id, at, score, error, latency_ms, signal, weight, decision FROM interaction
     WHERE id > @above AND id <= @upTo AND llm = @llm AND (task = @task OR (@isUnknown AND task IS NULL))`,
  );

  async function rowsAround({ llm, task: name, known: task, ledger_row: middle, newest, since, signal }: Found) {
    const about = { llm, task, isUnknown: Number(name === UNKNOWN_TASK) };
    const rows: AnswerRow[] = [];
    const enough = (isSide: (at: number) => boolean): boolean =>
      rows.filter((row) => isSide(row.at) && valueOf(signal, row) !== null).length >= MOST_ANSWERS;
    const least = Math.max(0, middle - MOST_ROWS);
    for (let upTo = middle; upTo > least && !enough((at) => at < since); upTo -= TURN_ROWS) {
      rows.push(...look.all({ ...about, above: Math.max(least, upTo - TURN_ROWS), upTo }));
      await nextTurn();
    }
    const most = Math.min(newest, middle + MOST_ROWS);
    for (let above = middle; above < most && !enough((at) => at >= since); above += TURN_ROWS) {
      rows.push(...look.all({ ...about, above, upTo: Math.min(most, above + TURN_ROWS) }));
      await nextTurn();
    }
    return rows;
  }

  return async (id) => {
    const found = find.get(id);
    if (found === undefined) return undefined;
    const { llm: _llm, ledger_row: _row, known: _known, newest: _newest, ...row } = found;
    const alert = toAlert(row);
    // Which answers are of a kind is not logged.
    return { ...alert, series: row.by === 'kind' ? null : seriesOf(alert, await rowsAround(found)) };
  };
}
