import type { KeyLimits } from '../schema/key.js';
import { SLOT_MS, SLOTS } from './limits.js';

/** US dollars that sums may be off by: a hundredth of a millionth of a cent. */
const ROUNDED_USD = 1e-10;

/** Requests, tokens and US dollars. */
export interface Usage {
  requests: number;
  tokens: number;
  usd: number;
}
export const NO_USAGE: Readonly<Usage> = { requests: 0, tokens: 0, usd: 0 };

/** Limits as numbers: infinity where there is none. */
export interface Allowance {
  requests: number;
  tokens: number;
  usdPerDay: number;
  usdPerMonth: number;
}

/** What counts against the limits of a key: in the last minute, and in the day and month that are. */
export interface QuotaUse {
  requests: number;
  tokens: number;
  usdToday: number;
  usdThisMonth: number;
}

export const NO_USE: Readonly<QuotaUse> = { requests: 0, tokens: 0, usdToday: 0, usdThisMonth: 0 };

/** What was claimed in a slot, see `SLOT_MS`, of a day. */
export interface Lease extends Usage {
  slot: number;
  /** As 2026-11-29. */
  day: string;
}

/** What one process has to say of a key: what it claimed and did not spend, and what it spent unasked. */
export interface QuotaReturn {
  key: string;
  unspent: Lease | null;
  owed: Usage;
}

export interface QuotaClaim extends QuotaReturn {
  allowance: Allowance;
  /** Where there is less room than this, nothing is granted. */
  needed: Usage;
  /** Where there is more, up to this is granted. */
  wanted: Usage;
}

/** Which limit is used up. */
export interface Refusal {
  limit: keyof KeyLimits;
  allowed: number;
  /** When there is room again; null where what is asked for is more than the limit itself. */
  retryAfterMs: number | null;
}

export interface QuotaGrant {
  granted: Usage | Refusal;
  slot: number;
  day: string;
  /** Afterwards. */
  used: QuotaUse;
}

/** The limits of a key as numbers; null where it has none. */
export function allowanceOf(limits: KeyLimits): Allowance | null {
  if (Object.values(limits).every((limit) => limit === undefined)) return null;
  return {
    requests: limits.requests_per_minute ?? Infinity,
    tokens: limits.tokens_per_minute ?? Infinity,
    usdPerDay: limits.usd_per_day ?? Infinity,
    usdPerMonth: limits.usd_per_month ?? Infinity,
  };
}

/** The day and the month of a time, in UTC: `2026-11-29`, `2026-11`. */
export function periodsOf(at: number): { day: string; month: string } {
  const day = new Date(at).toISOString().slice(0, 10);
  return { day, month: monthOf(day) };
}
export const monthOf = (day: string): string => day.slice(0, 7);

export const isRefusal = (granted: Usage | Refusal): granted is Refusal => 'limit' in granted;

/** Room that is left of what a kind is limited by. */
export function roomOf(allowance: Allowance, used: QuotaUse): Usage {
  return {
    requests: allowance.requests - used.requests,
    tokens: allowance.tokens - used.tokens,
    usd: Math.min(allowance.usdPerDay - used.usdToday, allowance.usdPerMonth - used.usdThisMonth),
  };
}

/** Milliseconds until a kind has room for `needed`, by what was claimed in each slot, oldest first. */
function untilRoom(slots: readonly { slot: number; amount: number }[], excess: number, now: number): number {
  let freed = 0;
  for (const { slot, amount } of slots) {
    freed += amount;
    if (freed >= excess) return Math.max(1, (slot + SLOTS) * SLOT_MS - now);
  }
  return SLOTS * SLOT_MS;
}

/** Milliseconds until the next day, or month, of UTC begins. */
function untilNext(period: 'day' | 'month', now: number): number {
  const at = new Date(now);
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  return (period === 'day' ? Date.UTC(year, month, day + 1) : Date.UTC(year, month + 1)) - now;
}

/**
 * What the ledger grants, given what is used before, and in which slots, oldest first. Pure.
 *
 * @param times `now`, which slots are by, and the time of day `at`, which days are by
 */
export function grantFor(
  { allowance, needed, wanted }: QuotaClaim,
  used: QuotaUse,
  slots: readonly { slot: number; requests: number; tokens: number }[],
  { now, at }: { now: number; at: number },
): Usage | Refusal {
  const room = roomOf(allowance, used);
  for (const kind of ['requests', 'tokens'] as const) {
    if (needed[kind] === 0 || needed[kind] <= room[kind]) continue;
    const amounts = slots.map((one) => ({ slot: one.slot, amount: one[kind] }));
    return {
      limit: `${kind}_per_minute`,
      allowed: allowance[kind],
      retryAfterMs: untilRoom(amounts, needed[kind] - room[kind], now),
    };
  }
  if (needed.usd > room.usd + ROUNDED_USD) {
    const ofMonth = needed.usd > allowance.usdPerMonth - used.usdThisMonth + ROUNDED_USD;
    return {
      limit: ofMonth ? 'usd_per_month' : 'usd_per_day',
      allowed: ofMonth ? allowance.usdPerMonth : allowance.usdPerDay,
      retryAfterMs: untilNext(ofMonth ? 'month' : 'day', at),
    };
  }
  const grant = (kind: keyof Usage): number => Math.max(needed[kind], Math.min(wanted[kind], room[kind]));
  return { requests: grant('requests'), tokens: grant('tokens'), usd: grant('usd') };
}
