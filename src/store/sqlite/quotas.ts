import { AHEAD_MS, type Clock } from '../../base/clock.js';
import { SLOTS, slotOf } from '../../machines/limits.js';
import {
  grantFor,
  isRefusal,
  monthOf,
  periodsOf,
  type QuotaGrant,
  type QuotaReturn,
  type QuotaUse,
  type Usage,
} from '../../machines/quota.js';
import type { QuotaStore } from '../ports/quotas.js';
import { connectForCounting, type Connection } from './connection.js';

interface SlotRow {
  slot: number;
  requests: number;
  tokens: number;
}

/** The port, and how to close what it opened. */
export interface Quotas {
  port: QuotaStore;
  close(): void;
}

/**
 * What keys used of their limits, written through a connection of its own that does not wait for the disk at each
 * commit, as a decision must not: a power cut may lose what was counted in the last moments.
 */
export function createQuotas(
  ledger: Connection,
  { clock, steady }: { clock: Clock; steady: Clock },
  busyTimeoutMs: number,
): Quotas {
  const uses = ledger.db.prepare<[number], Omit<SlotRow, 'slot'> & { key: string }>(
    'SELECT key, total(requests) AS requests, total(tokens) AS tokens FROM key_use WHERE slot > ? GROUP BY key',
  );
  const spends = ledger.db.prepare<[string, string], { key: string; period: string; usd: number }>(
    'SELECT key, period, usd FROM key_spend WHERE period IN (?, ?)',
  );

  function prepare() {
    const connection = connectForCounting(ledger, busyTimeoutMs);
    const { db } = connection;
    return {
      connection,
      forget: db.prepare<[string, number, number]>('DELETE FROM key_use WHERE key = ? AND (slot <= ? OR slot > ?)'),
      slots: db.prepare<[string], SlotRow>('SELECT slot, requests, tokens FROM key_use WHERE key = ? ORDER BY slot'),
      addUse: db.prepare<[string, number, number, number]>(
        'INSERT INTO key_use VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET requests = requests + ' +
          'excluded.requests, tokens = tokens + excluded.tokens',
      ),
      spend: db.prepare<[string, string], number>('SELECT usd FROM key_spend WHERE key = ? AND period = ?').pluck(),
      addSpend: db.prepare<[string, string, number]>(
        'INSERT INTO key_spend VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET usd = usd + excluded.usd',
      ),
      giveBack: db.prepare<[number, string, string]>(
        'UPDATE key_spend SET usd = max(0.0, usd - ?) WHERE key = ? AND period = ?',
      ),
      forgetSpend: db.prepare<[string, string]>('DELETE FROM key_spend WHERE key = ? AND period < ?'),
    };
  }
  let prepared: ReturnType<typeof prepare> | undefined;
  const statements = () => (prepared ??= prepare());

  /** Counts usage in a slot and a day. */
  function count(key: string, slot: number, day: string, { requests, tokens, usd }: Usage): void {
    const { addUse, addSpend, forgetSpend } = statements();
    if (requests + tokens > 0) addUse.run(key, slot, requests, tokens);
    if (usd === 0) return;
    // Days of months before are over: `2026-10-31` sorts before `2026-11`.
    forgetSpend.run(key, monthOf(day));
    addSpend.run(key, day, usd);
    addSpend.run(key, monthOf(day), usd);
  }

  function settle({ key, unspent, owed }: QuotaReturn, now: number): void {
    const slot = slotOf(now);
    const { forget, addUse, giveBack } = statements();
    forget.run(key, slot - SLOTS, slotOf(now + AHEAD_MS));
    if (unspent !== null) {
      const { requests, tokens, usd } = unspent;
      if (unspent.slot > slot - SLOTS && requests + tokens > 0) addUse.run(key, unspent.slot, -requests, -tokens);
      for (const period of usd > 0 ? [unspent.day, monthOf(unspent.day)] : []) giveBack.run(usd, key, period);
    }
    count(key, slot, periodsOf(clock()).day, owed);
  }

  function useOf(key: string): { used: QuotaUse; slots: SlotRow[] } {
    const { slots: read, spend } = statements();
    const slots = read.all(key);
    const { day, month } = periodsOf(clock());
    const total = (kind: 'requests' | 'tokens'): number => slots.reduce((sum, one) => sum + one[kind], 0);
    const used = {
      requests: total('requests'),
      tokens: total('tokens'),
      usdToday: spend.get(key, day) ?? 0,
      usdThisMonth: spend.get(key, month) ?? 0,
    };
    return { used, slots };
  }

  const port: QuotaStore = {
    claim: async (claim) =>
      statements().connection.write((): QuotaGrant => {
        const [now, at] = [steady(), clock()];
        settle(claim, now);
        const { used, slots } = useOf(claim.key);
        const granted = grantFor(claim, used, slots, { now, at });
        const [slot, { day }] = [slotOf(now), periodsOf(at)];
        if (!isRefusal(granted)) count(claim.key, slot, day, granted);
        return { granted, slot, day, used: useOf(claim.key).used };
      }),
    settle: async (returns) =>
      statements().connection.write(() => {
        const now = steady();
        for (const one of returns) settle(one, now);
      }),
    async used() {
      const { day, month } = periodsOf(clock());
      const found = new Map<string, QuotaUse>();
      const of = (key: string): QuotaUse => {
        let use = found.get(key);
        if (use === undefined) found.set(key, (use = { requests: 0, tokens: 0, usdToday: 0, usdThisMonth: 0 }));
        return use;
      };
      for (const { key, requests, tokens } of uses.all(slotOf(steady()) - SLOTS))
        Object.assign(of(key), { requests, tokens });
      for (const { key, period, usd } of spends.all(day, month))
        Object.assign(of(key), period === day ? { usdToday: usd } : { usdThisMonth: usd });
      return found;
    },
  };
  return { port, close: () => void prepared?.connection.db.close() };
}
