import type { KeyLimits } from '../schema/key.js';
import { claimSize, SLOT_MS, SLOTS, slotOf } from './limits.js';

/** Share of a day's budget that a process claims ahead at most: what it loses with it, should it be killed. */
const AHEAD_OF_DAY = 0.01;
/** US dollars that sums may be off by: a hundredth of a millionth of a cent. */
const ROUNDED_USD = 1e-10;
/** Longest that a refusal is repeated without asking the ledger, in milliseconds. */
const REFUSAL_MS = 250;

/** Requests, tokens and US dollars. */
export interface Usage {
  requests: number;
  tokens: number;
  usd: number;
}
export const USAGE_KINDS = ['requests', 'tokens', 'usd'] as const;
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

const NO_USE: Readonly<QuotaUse> = { requests: 0, tokens: 0, usdToday: 0, usdThisMonth: 0 };

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

/** Which limit is used up, and when there is room again. */
export interface Refusal {
  limit: keyof KeyLimits;
  allowed: number;
  retryAfterMs: number;
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

const sum = (a: Usage, b: Usage): Usage => ({
  requests: a.requests + b.requests,
  tokens: a.tokens + b.tokens,
  usd: a.usd + b.usd,
});
/** What is in `a` and not in `b`. */
const without = (a: Usage, b: Usage): Usage => ({
  requests: Math.max(0, a.requests - b.requests),
  tokens: Math.max(0, a.tokens - b.tokens),
  usd: Math.max(0, a.usd - b.usd),
});
const isNothing = ({ requests, tokens, usd }: Usage): boolean => requests + tokens + usd === 0;

/** What is given back: a lease, with the dollars of one before that was not given back yet, as they count all day. */
const withDollarsOf = (before: Lease | null, lease: Lease): Lease =>
  before?.day === lease.day ? { ...lease, usd: lease.usd + before.usd } : { ...lease };

/** Room that is left of what a kind is limited by. */
function roomOf(allowance: Allowance, used: QuotaUse): Usage {
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

/**
 * What one process may spend of a key's limits without asking the ledger, and what it has to ask for. All that is
 * granted counts in the slot and day of the grant, so that no 60 seconds and no day see more than the limits, whichever
 * process spends. Times are those of `Ledger.steady`.
 */
export interface Quota {
  declare(allowance: Allowance): void;
  /** Spends what was claimed before. False where that is not enough: then {@link claim}. */
  spend(cost: Usage, now: number): boolean | Refusal;
  claim(cost: Usage, now: number): QuotaClaim;
  /** Takes note of the ledger's answer, and spends. */
  granted(cost: Usage, grant: QuotaGrant, now: number): Refusal | null;
  /** Spends while the ledger is busy: no more than this process's share of what was left. */
  borrow(cost: Usage, now: number): boolean;
  /** What the ledger has to be told; null where it is nothing. */
  returns(now: number): QuotaReturn | null;
  /** Takes note that it was. */
  settled(): void;
}

export function createQuota(key: string, declared: Allowance): Quota {
  let allowance = declared;
  const lease: Lease = { slot: 0, day: '', ...NO_USAGE };
  let unspent: Lease | null = null;
  let owed: Usage = NO_USAGE;
  /** How often was spent in the lease's slot so far, and in the one before. */
  let [calls, before] = [0, 0];
  /** What the ledger last said. */
  let known: QuotaUse = NO_USE;
  let refused: { refusal: Refusal; cost: Usage; at: number } | null = null;

  /** Of a cost, what is limited. */
  const limited = ({ requests, tokens, usd }: Usage): Usage => ({
    requests: allowance.requests === Infinity ? 0 : requests,
    tokens: allowance.tokens === Infinity ? 0 : tokens,
    usd: allowance.usdPerDay === Infinity && allowance.usdPerMonth === Infinity ? 0 : usd,
  });

  /** Goes on to a slot; what is left of a lease is not spent any more. */
  function enter(now: number): void {
    const slot = slotOf(now);
    if (slot === lease.slot) return;
    if (!isNothing(lease)) unspent = withDollarsOf(unspent, lease);
    before = slot === lease.slot + 1 ? calls : 0;
    calls = 0;
    restart(slot, lease.day);
  }

  /** Nothing is left of the lease. */
  function restart(slot: number, day: string): void {
    Object.assign(lease, NO_USAGE, { slot, day });
  }

  function use(cost: Usage): void {
    for (const kind of USAGE_KINDS) lease[kind] = Math.max(0, lease[kind] - cost[kind]);
    calls++;
  }

  function add(granted: Usage): void {
    for (const kind of USAGE_KINDS) lease[kind] += granted[kind];
  }

  const covers = ({ requests, tokens, usd }: Usage): boolean =>
    lease.requests >= requests && lease.tokens >= tokens && lease.usd >= usd;

  /** How many costs like this to claim at once. */
  function ahead(cost: Usage): number {
    const most = Math.min(allowance.requests, allowance.tokens / Math.max(1, cost.tokens));
    const affordable = cost.usd > 0 ? (AHEAD_OF_DAY * allowance.usdPerDay) / cost.usd : Infinity;
    return Math.max(0, Math.floor(Math.min(claimSize(Math.max(calls, before), most), affordable)));
  }

  function settled(): void {
    unspent = null;
    owed = NO_USAGE;
  }

  return {
    declare: (now) => void (allowance = now),
    spend(whole, now) {
      const cost = limited(whole);
      if (isNothing(cost)) return true;
      enter(now);
      if (covers(cost)) {
        use(cost);
        return true;
      }
      if (refused === null) return false;
      const { cost: failed, refusal, at } = refused;
      const left = refusal.retryAfterMs - (now - at);
      if (now - at >= REFUSAL_MS || left <= 0) return false;
      const asMuch = USAGE_KINDS.every((kind) => failed[kind] === 0 || cost[kind] >= failed[kind]);
      return asMuch ? { ...refusal, retryAfterMs: left } : false;
    },
    claim(whole, now) {
      enter(now);
      const cost = limited(whole);
      const needed = without(cost, lease);
      const times = ahead(cost);
      const wanted = (kind: keyof Usage): number => (needed[kind] === 0 ? 0 : needed[kind] + times * cost[kind]);
      return {
        key,
        allowance,
        unspent,
        owed,
        needed,
        wanted: { requests: wanted('requests'), tokens: wanted('tokens'), usd: wanted('usd') },
      };
    },
    granted(whole, { granted, slot, day, used }, now) {
      settled();
      const cost = limited(whole);
      // Where the slot or the day was over meanwhile, what was left of the lease counts as spent.
      if (slot !== lease.slot || day !== lease.day) restart(slot, day);
      known = used;
      if (isRefusal(granted)) {
        refused = { refusal: granted, cost, at: now };
        return granted;
      }
      refused = null;
      add(granted);
      use(cost);
      return null;
    },
    borrow(whole, now) {
      enter(now);
      const needed = without(limited(whole), lease);
      // Of what was left when the ledger last answered, half: another process may be spending the rest.
      const left = roomOf(allowance, known);
      if (!USAGE_KINDS.every((kind) => needed[kind] === 0 || owed[kind] + needed[kind] <= left[kind] / 2)) return false;
      owed = sum(owed, needed);
      add(needed);
      use(limited(whole));
      return true;
    },
    returns(now) {
      enter(now);
      return unspent === null && isNothing(owed) ? null : { key, unspent, owed };
    },
    settled,
  };
}
