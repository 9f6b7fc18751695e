import { createHash } from 'node:crypto';
import { BYTES_PER_MEGABYTE, DAY_MS, HOUR_MS } from '../../base/units.js';
import type { Clock } from '../../base/clock.js';
import { byDay, DAY_SUMS, joined, STEPS, type DayRow } from '../../machines/day-sums.js';
import type { DecisionSettings, Outcome } from '../../schema/decision.js';
import type { Connection } from './connection.js';
import type { ExperimentResults } from './experiment-results.js';
import { COLUMNS, toKept, type Row } from './decision-rows.js';
import { createDecisionLists } from './decision-lists.js';
import type { DecisionRecord, DecisionStore, KeptDecision, ObservedDay } from '../ports/decisions.js';
import type { ReadSettings } from './settings.js';

/** What a row adds to the size of the log, in bytes: all of its texts that may be long. */
const SIZE = 'ifnull(octet_length(query), 0) + octet_length(rules) + octet_length(ranking) + octet_length(excluded)';
/** Rows that one transaction of {@link DecisionStore.prune} removes or shortens at most. */
const PRUNED_AT_ONCE = 2_000;

type OutcomeRow = Omit<Outcome, 'at' | 'signal' | 'source' | 'weight'> & {
  at: number;
  signal: string | null;
  source: string | null;
  weight: number;
};

const hashOf = (query: string): Buffer => createHash('sha256').update(query).digest();

/** Throws where a record has neither text nor hash. */
function hashIn({ id, query, queryHash }: DecisionRecord): Buffer {
  if (query !== null) return hashOf(query);
  if (queryHash === undefined) throw new TypeError(`decision ${id} has neither a query nor its hash`);
  return Buffer.from(queryHash, 'hex');
}

export interface DecisionParts {
  clock: Clock;
  settings: ReadSettings;
  results: ExperimentResults;
}

/** The log of what was routed where, and why. A decision that is there already is left as it is. */
export function createDecisions(
  connection: Connection,
  { clock, settings: readSettings, results }: DecisionParts,
): DecisionStore {
  const { db } = connection;
  const insert = db.prepare(
    `INSERT INTO decision (${COLUMNS.join(', ')}, unit, apart, forget_at)
     VALUES (${COLUMNS.map(() => '?').join(', ')}, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  );
  const find = db.prepare<[string], Row>(`SELECT ${COLUMNS.join(', ')} FROM decision WHERE id = ?`);
  const outcomes = db.prepare<[string], OutcomeRow>(
    'SELECT l.name AS model, score, cost_usd, i.latency_ms, error, at, signal, source, weight FROM interaction i ' +
      'JOIN llm l ON l.id = i.llm WHERE decision = ? ORDER BY i.id',
  );
  const grow = db.prepare<[number]>('UPDATE decision_size SET bytes = bytes + ?');
  const size = db.prepare<[], number>('SELECT bytes FROM decision_size').pluck();
  const addDay = db.prepare(
    `INSERT INTO decision_day (day, model, ${DAY_SUMS.join(', ')}) VALUES (?, ?, ${DAY_SUMS.map(() => '?').join(', ')})
     ON CONFLICT (day, model) DO UPDATE SET ${DAY_SUMS.map((c) => `${c} = ${c} + excluded.${c}`).join(', ')}`,
  );
  const addPart = db.prepare(
    `INSERT INTO decision_part (step, at, model, ${DAY_SUMS.join(', ')})
     VALUES (?, ?, ?, ${DAY_SUMS.map(() => '?').join(', ')})
     ON CONFLICT (step, at, model) DO UPDATE SET ${DAY_SUMS.map((c) => `${c} = ${c} + excluded.${c}`).join(', ')}`,
  );
  const days = db
    .prepare<[string, string], [string, string, ...number[]]>(
      `SELECT day, model, ${DAY_SUMS.join(', ')} FROM decision_day WHERE day >= ? AND day <= ? ORDER BY day, model`,
    )
    .raw();
  const observed = db.prepare<[string, string], ObservedDay>(
    `SELECT date(at / 1000, 'unixepoch') AS day, count(*) - count(signal) AS answers,
     total(score * weight) / nullif(total(weight) FILTER (WHERE score IS NOT NULL), 0) AS score,
     total(score * score * weight) / nullif(total(weight) FILTER (WHERE score IS NOT NULL), 0) AS square,
     total(weight) FILTER (WHERE score IS NOT NULL) * total(weight) FILTER (WHERE score IS NOT NULL) /
     nullif(total(weight * weight) FILTER (WHERE score IS NOT NULL), 0) AS worth,
     sum(cost_usd) AS cost_usd, count(error) AS errors
     FROM interaction INDEXED BY interaction_decided_at WHERE decision IS NOT NULL AND at >= unixepoch(?) * 1000 AND
     at < (unixepoch(?) + 86400) * 1000 GROUP BY 1`,
  );
  const oldest = db.prepare<[number], { rowid: number; at: number; size: number }>(
    `SELECT rowid, at, ${SIZE} AS size FROM decision ORDER BY rowid LIMIT ?`,
  );
  const removeUpTo = db.prepare<[number]>('DELETE FROM decision WHERE rowid <= ?');
  const withText = db.prepare<[number, number], { rowid: number; query: string }>(
    'SELECT rowid, query FROM decision WHERE query IS NOT NULL AND at < ? ORDER BY at LIMIT ?',
  );
  const forget = db.prepare<[Buffer, number]>('UPDATE decision SET query_hash = ?, query = NULL WHERE rowid = ?');

  /** Removes the oldest while they are too old or the log is too large; answers how many. */
  function removeOldest({ max_age_days: age, max_megabytes: megabytes }: DecisionSettings): number {
    const before = clock() - age * DAY_MS;
    let excess = size.get()! - megabytes * BYTES_PER_MEGABYTE;
    let [removed, last, freed] = [0, -1, 0];
    for (const row of oldest.all(PRUNED_AT_ONCE)) {
      if (row.at >= before && excess <= 0) break;
      [last, excess] = [row.rowid, excess - row.size];
      freed += row.size;
      removed++;
    }
    if (removed > 0) {
      removeUpTo.run(last);
      grow.run(-freed);
    }
    return removed;
  }

  /** Forgets the text of queries that is kept no longer; answers of how many. */
  function forgetText({ query_text_hours: hours }: DecisionSettings): number {
    const rows = withText.all(clock() - hours * HOUR_MS, PRUNED_AT_ONCE);
    for (const { rowid, query } of rows) forget.run(hashOf(query), rowid);
    if (rows.length > 0) grow.run(-rows.reduce((sum, row) => sum + Buffer.byteLength(row.query), 0));
    return rows.length;
  }

  return {
    async append(decisions, sums = []) {
      if (decisions.length === 0 && sums.length === 0) return;
      connection.note(() => {
        const keepsText = readSettings('decision').query_text_hours > 0;
        let bytes = 0;
        for (const decision of decisions) {
          const {
            id,
            at,
            query,
            task,
            model,
            version,
            router,
            policy,
            rules,
            ranking,
            excluded,
            propensity,
            cascade,
            tenant,
            experiment = null,
            arm = null,
            unit = null,
            apart = null,
            forgetAt,
          } = decision;
          const kept = keepsText ? query : null;
          const isApart = apart === null ? null : Number(apart);
          const added =
            insert.run(
              id,
              at,
              kept,
              hashIn(decision),
              task,
              model,
              version,
              router,
              policy,
              rules,
              ranking,
              excluded,
              propensity,
              cascade,
              tenant ?? null,
              experiment,
              arm,
              unit,
              isApart,
              forgetAt ?? null,
            ).changes > 0;
          if (!added) continue;
          if (experiment !== null && arm !== null && unit !== null)
            results.decided({
              id,
              at,
              model,
              experiment,
              arm,
              unit,
              task,
              apart: isApart,
            });
          bytes +=
            Buffer.byteLength(kept ?? '') +
            Buffer.byteLength(rules) +
            Buffer.byteLength(ranking) +
            Buffer.byteLength(excluded);
        }
        grow.run(bytes);
        for (const { day, model, sums: values } of byDay(sums)) addDay.run(day, model, ...values);
        for (const step of STEPS)
          for (const { at, model, sums: values } of joined(sums, step)) addPart.run(step, at, model, ...values);
      });
    },
    get: async (ids) =>
      connection.read(() => {
        const found = new Map<string, KeptDecision>();
        for (const id of ids) {
          const row = found.has(id) ? undefined : find.get(id);
          if (row !== undefined) found.set(id, toKept(row));
        }
        return found;
      }),
    ...createDecisionLists(connection),
    outcomes: async (ids) =>
      connection.read(() => {
        const iso = ({ at, signal, source, weight, ...row }: OutcomeRow): Outcome => ({
          ...row,
          at: new Date(at).toISOString(),
          ...(signal !== null && { signal }),
          ...(source !== null && { source }),
          ...(weight !== 1 && { weight }),
        });
        return new Map(ids.map((id) => [id, outcomes.all(id).map(iso)]));
      }),
    days: async (from, to) =>
      connection.read(() => ({
        rows: days
          .all(from, to)
          .map(([day, model, ...sums]): DayRow => ({ day, model, sums: Float64Array.from(sums) })),
        observed: observed.all(from, to),
      })),
    prune: async () =>
      connection.write(() => {
        const settings = readSettings('decision');
        return Math.max(removeOldest(settings), forgetText(settings)) === PRUNED_AT_ONCE;
      }),
  };
}
