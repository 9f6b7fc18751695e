import type { CallRecord, CallStore } from '../ports/calls.js';
import type { Connection } from './connection.js';

/** Columns by the fields of a record, in the order in which they are written. */
const COLUMNS = {
  decision: 'decision',
  at: 'at',
  api: 'api',
  model: 'model',
  provider: 'provider',
  session: 'session',
  tenant: 'tenant',
  status: 'status',
  error: 'error',
  failed: 'failed',
  ttftMs: 'ttft_ms',
  totalMs: 'total_ms',
  promptTokens: 'prompt_tokens',
  completionTokens: 'completion_tokens',
  cachedTokens: 'cached_tokens',
  cacheWrittenTokens: 'cache_written_tokens',
  reasoningTokens: 'reasoning_tokens',
  costUsd: 'cost_usd',
  finish: 'finish',
} as const satisfies Record<keyof CallRecord, string>;

type Row = Omit<CallRecord, 'session'> & { session: Buffer | null };

const FIELDS = Object.keys(COLUMNS) as (keyof CallRecord)[];
const NAMES = Object.values(COLUMNS).join(', ');

const toRecord = ({ session, ...row }: Row): CallRecord => ({ ...row, session: session?.toString('hex') ?? null });

function valueOf(call: CallRecord, field: keyof CallRecord): Buffer | string | number | null {
  return field === 'session' && call.session !== null ? Buffer.from(call.session, 'hex') : call[field];
}

/** Calls through the model endpoint, one a decision. */
export function createCalls(connection: Connection): CallStore {
  const { db } = connection;
  const select = `SELECT ${FIELDS.map((field) => `${COLUMNS[field]} AS ${field}`).join(', ')} FROM call`;
  const find = db.prepare<[string], Row>(`${select} WHERE decision = ?`);
  const newest = db.prepare<[Buffer, number], Row>(
    `${select} WHERE session = ? AND session IS NOT NULL ORDER BY at DESC, rowid DESC LIMIT ?`,
  );
  const insert = db.prepare(
    `INSERT INTO call (${NAMES}) VALUES (${FIELDS.map(() => '?').join(', ')}) ON CONFLICT (decision) DO NOTHING`,
  );
  return {
    async append(calls) {
      if (calls.length === 0) return;
      connection.note(() => {
        for (const call of calls) insert.run(...FIELDS.map((field) => valueOf(call, field)));
      });
    },
    get: async (decisions) =>
      connection.read(() => {
        const found = new Map<string, CallRecord>();
        for (const decision of decisions) {
          const row = found.has(decision) ? undefined : find.get(decision);
          if (row !== undefined) found.set(decision, toRecord(row));
        }
        return found;
      }),
    async last(session) {
      const row = newest.get(Buffer.from(session, 'hex'), 1);
      return row === undefined ? undefined : toRecord(row);
    },
    of: async (session, limit) => newest.all(Buffer.from(session, 'hex'), limit).map(toRecord),
  };
}
