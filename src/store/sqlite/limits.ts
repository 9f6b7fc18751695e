import { AHEAD_MS, type Clock } from '../../base/clock.js';
import { debtAfter, NO_DEBT, SLOT_MS, SLOTS, slotOf, type Amounts, type Debt } from '../../machines/limits.js';
import { byName } from '../../graph/order.js';
import type { LlmLimits } from '../../schema/profile.js';
import { connectForCounting, type Connection } from './connection.js';
import type { LimitStore } from '../ports/limits.js';
import type { LimitedLlm, LoadClaim, LoadGrant, LoadState, Settlement, SlotUse } from '../../machines/claims.js';

/** As far as slots may be ahead. */
const AHEAD_SLOTS = AHEAD_MS / SLOT_MS;
interface LimitedRow {
  model: string;
  limits: string;
  latencyMs: number | null;
  completionTokens: number | null;
}

/** The port, and what other writes of this connection call. */
export interface Limits {
  port: LimitStore;
  /** Inside a write transaction: the decision has its outcome. */
  release(decision: string): void;
  close(): void;
}

interface Writer {
  settle(settlement: Settlement, now: number): number | undefined;
  claim(claim: LoadClaim, now: number): LoadGrant | undefined;
  connection: Connection;
}

/**
 * Writes through a connection of its own that does not wait for the disk at each commit, as a decision must not: what a
 * power cut loses counts for a minute at most. What other connections commit is as durable as ever.
 */
function openWriter(ledger: Connection, busyTimeoutMs: number): Writer {
  const connection = connectForCounting(ledger, busyTimeoutMs);
  const { db } = connection;
  const findLlm = db.prepare<[string], number>('SELECT id FROM llm WHERE name = ? AND deleted = 0').pluck();
  // What is ahead goes too: a clock was set back, and a limit must not be full until it has caught up.
  const forget = db.prepare<[number, number, number]>('DELETE FROM load_use WHERE llm = ? AND (slot <= ? OR slot > ?)');
  const sum = db.prepare<[number], Amounts>(
    'SELECT total(requests) AS requests, total(tokens) AS tokens FROM load_use WHERE llm = ?',
  );
  const addUse = db.prepare<[number, number, number, number]>(
    'INSERT INTO load_use VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET requests = requests + ' +
      'excluded.requests, tokens = tokens + excluded.tokens',
  );
  const findUse = db.prepare<[number, number], SlotUse>(
    'SELECT slot, requests, tokens FROM load_use WHERE llm = ? AND slot >= ? ORDER BY slot',
  );
  const findDebt = db.prepare<[number, number], Debt>(
    'SELECT requests, tokens, at FROM load_debt WHERE llm = ? AND at <= ?',
  );
  const putDebt = db.prepare<[number, number, number, number]>('INSERT OR REPLACE INTO load_debt VALUES (?, ?, ?, ?)');
  const expire = db.prepare<[number, number, number]>(
    'DELETE FROM in_flight WHERE llm = ? AND (expires_at <= ? OR taken_at > ?)',
  );
  const countInFlight = db.prepare<[number], number>('SELECT count(*) FROM in_flight WHERE llm = ?').pluck();
  const addInFlight = db.prepare<[string, number, number, number]>(
    'INSERT OR REPLACE INTO in_flight (decision, llm, expires_at, taken_at) VALUES (?, ?, ?, ?)',
  );

  const debtOf = (llm: number, now: number): Debt => findDebt.get(llm, now + AHEAD_MS) ?? NO_DEBT;

  /** Counts what was claimed in a slot; negative amounts are given back. */
  function count(llm: number, slot: number, claimed: Amounts, capacity: Amounts, now: number): void {
    addUse.run(llm, slot, claimed.requests, claimed.tokens);
    const { requests, tokens, at } = debtAfter(debtOf(llm, now), claimed, capacity, now);
    putDebt.run(llm, requests, tokens, at);
  }

  function settle({ model, capacity, unspent, owed, decisions }: Settlement, now: number): number | undefined {
    const llm = findLlm.get(model);
    if (llm === undefined) return undefined;
    const slot = slotOf(now);
    forget.run(llm, slot - SLOTS, slot + AHEAD_SLOTS);
    expire.run(llm, now, now + AHEAD_MS);
    if (unspent !== null && unspent.slot > slot - SLOTS)
      count(llm, unspent.slot, { requests: -unspent.requests, tokens: -unspent.tokens }, capacity, now);
    if (owed.requests + owed.tokens > 0) count(llm, slot, owed, capacity, now);
    for (const { id, expiresAt } of decisions) addInFlight.run(id, llm, expiresAt, now);
    return llm;
  }

  function claim({ needed, wanted, decision, force, ...settlement }: LoadClaim, now: number): LoadGrant | undefined {
    const llm = settle(settlement, now);
    if (llm === undefined) return undefined;
    const { capacity } = settlement;
    const slot = slotOf(now);
    const used = sum.get(llm)!;
    const roomFor = (kind: keyof Amounts): number => capacity[kind] - used[kind];
    const hasRoom = (kind: keyof Amounts): boolean => needed[kind] <= roomFor(kind) || used[kind] === 0;
    const fits = force || (hasRoom('requests') && hasRoom('tokens') && countInFlight.get(llm)! < capacity.inFlight);
    const grant = (kind: keyof Amounts): number => Math.max(needed[kind], Math.min(wanted[kind], roomFor(kind)));
    const granted = fits ? { requests: grant('requests'), tokens: grant('tokens') } : null;
    if (granted !== null) {
      count(llm, slot, granted, capacity, now);
      if (decision !== null) addInFlight.run(decision.id, llm, decision.expiresAt, now);
    }
    const state: LoadState = {
      use: findUse.all(llm, slot - 1),
      debt: debtOf(llm, now),
      inFlight: countInFlight.get(llm)!,
    };
    return { granted, slot, state };
  }

  return { settle, claim, connection };
}

/** How much of their declared limits LLMs have used: the same for all processes, and after a restart. */
export function createLimits(connection: Connection, clock: Clock, busyTimeoutMs: number): Limits {
  const { db } = connection;
  const limited = db.prepare<[], LimitedRow>(
    `SELECT name AS model, limits,
       coalesce(exp(sum(log_latency) / nullif(sum(latency_n), 0)), latency_ms) AS latencyMs,
       sum(completion_tokens) / nullif(sum(completion_tokens_n), 0) AS completionTokens
     FROM llm LEFT JOIN llm_usage u ON u.llm = llm.id
     WHERE limits IS NOT NULL AND deleted = 0 GROUP BY llm.id`,
  );
  const findUse = db.prepare<[number, number], SlotUse & { model: string }>(
    'SELECT name AS model, slot, requests, tokens FROM load_use JOIN llm ON llm.id = llm WHERE slot >= ? AND ' +
      'slot <= ? AND deleted = 0 ORDER BY slot',
  );
  const findDebt = db.prepare<[number], Debt & { model: string }>(
    'SELECT name AS model, requests, tokens, at FROM load_debt JOIN llm ON llm.id = llm WHERE at <= ? AND deleted = 0',
  );
  const inFlight = db.prepare<[number, number], { model: string; count: number }>(
    'SELECT name AS model, count(*) AS count FROM in_flight JOIN llm ON llm.id = llm WHERE expires_at > ? AND ' +
      'taken_at <= ? AND deleted = 0 GROUP BY llm',
  );
  const remove = db.prepare<[string]>('DELETE FROM in_flight WHERE decision = ?');
  /** Opened by the first claim. */
  let writer: Writer | undefined;
  const writing = (): Writer => (writer ??= openWriter(connection, busyTimeoutMs));
  const countInFlight = (now: number): Map<string, number> =>
    new Map(inFlight.all(now, now + AHEAD_MS).map(({ model, count }) => [model, count]));

  const port: LimitStore = {
    limited: async () =>
      limited
        .all()
        .map(({ limits, ...row }): LimitedLlm => ({ ...row, limits: JSON.parse(limits) as LlmLimits }))
        .toSorted((a, b) => byName(a.model, b.model)),
    inFlight: async () => countInFlight(clock()),
    load: async (since) =>
      connection.read(() => {
        const now = clock();
        const states = new Map<string, LoadState>();
        const of = (model: string): LoadState => {
          let state = states.get(model);
          if (state === undefined) states.set(model, (state = { use: [], debt: NO_DEBT, inFlight: 0 }));
          return state;
        };
        for (const { model, ...use } of findUse.all(since, slotOf(now) + AHEAD_SLOTS)) of(model).use.push(use);
        for (const { model, ...debt } of findDebt.all(now + AHEAD_MS)) of(model).debt = debt;
        for (const [model, count] of countInFlight(now)) of(model).inFlight = count;
        return states;
      }),
    async settle(settlements) {
      const { connection: own, settle } = writing();
      own.write(() => {
        for (const settlement of settlements) settle(settlement, clock());
      });
    },
    async claim(claim) {
      const { connection: own, claim: run } = writing();
      return own.write(() => run(claim, clock()));
    },
    end: async (decisions) =>
      connection.write(() => {
        for (const decision of decisions) remove.run(decision);
      }),
  };
  return {
    port,
    release: (decision) => void remove.run(decision),
    close: () => void writer?.connection.db.close(),
  };
}
