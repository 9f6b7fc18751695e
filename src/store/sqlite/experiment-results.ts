import type { ArmSums, Measure } from '../../machines/canary.js';
import { MEASURES } from '../../machines/canary.js';
import {
  afterRow,
  UNANSWERED,
  valuesOf,
  without,
  type AnswerRow,
  type AnswerSums,
} from '../../machines/experiment-answer.js';
import { added, NO_SUMS, type Sums } from '../../machines/sequential.js';
import type { ArmResult } from '../ports/experiments.js';
import type { Connection } from './connection.js';

/** A decision that an arm made. */
export interface TriedDecision {
  id: string;
  at: number;
  model: string;
  experiment: string;
  arm: string;
}

/** What one write transaction adds to results; {@link flush} writes each sum that it changed, once. */
export interface ResultSession {
  /** A row of feedback that names a decision; one that no experiment made counts nowhere. */
  row(decision: string, row: AnswerRow): void;
  flush(): void;
}

/** Results of experiments, written with what they are of. */
export interface ExperimentResults {
  /** Inside a write transaction: what is written by it is seen by it. */
  session(): ResultSession;
  /** Inside a write transaction, of a decision that was just logged: feedback may have come before it. */
  decided(decision: TriedDecision): void;
  read(experiment: string): ArmResult[];
}

interface Of {
  experiment: string;
  arm: string;
  at: number;
}

type Kept = AnswerSums & Of;

interface Touched {
  of: Of;
  before: AnswerSums | null;
  after: AnswerSums;
}

interface EarlierRow {
  signal: string | null;
  score: number | null;
  weight: number;
  error: string | null;
  latency_ms: number | null;
  cost_usd: number | null;
}

const noSums = (): Record<Measure, Sums> => ({ quality: NO_SUMS, errors: NO_SUMS, latency: NO_SUMS, cost: NO_SUMS });

export function createExperimentResults({ db }: Connection): ExperimentResults {
  const any = db.prepare<[], unknown>('SELECT 1 FROM experiment LIMIT 1');
  const find = db.prepare<[string], Of>(
    `SELECT d.experiment, d.arm, d.at FROM decision d INDEXED BY decision_tried
     JOIN experiment e ON e.name = d.experiment
     WHERE d.id = ? AND d.experiment IS NOT NULL AND d.at >= e.started_at`,
  );
  const isCurrent = db.prepare<[string, number], unknown>(
    'SELECT 1 FROM experiment WHERE name = ? AND started_at <= ?',
  );
  const findAnswer = db.prepare<[string], Kept>(
    `SELECT experiment, arm, at, score, weight, answers, failed, latency_ms AS latencyMs, cost_usd AS costUsd
     FROM experiment_answer WHERE decision = ?`,
  );
  const putAnswer = db.prepare<{ decision: string } & Kept>(
    `INSERT OR REPLACE INTO experiment_answer
     (decision, experiment, arm, at, score, weight, answers, failed, latency_ms, cost_usd)
     VALUES (@decision, @experiment, @arm, @at, @score, @weight, @answers, @failed, @latencyMs, @costUsd)`,
  );
  const countDecision = db.prepare<[string, string]>(
    `INSERT INTO experiment_arm VALUES (?, ?, 1, 0, 0) ON CONFLICT DO UPDATE SET decisions = decisions + 1`,
  );
  const countLlm = db.prepare<[string, string, string]>(
    'INSERT INTO experiment_llm VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET decisions = decisions + 1',
  );
  const countAnswer = db.prepare<Of>(
    `UPDATE experiment_arm SET answers = answers + 1,
     step_answers = step_answers + (SELECT @at >= step_at FROM experiment WHERE name = @experiment)
     WHERE experiment = @experiment AND arm = @arm`,
  );
  const findSums = db.prepare<[string, string, string], Sums>(
    'SELECT n, mean, m2 FROM experiment_sum WHERE experiment = ? AND arm = ? AND measure = ?',
  );
  const putSums = db.prepare<[string, string, string, number, number, number]>(
    'INSERT OR REPLACE INTO experiment_sum VALUES (?, ?, ?, ?, ?, ?)',
  );
  const earlier = db.prepare<[string], EarlierRow>(
    'SELECT signal, score, weight, error, latency_ms, cost_usd FROM interaction WHERE decision = ? ORDER BY id',
  );
  const arms = db.prepare<[string], { arm: string; decisions: number; answers: number; step_answers: number }>(
    'SELECT arm, decisions, answers, step_answers FROM experiment_arm WHERE experiment = ? ORDER BY arm',
  );
  const sumsOf = db.prepare<[string], Sums & { arm: string; measure: Measure }>(
    'SELECT arm, measure, n, mean, m2 FROM experiment_sum WHERE experiment = ?',
  );
  const llms = db.prepare<[string], { arm: string; model: string; decisions: number }>(
    'SELECT arm, model, decisions FROM experiment_llm WHERE experiment = ? ORDER BY decisions DESC, model',
  );

  /** Writes what decisions count as since, in the place of what they counted as. */
  function write(touched: ReadonlyMap<string, Touched>): void {
    const sums = new Map<string, { of: Of; measure: Measure; now: Sums }>();
    for (const [decision, { of, before, after }] of touched) {
      putAnswer.run({ decision, ...of, ...after });
      if (before === null) countAnswer.run(of);
      const [was, is] = [before === null ? {} : valuesOf(before), valuesOf(after)];
      for (const measure of MEASURES) {
        if (was[measure] === is[measure]) continue;
        const key = JSON.stringify([of.experiment, of.arm, measure]);
        let now = sums.get(key)?.now ?? findSums.get(of.experiment, of.arm, measure) ?? NO_SUMS;
        if (was[measure] !== undefined) now = without(now, was[measure]);
        if (is[measure] !== undefined) now = added(now, is[measure]);
        sums.set(key, { of, measure, now });
      }
    }
    for (const { of, measure, now } of sums.values())
      putSums.run(of.experiment, of.arm, measure, now.n, now.mean, now.m2);
  }

  return {
    session() {
      const touched = new Map<string, Touched>();
      let isAny: boolean | undefined;
      return {
        row(decision, row) {
          isAny ??= any.get() !== undefined;
          if (!isAny) return;
          const known = touched.get(decision);
          if (known !== undefined) {
            known.after = afterRow(known.after, row);
            return;
          }
          const of = find.get(decision);
          if (of === undefined) return;
          const kept = findAnswer.get(decision);
          const before = kept === undefined ? null : answerOf(kept);
          touched.set(decision, { of, before, after: afterRow(before ?? UNANSWERED, row) });
        },
        flush() {
          write(touched);
          touched.clear();
        },
      };
    },
    decided({ id, at, model, experiment, arm }) {
      if (isCurrent.get(experiment, at) === undefined) return;
      countDecision.run(experiment, arm);
      countLlm.run(experiment, arm, model);
      const rows = earlier.all(id);
      if (rows.length === 0) return;
      const after = rows.map(toRow).reduce(afterRow, UNANSWERED);
      write(new Map([[id, { of: { experiment, arm, at }, before: null, after }]]));
    },
    read(experiment) {
      const [sums, models] = [sumsOf.all(experiment), llms.all(experiment)];
      return arms.all(experiment).map(({ arm, decisions, answers, step_answers: stepAnswers }): ArmResult => ({
        arm,
        decisions,
        answers,
        stepAnswers,
        sums: sumsIn(sums.filter((row) => row.arm === arm)),
        models: models.filter((row) => row.arm === arm).map((row) => [row.model, row.decisions]),
      }));
    },
  };
}

const answerOf = ({ score, weight, answers, failed, latencyMs, costUsd }: Kept): AnswerSums => ({
  score,
  weight,
  answers,
  failed,
  latencyMs,
  costUsd,
});

function toRow({ signal, score, weight, error, latency_ms: latencyMs, cost_usd: costUsd }: EarlierRow): AnswerRow {
  return { score, weight, isCall: signal === null, failed: error !== null, latencyMs, costUsd };
}

function sumsIn(rows: readonly (Sums & { measure: Measure })[]): ArmSums {
  const sums = noSums();
  for (const { measure, n, mean, m2 } of rows) sums[measure] = { n, mean, m2 };
  return sums;
}
