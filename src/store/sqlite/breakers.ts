import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../base/clock.js';
import { afterCall, CLOSED, failureOf, overridden, withoutFuture, type Breaker } from '../../machines/breaker.js';
import type { BreakerSettings, CallReport } from '../../schema/health.js';
import { checkKnown } from '../../schema/known-models.js';
import type { BreakerStore } from '../ports/breakers.js';
import type { Touch } from './changes.js';
import type { Connection } from './connection.js';
import type { ReadSettings } from './settings.js';

interface Row {
  outcomes: number;
  calls: number;
  last_at: number;
  opened_at: number | null;
  cool_down_ms: number | null;
  successes: number;
  error: string | null;
}

/** Calls of one write transaction. {@link flush} writes each breaker that they changed, once. */
export interface BreakerSession {
  /** @param at when it was made, by the clock; one that is older than the breakers' window says nothing of now */
  call(llm: number, call: Pick<CallReport, 'error' | 'latency_ms'>, at: number): void;
  flush(): void;
}

/** Opens sessions; each is made and flushed inside one write transaction. */
export type OpenCalls = () => BreakerSession;

export interface BreakerParts {
  clock: Clock;
  /** The time that breakers are kept by. */
  steady: Clock;
  settings: ReadSettings;
  touch: Touch;
  /** Inside a write transaction: the decision has its outcome. */
  release(decision: string): void;
}

const COLUMNS = 'outcomes, calls, last_at, opened_at, cool_down_ms, successes, error';

const toBreaker = (row: Row, now: number): Breaker =>
  withoutFuture(
    {
      outcomes: row.outcomes,
      calls: row.calls,
      lastAt: row.last_at,
      openedAt: row.opened_at,
      coolDownMs: row.cool_down_ms,
      successes: row.successes,
      error: row.error,
    },
    now,
  );

/** Breakers of LLMs: state that survives a restart, and is the same for all processes. */
export function createBreakers(
  connection: Connection,
  { clock, steady, settings: readSettings, touch, release }: BreakerParts,
): { port: BreakerStore; session: OpenCalls } {
  const { db } = connection;
  const find = db.prepare<[number], Row>(`SELECT ${COLUMNS} FROM breaker WHERE llm = ?`);
  const put = db.prepare(`INSERT OR REPLACE INTO breaker (llm, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const known = `SELECT name, ${COLUMNS} FROM breaker JOIN llm ON llm.id = breaker.llm WHERE deleted = 0`;
  const all = db.prepare<[], Row & { name: string }>(known);
  const open = db.prepare<[], Row & { name: string }>(`${known} AND opened_at IS NOT NULL`);
  const findLlm = db.prepare<[string], number>('SELECT id FROM llm WHERE name = ? AND deleted = 0').pluck();

  const breakerOf = (llm: number): Breaker => {
    const row = find.get(llm);
    return row === undefined ? CLOSED : toBreaker(row, steady());
  };
  const write = (llm: number, breaker: Breaker): void => {
    const before = breakerOf(llm);
    if (isDeepStrictEqual(before, breaker)) return;
    const { outcomes, calls, lastAt, openedAt, coolDownMs, successes, error } = breaker;
    put.run(llm, outcomes, calls, lastAt, openedAt, coolDownMs, successes, error);
    // Calls of an LLM whose breaker stays closed change nothing that a decision reads.
    if (before.openedAt !== null || openedAt !== null) touch('breakers');
  };
  const named = (rows: (Row & { name: string })[]): Map<string, Breaker> => {
    const now = steady();
    return new Map(rows.map((row) => [row.name, toBreaker(row, now)]));
  };

  function session(): BreakerSession {
    const touched = new Map<number, Breaker>();
    let settings: BreakerSettings | undefined;
    return {
      call(llm, call, at) {
        settings ??= readSettings('breaker');
        // Another machine's clock may be ahead.
        const age = Math.max(0, clock() - at);
        if (age > settings.window_ms) return;
        touched.set(
          llm,
          afterCall(
            touched.get(llm) ?? breakerOf(llm),
            { error: failureOf(call, settings), at: steady() - age },
            settings,
          ),
        );
      },
      flush() {
        for (const [llm, breaker] of touched) write(llm, breaker);
      },
    };
  }

  const port: BreakerStore = {
    list: async () => named(all.all()),
    open: async () => named(open.all()),
    report: async (calls) =>
      connection.write(() => {
        const ids = new Map<string, number | undefined>(calls.map(({ model }) => [model, findLlm.get(model)]));
        checkKnown(
          calls.map(({ model }) => model),
          (model) => ids.get(model) !== undefined,
          (i) => (calls.length === 1 ? 'model' : `[${i}].model`),
        );
        const writing = session();
        const now = clock();
        for (const { model, ok, decision_id: decision, ...call } of calls) {
          writing.call(ids.get(model)!, ok ? call : { error: call.error ?? 'it failed' }, now);
          if (decision !== undefined) release(decision);
        }
        writing.flush();
      }),
    override: async (model, state, reason) =>
      connection.write(() => {
        const llm = findLlm.get(model);
        if (llm === undefined) return false;
        write(llm, overridden(breakerOf(llm), state, reason, steady()));
        return true;
      }),
  };
  return { port, session };
}
