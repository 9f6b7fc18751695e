import { claimSize, slotOf } from './limits.js';
import {
  isRefusal,
  NO_USAGE,
  roomOf,
  type Allowance,
  type Lease,
  type QuotaClaim,
  type QuotaGrant,
  type QuotaReturn,
  type QuotaUse,
  type Refusal,
  type Usage,
} from './quota.js';
import type { KeyLimits } from '../schema/key.js';

/** Share of a budget that a process claims ahead at most: what is lost with it, should it be killed. */
const AHEAD_OF_BUDGET = 0.01;
/** Longest that a refusal is repeated without asking the ledger, in milliseconds. */
const REFUSAL_MS = 250;
const USAGE_KINDS = ['requests', 'tokens', 'usd'] as const;

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

/** A limit as a number. */
function limitIn({ requests, tokens, usdPerDay, usdPerMonth }: Allowance, limit: keyof KeyLimits): number {
  return {
    requests_per_minute: requests,
    tokens_per_minute: tokens,
    usd_per_day: usdPerDay,
    usd_per_month: usdPerMonth,
  }[limit];
}

/**
 * What one process may spend of a key's limits without asking the ledger, and what it has to ask for. All that is
 * granted counts in the slot and day of the grant, so that no 60 seconds and no day see more than the limits, whichever
 * process spends. Times are those of `Ledger.steady`.
 */
export interface Quota {
  declare(allowance: Allowance): void;
  /** Spends what was claimed before. False where that is not enough: then {@link claim}. */
  spend(usage: Usage, now: number): boolean | Refusal;
  claim(usage: Usage, now: number): QuotaClaim;
  /** Takes note of the ledger's answer, and spends. */
  granted(usage: Usage, grant: QuotaGrant, now: number): Refusal | null;
  /** Spends while the ledger can't be written: no more than half of what is left by what is `used` in it. */
  borrow(usage: Usage, now: number, used: QuotaUse): boolean;
  /** Takes back dollars that were spent a moment ago; requests and tokens count for their minute. */
  refund(usage: Usage, now: number): void;
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
  let refused: { refusal: Refusal; usage: Usage; retryAfterMs: number; at: number } | null = null;

  /** Of a usage, what is limited. */
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

  function use(usage: Usage): void {
    for (const kind of USAGE_KINDS) lease[kind] = Math.max(0, lease[kind] - usage[kind]);
    calls++;
  }

  function add(granted: Usage): void {
    for (const kind of USAGE_KINDS) lease[kind] += granted[kind];
  }

  const covers = ({ requests, tokens, usd }: Usage): boolean =>
    lease.requests >= requests && lease.tokens >= tokens && lease.usd >= usd;

  /** The limit that a usage is beyond, however long one waits. */
  function neverFits({ requests, tokens, usd }: Usage): Refusal | undefined {
    const limit =
      requests > allowance.requests
        ? 'requests_per_minute'
        : tokens > allowance.tokens
          ? 'tokens_per_minute'
          : usd > allowance.usdPerDay
            ? 'usd_per_day'
            : usd > allowance.usdPerMonth
              ? 'usd_per_month'
              : undefined;
    return limit === undefined ? undefined : { limit, allowed: limitIn(allowance, limit), retryAfterMs: null };
  }

  /** How often as much as this to claim at once. */
  function ahead(usage: Usage): number {
    const most = Math.min(allowance.requests, allowance.tokens / Math.max(1, usage.tokens));
    const budget = AHEAD_OF_BUDGET * Math.min(allowance.usdPerDay, allowance.usdPerMonth);
    const affordable = usage.usd > 0 ? budget / usage.usd : Infinity;
    return Math.max(0, Math.floor(Math.min(claimSize(Math.max(calls, before), most), affordable)));
  }

  /** The ledger's last refusal, where it is of a moment ago, and of no more than this. */
  function stillRefused(usage: Usage, now: number): Refusal | undefined {
    if (refused === null) return undefined;
    const { usage: failed, refusal, retryAfterMs, at } = refused;
    const left = retryAfterMs - (now - at);
    if (now - at >= REFUSAL_MS || left <= 0) return undefined;
    const asMuch = USAGE_KINDS.every((kind) => failed[kind] === 0 || usage[kind] >= failed[kind]);
    return asMuch ? { ...refusal, retryAfterMs: left } : undefined;
  }

  function settled(): void {
    unspent = null;
    owed = NO_USAGE;
  }

  return {
    declare: (now) => void (allowance = now),
    spend(whole, now) {
      const usage = limited(whole);
      if (isNothing(usage)) return true;
      enter(now);
      if (covers(usage)) {
        use(usage);
        return true;
      }
      return neverFits(usage) ?? stillRefused(usage, now) ?? false;
    },
    claim(whole, now) {
      enter(now);
      const usage = limited(whole);
      const needed = without(usage, lease);
      const times = ahead(usage);
      const wanted = (kind: keyof Usage): number => (needed[kind] === 0 ? 0 : needed[kind] + times * usage[kind]);
      return {
        key,
        allowance,
        unspent,
        owed,
        needed,
        wanted: { requests: wanted('requests'), tokens: wanted('tokens'), usd: wanted('usd') },
      };
    },
    granted(whole, { granted, slot, day }, now) {
      settled();
      const usage = limited(whole);
      // Where the slot or the day was over meanwhile, what was left of the lease counts as spent.
      if (slot !== lease.slot || day !== lease.day) restart(slot, day);
      if (isRefusal(granted)) {
        const { retryAfterMs } = granted;
        refused = retryAfterMs === null ? null : { refusal: granted, usage, retryAfterMs, at: now };
        return granted;
      }
      refused = null;
      add(granted);
      use(usage);
      return null;
    },
    borrow(whole, now, used) {
      enter(now);
      const needed = without(limited(whole), lease);
      // Another process may be spending the other half.
      const left = roomOf(allowance, used);
      if (!USAGE_KINDS.every((kind) => needed[kind] === 0 || owed[kind] + needed[kind] <= left[kind] / 2)) return false;
      owed = sum(owed, needed);
      add(needed);
      use(limited(whole));
      return true;
    },
    refund(whole, now) {
      enter(now);
      lease.usd += limited(whole).usd;
    },
    returns(now) {
      enter(now);
      return unspent === null && isNothing(owed) ? null : { key, unspent, owed };
    },
    settled,
  };
}
