import { MEASURES, type Measure } from '../../machines/canary.js';
import {
  afterDecision,
  afterRow,
  UNANSWERED,
  valuesOf,
  type AnswerRow,
  type AnswerSums,
  type UnitMean,
} from '../../machines/experiment-answer.js';
import { added, NO_SUMS, replaced, type Sums } from '../../machines/sequential.js';
import type { ArmResult } from '../ports/experiments.js';
import type { Connection } from './connection.js';

/** A decision that an arm made. */
export interface TriedDecision {
  id: string;
  at: number;
  model: string;
  experiment: string;
  arm: string;
  unit: number;
  task: string | null;
  /** 0 where the other arm would have chosen the same LLM. */
  apart: number | null;
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

type Of = Omit<TriedDecision, 'id' | 'model'>;

/** A place of the sums. */
interface Cell extends Pick<Of, 'experiment' | 'arm'> {
  measure: Measure;
  task: string;
}

/** By measure and task. */
type UnitMeans = Record<string, UnitMean>;

/** Answers that come to an arm, and those of them that are of decisions `from` the beginning of its step. */
interface ArmCount extends Pick<Of, 'experiment' | 'arm'> {
  answers: number;
  inStep: number;
  from: number;
}

type SumRow = Sums & Pick<Cell, 'arm' | 'measure' | 'task'>;

/** No task has this name. */
const ALL_TASKS = '';

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
    `SELECT d.experiment, d.arm, d.at, d.unit, d.task, d.apart FROM decision d INDEXED BY decision_tried
     JOIN experiment e ON e.name = d.experiment
     WHERE d.id = ? AND d.experiment IS NOT NULL AND d.at >= e.started_at`,
  );
  const isCurrent = db.prepare<[string, number], unknown>(
    'SELECT 1 FROM experiment WHERE name = ? AND started_at <= ?',
  );
  const findAnswer = db.prepare<[string], AnswerSums>(
    `SELECT score, weight, answers, failed, latency_ms AS latencyMs, cost_usd AS costUsd
     FROM experiment_answer WHERE decision = ?`,
  );
  const putAnswer = db.prepare<{ decision: string } & AnswerSums & Of>(
    `INSERT OR REPLACE INTO experiment_answer
     (decision, experiment, arm, at, score, weight, answers, failed, latency_ms, cost_usd)
     VALUES (@decision, @experiment, @arm, @at, @score, @weight, @answers, @failed, @latencyMs, @costUsd)`,
  );
  const findUnit = db
    .prepare<Of, string>(
      'SELECT means FROM experiment_unit WHERE experiment = @experiment AND arm = @arm AND unit = @unit',
    )
    .pluck();
  const putUnit = db.prepare<Of & { means: string }>(
    `INSERT INTO experiment_unit (experiment, arm, unit, at, means) VALUES (@experiment, @arm, @unit, @at, @means)
     ON CONFLICT DO UPDATE SET at = max(at, excluded.at), means = excluded.means`,
  );
  const countDecision = db.prepare<[string, string, number]>(
    `INSERT INTO experiment_arm (experiment, arm, decisions, apart, answers, step_answers) VALUES (?, ?, 1, ?, 0, 0)
     ON CONFLICT DO UPDATE SET decisions = decisions + 1, apart = apart + excluded.apart`,
  );
  const countLlm = db.prepare<[string, string, string]>(
    'INSERT INTO experiment_llm VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET decisions = decisions + 1',
  );
  const stepAt = db.prepare<[string], number>('SELECT step_at FROM experiment WHERE name = ?').pluck();
  const countAnswers = db.prepare<ArmCount>(
    `UPDATE experiment_arm SET answers = answers + @answers, step_answers = step_answers + @inStep
     WHERE experiment = @experiment AND arm = @arm`,
  );
  const findSums = db.prepare<Cell, Sums>(
    `SELECT n, mean, m2 FROM experiment_sum
     WHERE experiment = @experiment AND arm = @arm AND measure = @measure AND task = @task`,
  );
  const putSums = db.prepare<Cell & Sums>(
    `INSERT OR REPLACE INTO experiment_sum (experiment, arm, measure, task, n, mean, m2)
     VALUES (@experiment, @arm, @measure, @task, @n, @mean, @m2)`,
  );
  const earlier = db.prepare<[string], EarlierRow>(
    'SELECT signal, score, weight, error, latency_ms, cost_usd FROM interaction WHERE decision = ? ORDER BY id',
  );
  const arms = db.prepare<
    [string],
    { arm: string; decisions: number; apart: number; answers: number; step_answers: number }
  >('SELECT arm, decisions, apart, answers, step_answers FROM experiment_arm WHERE experiment = ? ORDER BY arm');
  const sumsOf = db.prepare<[string], SumRow>(
    'SELECT arm, measure, task, n, mean, m2 FROM experiment_sum WHERE experiment = ? ORDER BY task',
  );
  const llms = db.prepare<[string], { arm: string; model: string; decisions: number }>(
    'SELECT arm, model, decisions FROM experiment_llm WHERE experiment = ? ORDER BY decisions DESC, model',
  );

  /** Writes what decisions count as since, in the place of what they counted as; each sum once. */
  function write(touched: ReadonlyMap<string, Touched>): void {
    const units = new Map<string, Of & { means: UnitMeans }>();
    const sums = new Map<string, Cell & Sums>();
    const counts = new Map<string, ArmCount>();

    const unitOf = (of: Of): UnitMeans => {
      const key = JSON.stringify([of.experiment, of.arm, of.unit]);
      const known = units.get(key);
      const means = known?.means ?? (JSON.parse(findUnit.get(of) ?? '{}') as UnitMeans);
      units.set(key, { ...of, at: Math.max(of.at, known?.at ?? 0), means });
      return means;
    };
    const count = (means: UnitMeans, cell: Cell, was: number | undefined, is: number): void => {
      const name = `${cell.measure}/${cell.task}`;
      const before = means[name];
      const after = (means[name] = afterDecision(before, was, is));
      const key = JSON.stringify([cell.experiment, cell.arm, name]);
      const now = sums.get(key) ?? findSums.get(cell) ?? NO_SUMS;
      const next = before === undefined ? added(now, after.mean) : replaced(now, before.mean, after.mean);
      sums.set(key, { ...cell, ...next });
    };
    const countAnswer = ({ experiment, arm, at }: Of): void => {
      const key = JSON.stringify([experiment, arm]);
      const known = counts.get(key) ?? { experiment, arm, answers: 0, inStep: 0, from: stepAt.get(experiment)! };
      known.answers++;
      if (at >= known.from) known.inStep++;
      counts.set(key, known);
    };

    for (const [decision, { of, before, after }] of touched) {
      putAnswer.run({ decision, ...of, ...after });
      if (before === null) countAnswer(of);
      if (of.apart === 0) continue;
      const was: Partial<Record<Measure, number>> = before === null ? {} : valuesOf(before);
      const values = valuesOf(after);
      const { experiment, arm, task } = of;
      for (const measure of MEASURES) {
        const is = values[measure];
        if (is === undefined || is === was[measure]) continue;
        const means = unitOf(of);
        count(means, { experiment, arm, measure, task: ALL_TASKS }, was[measure], is);
        if (measure === 'quality' && task !== null) count(means, { experiment, arm, measure, task }, was.quality, is);
      }
    }
    for (const { means, ...of } of units.values()) putUnit.run({ ...of, means: JSON.stringify(means) });
    for (const cell of sums.values()) putSums.run(cell);
    for (const one of counts.values()) countAnswers.run(one);
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
          const before = findAnswer.get(decision) ?? null;
          touched.set(decision, { of, before, after: afterRow(before ?? UNANSWERED, row) });
        },
        flush() {
          write(touched);
          touched.clear();
        },
      };
    },
    decided({ id, model, ...of }) {
      const { at, experiment, arm } = of;
      if (isCurrent.get(experiment, at) === undefined) return;
      countDecision.run(experiment, arm, of.apart === 0 ? 0 : 1);
      countLlm.run(experiment, arm, model);
      const rows = earlier.all(id);
      if (rows.length === 0) return;
      const after = rows.map(toRow).reduce(afterRow, UNANSWERED);
      write(new Map([[id, { of, before: null, after }]]));
    },
    read(experiment) {
      const [sums, models] = [sumsOf.all(experiment), llms.all(experiment)];
      return arms.all(experiment).map(({ arm, decisions, apart, answers, step_answers: stepAnswers }): ArmResult => ({
        arm,
        decisions,
        apart,
        answers,
        stepAnswers,
        ...sumsIn(sums.filter((row) => row.arm === arm)),
        models: models.filter((row) => row.arm === arm).map((row) => [row.model, row.decisions]),
      }));
    },
  };
}

function toRow({ signal, score, weight, error, latency_ms: latencyMs, cost_usd: costUsd }: EarlierRow): AnswerRow {
  return { score, weight, isCall: signal === null, failed: error !== null, latencyMs, costUsd };
}

function sumsIn(rows: readonly SumRow[]): Pick<ArmResult, 'sums' | 'tasks'> {
  const sums = noSums();
  const tasks: ArmResult['tasks'] = [];
  for (const { measure, task, n, mean, m2 } of rows)
    if (task === ALL_TASKS) sums[measure] = { n, mean, m2 };
    else tasks.push([task, { n, mean, m2 }]);
  return { sums, tasks };
}
