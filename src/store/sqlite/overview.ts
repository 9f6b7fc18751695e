import { DAY_MS } from '../../base/units.js';
import { addAnswer, ANSWER_STEPS, ANSWER_SUMS, noAnswers } from '../../machines/answer-sums.js';
import { DAY_SUMS, dayOf, type SlotRow } from '../../machines/day-sums.js';
import type { AnswerRow, OverviewSpan, OverviewStore } from '../ports/overview.js';
import { addColumns, NEW_ANSWERS, type NewAnswer, type PartColumns } from './answer-parts.js';
import type { Connection } from './connection.js';

/** The longest step that the ledger keeps sums of, of which `step` is a multiple. */
function keptStep(step: number): number {
  const kept = ANSWER_STEPS.findLast((one) => step % one === 0);
  if (kept === undefined) throw new TypeError(`step: expected a multiple of ${ANSWER_STEPS[0]}, got ${step}`);
  return kept;
}

interface Reading extends OverviewSpan {
  kept: number;
}

/** Reads sums of decisions and answers; answers that are not in the sums yet are added. */
export function createOverview(connection: Connection): OverviewStore {
  const { db } = connection;
  const sums = DAY_SUMS.map((name) => `total(${name})`).join(', ');
  const parts = db
    .prepare<[Reading], [at: number, model: string, ...sums: number[]]>(
      `SELECT at / CAST(@step AS INTEGER) * CAST(@step AS INTEGER) AS slot, model, ${sums} FROM decision_part
       WHERE step = @kept AND at >= @from AND at < @to GROUP BY slot, model`,
    )
    .raw();
  const days = db
    .prepare<[string, string], [at: number, model: string, ...sums: number[]]>(
      `SELECT unixepoch(day) * 1000, model, ${DAY_SUMS.join(', ')} FROM decision_day WHERE day >= ? AND day < ?`,
    )
    .raw();
  const answered = db
    .prepare<[Reading], [at: number, model: string, ...columns: PartColumns]>(
      `SELECT a.at, l.name, ${ANSWER_SUMS.map((name) => `a.${name}`).join(', ')}, a.latencies
       FROM answer_part a JOIN llm l ON l.id = a.llm WHERE a.step = @kept AND a.at >= @from AND a.at < @to`,
    )
    .raw();
  const rest = db.prepare<[OverviewSpan], NewAnswer & { model: string }>(
    `SELECT i.*, l.name AS model FROM (${NEW_ANSWERS} AND decision IS NOT NULL AND at >= @from AND at < @to) i
     JOIN llm l ON l.id = i.llm`,
  );

  function decisionsOf({ from, to, step, kept }: Reading): SlotRow[] {
    const rows = kept === DAY_MS ? days.all(dayOf(from), dayOf(to)) : parts.all({ from, to, step, kept });
    return rows.map((row) => {
      const own = new Float64Array(DAY_SUMS.length);
      for (let i = 0; i < own.length; i++) own[i] = row[i + 2] as number;
      return { at: row[0], model: row[1], sums: own };
    });
  }

  function answersOf(reading: Reading): AnswerRow[] {
    const { from, to, step } = reading;
    const found = new Map<string, AnswerRow>();
    const rowOf = (time: number, model: string): AnswerRow => {
      const at = Math.floor(time / step) * step;
      const key = `${at} ${model}`;
      let row = found.get(key);
      if (row === undefined) found.set(key, (row = { at, model, ...noAnswers() }));
      return row;
    };
    for (const columns of answered.all(reading)) addColumns(rowOf(columns[0], columns[1]), columns, 2);
    for (const answer of rest.all({ from, to, step })) addAnswer(rowOf(answer.at, answer.model), answer);
    return [...found.values()];
  }

  return {
    read: async (span) =>
      connection.read(() => {
        const reading = { ...span, kept: keptStep(span.step) };
        return { decisions: decisionsOf(reading), answers: answersOf(reading) };
      }),
  };
}
