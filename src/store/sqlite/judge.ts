import type { Clock } from '../../base/clock.js';
import { periodsOf } from '../../machines/quota.js';
import type { JudgedPair, JudgeStore, Verdict } from '../ports/judge.js';
import type { Connection } from './connection.js';

interface Day {
  spent_usd: number;
  judged: number;
  dropped: number;
}

const COLUMNS = ['decision', 'model', 'judge', 'form', 'against', 'raw', 'value', 'at'] as const;

/** What people say of an answer: a score that came with it, and what users gave, whoever is named as its source. */
const PEOPLE =
  "(i.signal IS NULL OR i.source = 'user' OR (i.source IS NULL AND i.signal IN ('thumb', 'score', 'correction')))";

/** Added up, dollars may end a little below what was claimed and given back. */
const ROUNDING_USD = 1e-9;

/** Verdicts of judges, and what was spent on them. */
export function createJudge(connection: Connection, clock: Clock): JudgeStore {
  const { db } = connection;
  const find = db.prepare<[string], Day>('SELECT spent_usd, judged, dropped FROM judge_day WHERE day = ?');
  const add = db.prepare<[string, number, number, number]>(
    'INSERT INTO judge_day VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET spent_usd = max(0.0, spent_usd + ' +
      'excluded.spent_usd), judged = judged + excluded.judged, dropped = dropped + excluded.dropped',
  );
  const insert = db.prepare(
    `INSERT INTO verdict (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map((c) => `@${c}`).join(', ')}) ` +
      'ON CONFLICT DO NOTHING',
  );
  const verdictOf = db.prepare<[string], Verdict>(`SELECT ${COLUMNS.join(', ')} FROM verdict WHERE decision = ?`);
  const page = db.prepare<
    [string, string, number, number],
    Omit<JudgedPair, 'people'> & { id: number; people: number | null }
  >(
    `SELECT v.id, v.model, v.raw, v.value, (
       SELECT avg(i.score) FROM interaction i JOIN llm l ON l.id = i.llm
       WHERE i.decision = v.decision AND l.name = v.model AND ${PEOPLE}
     ) AS people
     FROM verdict v WHERE v.judge = ? AND v.form = ? AND v.id < ? ORDER BY v.id DESC LIMIT ?`,
  );
  const today = (): string => periodsOf(clock()).day;

  return {
    claim: async ({ usd, budgetUsd }) =>
      connection.write(() => {
        const day = today();
        const granted = (find.get(day)?.spent_usd ?? 0) + usd <= budgetUsd + ROUNDING_USD;
        if (granted) add.run(day, usd, 0, 0);
        else add.run(day, 0, 0, 1);
        return { granted, day };
      }),
    settle: async ({ day, claimedUsd, spentUsd, verdict }) =>
      connection.write(() => {
        const isNew = verdict !== null && insert.run(verdict).changes > 0;
        add.run(day, spentUsd - claimedUsd, Number(isNew), 0);
        return verdict === null ? null : verdictOf.get(verdict.decision)!;
      }),
    drop: async (count) => {
      if (count > 0) connection.write(() => add.run(today(), 0, 0, count));
    },
    async today() {
      const day = today();
      const { spent_usd: spentUsd, judged, dropped } = find.get(day) ?? { spent_usd: 0, judged: 0, dropped: 0 };
      return { day, spentUsd, judged, dropped };
    },
    verdict: async (decision) => verdictOf.get(decision),
    async pairs({ judge, form, before = Number.MAX_SAFE_INTEGER, limit }) {
      const rows = page.all(judge, form, before, limit);
      const pairs = rows.flatMap(({ model, raw, value, people }) =>
        people === null ? [] : [{ model, raw, value, people }],
      );
      return { pairs, next: rows.length < limit ? null : rows.at(-1)!.id };
    },
  };
}
