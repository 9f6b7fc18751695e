import { ANSWER_STEPS, ANSWER_SUMS, addAnswer, noAnswers } from '../../machines/answer-sums.js';
import type { AnswerSums, SummedAnswer } from '../../machines/answer-sums.js';
import type { Connection } from './connection.js';
import type { Sweep } from './sweep.js';

/** Interactions that one transaction adds to the sums. */
const ADDED_AT_ONCE = 250;

/** A row of `answer_part`: sums in the order of {@link ANSWER_SUMS}, then the latencies. */
export type PartColumns = [...sums: number[], latencies: Buffer];

/** Adds the sums of a row, whose columns begin at `from`. */
export function addColumns({ sums, latencies }: AnswerSums, columns: readonly unknown[], from: number): void {
  ANSWER_SUMS.forEach((name, i) => (sums[name] += columns[from + i] as number));
  const { buffer, byteOffset, byteLength } = columns[from + ANSWER_SUMS.length] as Buffer;
  const counts = new DataView(buffer, byteOffset, byteLength);
  for (let i = 0; i < latencies.length; i++) latencies[i]! += counts.getUint32(4 * i, true);
}

function toColumns({ sums, latencies }: AnswerSums): PartColumns {
  const bytes = Buffer.alloc(4 * latencies.length);
  latencies.forEach((count, i) => bytes.writeUInt32LE(count, 4 * i));
  return [...ANSWER_SUMS.map((name) => sums[name]), bytes];
}

/** An interaction that is not in the sums yet. */
export interface NewAnswer extends SummedAnswer {
  id: number;
  at: number;
  llm: number;
  decision: string | null;
}

const COLUMNS = 'id, at, llm, decision, score, weight, cost_usd, latency_ms, error, signal';

/** Those of a page of interactions that named a decision, in order. */
export const NEW_ANSWERS = `SELECT ${COLUMNS} FROM interaction
  WHERE id > (SELECT interaction FROM answer_part_end)`;

/**
 * Adds what came since to the sums of answers, a part at a time: feedback does not wait for it, and who reads the sums
 * adds the rest.
 */
export function answerSweep({ db }: Connection): Sweep {
  const isBehind = db
    .prepare<[], number>(
      'SELECT ifnull((SELECT max(id) FROM interaction), 0) > (SELECT interaction FROM answer_part_end)',
    )
    .pluck();
  const next = db.prepare<[number], NewAnswer>(`${NEW_ANSWERS} ORDER BY id LIMIT ?`);
  const names = [...ANSWER_SUMS, 'latencies'];
  const find = db
    .prepare<[number, number, number], PartColumns>(
      `SELECT ${names.join(', ')} FROM answer_part WHERE step = ? AND at = ? AND llm = ?`,
    )
    .raw();
  const put = db.prepare(
    `INSERT OR REPLACE INTO answer_part (step, at, llm, ${names.join(', ')})
     VALUES (?, ?, ?, ${names.map(() => '?').join(', ')})`,
  );
  const reach = db.prepare<[number]>('UPDATE answer_part_end SET interaction = ?');

  function add(rows: readonly NewAnswer[], step: number): void {
    const parts = new Map<string, { at: number; llm: number; own: AnswerSums }>();
    for (const row of rows) {
      const at = Math.floor(row.at / step) * step;
      const key = `${at} ${row.llm}`;
      let part = parts.get(key);
      if (part === undefined) parts.set(key, (part = { at, llm: row.llm, own: noAnswers() }));
      addAnswer(part.own, row);
    }
    for (const { at, llm, own } of parts.values()) {
      const before = find.get(step, at, llm);
      if (before !== undefined) addColumns(own, before, 0);
      put.run(step, at, llm, ...toColumns(own));
    }
  }

  return {
    due: () => isBehind.get() === 1,
    run() {
      const rows = next.all(ADDED_AT_ONCE);
      const decided = rows.filter(({ decision }) => decision !== null);
      for (const step of ANSWER_STEPS) add(decided, step);
      if (rows.length > 0) reach.run(rows.at(-1)!.id);
      return rows.length === ADDED_AT_ONCE;
    },
  };
}
