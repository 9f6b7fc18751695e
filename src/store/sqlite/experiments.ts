import type { Clock } from '../../base/clock.js';
import { fixedFieldsChanged } from '../../machines/experiment-change.js';
import { ExperimentBody } from '../../schema/experiment.js';
import { parse } from '../../schema/parse.js';
import type { ExperimentMove, ExperimentStep, ExperimentStore, KeptExperiment } from '../ports/experiments.js';
import type { Activate } from './artifacts.js';
import type { AddAudit } from './audit.js';
import type { Touch } from './changes.js';
import type { Connection } from './connection.js';
import type { ExperimentResults } from './experiment-results.js';
import type { PutPolicy } from './policies.js';

type Row = Omit<KeptExperiment, 'body'> & { body: string };

export interface ExperimentParts {
  clock: Clock;
  touch: Touch;
  results: ExperimentResults;
  /** What goes with a promotion, in its transaction. */
  activate: Activate;
  putPolicy: PutPolicy;
  audit: AddAudit;
}

const COLUMNS = 'name, body, state, step, started_at AS startedAt, step_at AS stepAt, ended_at AS endedAt, why';

const isOver = (state: KeptExperiment['state']): boolean => state !== 'running' && state !== 'paused';

const toKept = ({ body, ...row }: Row): KeptExperiment => ({
  ...row,
  body: parse(ExperimentBody, JSON.parse(body), 'internal', `experiment ${row.name} of the ledger`),
});

/** Experiments, and what becomes of them. */
export function createExperiments(
  connection: Connection,
  { clock, touch, results, activate, putPolicy, audit }: ExperimentParts,
): ExperimentStore {
  const { db } = connection;
  const all = db.prepare<[], Row>(`SELECT ${COLUMNS} FROM experiment ORDER BY started_at, rowid`);
  const one = db.prepare<[string], Row>(`SELECT ${COLUMNS} FROM experiment WHERE name = ?`);
  const insert = db.prepare<{ name: string; body: string; now: number; why: string }>(
    `INSERT INTO experiment (name, body, state, step, started_at, step_at, ended_at, why)
     VALUES (@name, @body, 'running', 0, @now, @now, NULL, @why)`,
  );
  const change = db.prepare<[string, string]>('UPDATE experiment SET body = ? WHERE name = ?');
  const go = db.prepare<Pick<Row, 'name' | 'state' | 'step' | 'stepAt' | 'endedAt' | 'why'>>(
    `UPDATE experiment SET state = @state, step = @step, step_at = @stepAt, ended_at = @endedAt, why = @why
     WHERE name = @name`,
  );
  const beginStep = db.prepare<[string]>('UPDATE experiment_arm SET step_answers = 0 WHERE experiment = ?');
  const note = db.prepare<[string, number, string, number, string]>(
    'INSERT INTO experiment_step (experiment, at, state, step, why) VALUES (?, ?, ?, ?, ?)',
  );
  const remove = db.prepare<[string]>('DELETE FROM experiment WHERE name = ?');
  const steps = db.prepare<[string], ExperimentStep>(
    'SELECT at, state, step, why FROM experiment_step WHERE experiment = ? ORDER BY id',
  );

  function start(name: string, body: ExperimentBody): void {
    const [now, why] = [clock(), 'started'];
    remove.run(name);
    insert.run({ name, body: JSON.stringify(body), now, why });
    note.run(name, now, 'running', 0, why);
    touch('experiments');
  }

  function move(before: Row, { state, step, why, promotes, audit: entry }: ExperimentMove): void {
    const now = clock();
    const { name } = before;
    if (promotes?.version !== undefined) activate(promotes.version);
    for (const policy of promotes?.policies ?? []) putPolicy(policy.name, policy.body);
    const isStep = step !== before.step;
    if (isStep) beginStep.run(name);
    go.run({ name, state, step, stepAt: isStep ? now : before.stepAt, endedAt: isOver(state) ? now : null, why });
    note.run(name, now, state, step, why);
    if (entry !== undefined) audit(entry);
    touch('experiments');
  }

  return {
    list: async () => all.all().map(toKept),
    async get(name) {
      const row = one.get(name);
      return row && toKept(row);
    },
    put: async (name, body) =>
      connection.write(() => {
        const row = one.get(name);
        if (row === undefined || isOver(row.state)) {
          start(name, body);
          return 'started';
        }
        const refused = fixedFieldsChanged(toKept(row).body, body);
        if (refused.length > 0) return { refused };
        const json = JSON.stringify(body);
        if (json === row.body) return 'same';
        change.run(json, name);
        touch('experiments');
        return 'changed';
      }),
    move: async (name, from, to) =>
      connection.write(() => {
        const row = one.get(name);
        if (row?.state !== from.state || row.step !== from.step || row.startedAt !== from.startedAt) return false;
        move(row, to);
        return true;
      }),
    delete: async (name) =>
      connection.write(() => {
        const removed = remove.run(name).changes > 0;
        if (removed) touch('experiments');
        return removed;
      }),
    results: async (name) => connection.read(() => results.read(name)),
    history: async (name) => steps.all(name),
  };
}
