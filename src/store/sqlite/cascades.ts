import type { Clock } from '../../base/clock.js';
import type { StepReport } from '../../schema/cascade.js';
import type { CascadeStore } from '../ports/cascades.js';
import type { OpenCalls } from './breakers.js';
import type { Connection } from './connection.js';

export interface CascadeParts {
  clock: Clock;
  openCalls: OpenCalls;
  /** Inside a write transaction: the decision has its outcome. */
  release(decision: string): void;
}

/** How the steps of cascades went. */
export function createCascades(connection: Connection, { clock, openCalls, release }: CascadeParts): CascadeStore {
  const { db } = connection;
  const reports = db
    .prepare<[string], string>('SELECT report FROM cascade_report WHERE decision = ? ORDER BY position')
    .pluck();
  const count = db.prepare<[string], number>('SELECT count(*) FROM cascade_report WHERE decision = ?').pluck();
  const add = db.prepare<[string, number, string]>(
    'INSERT INTO cascade_report (decision, position, report) VALUES (?, ?, ?)',
  );
  const findLlm = db.prepare<[string], number>('SELECT id FROM llm WHERE name = ? AND deleted = 0').pluck();

  return {
    steps: async (decision) => reports.all(decision).map((text) => JSON.parse(text) as StepReport),
    append: async ({ decision, position, report, call }) =>
      connection.write(() => {
        if (count.get(decision) !== position) return false;
        add.run(decision, position, JSON.stringify(report));
        const llm = call === null ? undefined : findLlm.get(call.model);
        if (call === null || llm === undefined) return true;
        const calls = openCalls();
        calls.call(llm, call.ok ? call : { error: call.error ?? 'it failed' }, clock());
        calls.flush();
        release(decision);
        return true;
      }),
  };
}
