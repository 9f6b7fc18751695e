import type { Clock } from '../../base/clock.js';
import type { AuditEntry } from '../../schema/audit.js';
import type { AuditStore } from '../ports/audit.js';
import type { Connection } from './connection.js';

interface Row {
  id: number;
  at: number;
  actor: string;
  action: string;
  target: string;
  before: string;
  after: string;
}

const toEntry = ({ id, at, actor, action, target, before, after }: Row): AuditEntry => ({
  id,
  at: new Date(at).toISOString(),
  actor: JSON.parse(actor) as AuditEntry['actor'],
  action,
  target,
  before: JSON.parse(before) as unknown,
  after: JSON.parse(after) as unknown,
});

/** Adds an entry, in a write transaction. */
export type AddAudit = (entry: Omit<AuditEntry, 'id' | 'at'>) => void;

export function createAddAudit(connection: Connection, clock: Clock): AddAudit {
  const insert = connection.db.prepare(
    'INSERT INTO audit (at, actor, action, target, before, after) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const state = (value: unknown): string => JSON.stringify(value ?? null);
  return ({ actor, action, target, before, after }) =>
    connection.write(
      () => void insert.run(clock(), JSON.stringify(actor), action, target, state(before), state(after)),
    );
}

/** The log of what administrators changed; triggers of its table refuse all but additions. */
export function createAudit({ db }: Connection, add: AddAudit): AuditStore {
  const page = db.prepare<[number, number], Row>('SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?');
  const found = db.prepare<[number, string, number], Row>(
    `SELECT * FROM audit WHERE id < ? AND instr(lower(concat_ws(char(10), action, target, actor ->> 'name',
       actor ->> 'key', actor ->> 'address')), lower(?)) > 0 ORDER BY id DESC LIMIT ?`,
  );
  return {
    append: async (entry) => add(entry),
    list: async ({ before = Number.MAX_SAFE_INTEGER, search, limit }) =>
      (search === undefined ? page.all(before, limit) : found.all(before, search, limit)).map(toEntry),
  };
}
