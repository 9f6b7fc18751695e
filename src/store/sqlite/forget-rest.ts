import type { Clock } from '../../base/clock.js';
import type { ForgetPosition, RestPart, ToForget } from '../ports/retention.js';
import { idAt } from './decision-ids.js';
import type { Touch } from './changes.js';
import type { Connection } from './connection.js';

/** Stands for the text of an error that was forgotten: an answer that failed stays one. */
export const FORGOTTEN_ERROR = '(forgotten)';

/** Rows that one part changes at most, and that are looked at for them. */
const ROWS_AT_ONCE = 250;
const LOOKED_AT = 2_000;

/** Forgets one part of texts in the log of decisions, of errors and of comments, inside a write transaction. */
export type ForgetRest = (what: ToForget, from?: ForgetPosition) => RestPart;

/** Forgets a part after a position; answers what it came to, and where to go on: null at the end. */
type Stage = (after: number | string) => {
  decisions?: number;
  errors?: number;
  comments?: number;
  next: number | string | null;
};

interface DecisionRow {
  rowid: number;
  id: string;
  query: string | null;
}

export interface RestForgetterParts {
  touch: Touch;
  clock: Clock;
  /** The time that breakers are kept by, see `Ledger.steady`. */
  steady: Clock;
}

export function createRestForgetter({ db }: Connection, { touch, clock, steady }: RestForgetterParts): ForgetRest {
  const columns = 'SELECT rowid, id, query FROM decision';
  const decisions = {
    // Also those whose text is gone: it is kept for a day, reports of their cascades for as long as they are.
    hash: db.prepare<[Buffer, number, number], DecisionRow>(
      `${columns} INDEXED BY decision_hash WHERE query_hash = ? AND rowid > ? ORDER BY rowid LIMIT ?`,
    ),
    tenant: db.prepare<[string, number, number], DecisionRow>(
      `${columns} WHERE tenant = ? AND rowid > ? ORDER BY rowid LIMIT ?`,
    ),
    before: db.prepare<[number, number], DecisionRow>(
      `${columns} INDEXED BY decision_text WHERE query IS NOT NULL AND at < ? LIMIT ?`,
    ),
    due: db.prepare<[number, number], DecisionRow>(
      `${columns} INDEXED BY decision_forget_at WHERE query IS NOT NULL AND forget_at <= ? LIMIT ?`,
    ),
  };
  const forgetQuery = db.prepare<[number]>('UPDATE decision SET query = NULL WHERE rowid = ?');
  const shrink = db.prepare<[number]>('UPDATE decision_size SET bytes = bytes - ?');

  const hasError = `error IS NOT NULL AND error <> '${FORGOTTEN_ERROR}'`;
  const errors = {
    hash: db.prepare<[Buffer, number]>(
      `UPDATE interaction SET error = '${FORGOTTEN_ERROR}' WHERE id IN (SELECT i.id FROM interaction i
       JOIN query q ON q.id = i.query WHERE q.hash = ? AND ${hasError} LIMIT ?)`,
    ),
    tenant: db.prepare<[string, number]>(
      `UPDATE interaction SET error = '${FORGOTTEN_ERROR}' WHERE id IN (SELECT id FROM interaction
       WHERE tenant = ? AND ${hasError} LIMIT ?)`,
    ),
    before: db.prepare<[number, number, number]>(
      `UPDATE interaction SET error = '${FORGOTTEN_ERROR}' WHERE id > ? AND id <= ? AND at < ? AND ${hasError}`,
    ),
  };
  const lastInteraction = db.prepare<[], number>('SELECT ifnull(max(id), 0) FROM interaction').pluck();

  const setReport = `UPDATE cascade_report SET report = json_set(report, '$.error', '${FORGOTTEN_ERROR}')`;
  const reportHasError = `json_extract(report, '$.error') <> '${FORGOTTEN_ERROR}'`;
  const reportsOf = db.prepare<[string]>(`${setReport} WHERE decision = ? AND ${reportHasError}`);
  const oldReports = db
    .prepare<[string, string, number], string>(
      'SELECT DISTINCT decision FROM cascade_report WHERE decision > ? AND decision < ? ORDER BY decision LIMIT ?',
    )
    .pluck();
  const breakers = db.prepare<[number]>(
    `UPDATE breaker SET error = '${FORGOTTEN_ERROR}' WHERE ${hasError} AND last_at < ?`,
  );

  const removeComments = (of: string) =>
    db.prepare<[Buffer | string | number, number]>(
      `DELETE FROM comment WHERE id IN (SELECT id FROM comment WHERE ${of} LIMIT ?)`,
    );
  const comments = {
    hash: removeComments('query_hash = ?'),
    tenant: removeComments('tenant = ?'),
    before: removeComments('at < ?'),
    due: removeComments('forget_at <= ?'),
  };

  /** Texts of decisions, and of errors in the reports of their cascades. */
  function forgetDecisions(rows: readonly DecisionRow[]): { decisions: number; errors: number } {
    let [texts, bytes, failed] = [0, 0, 0];
    for (const { rowid, id, query } of rows) {
      failed += reportsOf.run(id).changes;
      if (query === null) continue;
      forgetQuery.run(rowid);
      texts++;
      bytes += Buffer.byteLength(query);
    }
    if (bytes > 0) shrink.run(bytes);
    return { decisions: texts, errors: failed };
  }

  /** Breakers tell why a call failed last, and not whose it was. `before` is a time of day. */
  function forgetBreakers(before = Number.MAX_SAFE_INTEGER): void {
    const limit = Math.min(Number.MAX_SAFE_INTEGER, before + Math.round(steady() - clock()));
    if (breakers.run(limit).changes > 0) touch('breakers');
  }

  /** Where the rows that a part looked at are all that it may, there may be more after the last. */
  const after = (rows: readonly DecisionRow[]): number | null =>
    rows.length === ROWS_AT_ONCE ? rows.at(-1)!.rowid : null;
  const again = (count: number): number | null => (count === ROWS_AT_ONCE ? 0 : null);

  function commentsOf(of: keyof typeof comments, value: Buffer | string | number): Stage {
    return () => {
      const { changes } = comments[of].run(value, ROWS_AT_ONCE);
      return { comments: changes, next: again(changes) };
    };
  }

  function stagesOf(what: ToForget): Stage[] {
    if ('hash' in what) {
      const hash = Buffer.from(what.hash, 'hex');
      return [
        (from) => {
          const rows = decisions.hash.all(hash, Number(from), ROWS_AT_ONCE);
          const forgotten = forgetDecisions(rows);
          if (forgotten.errors > 0) forgetBreakers();
          return { ...forgotten, next: after(rows) };
        },
        () => {
          const { changes } = errors.hash.run(hash, ROWS_AT_ONCE);
          if (changes > 0) forgetBreakers();
          return { errors: changes, next: again(changes) };
        },
        commentsOf('hash', hash),
      ];
    }
    if ('tenant' in what) {
      return [
        (from) => {
          const rows = decisions.tenant.all(what.tenant, Number(from), ROWS_AT_ONCE);
          return { ...forgetDecisions(rows), next: after(rows) };
        },
        () => {
          const { changes } = errors.tenant.run(what.tenant, ROWS_AT_ONCE);
          return { errors: changes, next: again(changes) };
        },
        () => (forgetBreakers(), { next: null }),
        commentsOf('tenant', what.tenant),
      ];
    }
    if ('due' in what) {
      return [
        () => {
          const rows = decisions.due.all(what.due, ROWS_AT_ONCE);
          return { ...forgetDecisions(rows), next: again(rows.length) };
        },
        commentsOf('due', what.due),
      ];
    }
    return [
      () => {
        const rows = decisions.before.all(what.before, ROWS_AT_ONCE);
        return { ...forgetDecisions(rows), next: again(rows.length) };
      },
      (from) => {
        const until = Number(from) + LOOKED_AT;
        const { changes } = errors.before.run(Number(from), until, what.before);
        return { errors: changes, next: until >= lastInteraction.get()! ? null : until };
      },
      (from) => {
        const ids = oldReports.all(from === 0 ? '' : String(from), idAt(what.before), ROWS_AT_ONCE);
        const changed = ids.reduce((sum, id) => sum + reportsOf.run(id).changes, 0);
        return { errors: changed, next: ids.length === ROWS_AT_ONCE ? ids.at(-1)! : null };
      },
      () => (forgetBreakers(what.before), { next: null }),
      commentsOf('before', what.before),
    ];
  }

  return (what, from = { stage: 0, after: 0 }) => {
    const stages = stagesOf(what);
    const { next, ...forgotten } = stages[from.stage]!(from.after);
    const following = from.stage + 1 < stages.length ? { stage: from.stage + 1, after: 0 } : null;
    return {
      decisions: 0,
      errors: 0,
      comments: 0,
      ...forgotten,
      next: next === null ? following : { stage: from.stage, after: next },
    };
  };
}
