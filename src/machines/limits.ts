import type { LlmLimits } from '../schema/profile.js';

/**
 * What is claimed of a limit in one slot is spent in it or given back, in milliseconds: what is counted is what was
 * sent, when it was.
 */
export const SLOT_MS = 500;
/** Slots that 60 seconds can touch: while these hold no more than a minute's limit, no 60 seconds do. */
export const SLOTS = 60_000 / SLOT_MS + 1;

/** Share of a minute's limit that debt is at when an LLM has its highest price. */
const BURST = 0.5;
/**
 * Share of {@link BURST} below which an LLM costs nothing extra: traffic well under its limit is routed as if there
 * were none. One query is always free.
 */
const FREE = 0.05;
/** Queries beyond what is free that an LLM takes at least before it has its highest price, however low its limit. */
const LEAST_BURST = 3;
/**
 * Flow at which debt stays as it is, as a share of the limit: at all of it the minute would be full half of the time,
 * and what is full can't choose.
 */
const FLOW = 0.95;
/** Highest price for debt, in quality points (score in [0, 1]), and how it grows up to that. */
export const MAX_PRICE = 0.5;
const EXPONENT = 1.5;
/**
 * The same for queries in flight. They come and go within seconds, so that many may be there before it pays to keep the
 * last places.
 */
const MAX_PLACE_PRICE = 0.2;
const PLACE_EXPONENT = 6;
/** Claims of one process at most a second, where the limit lets more queries through than that. */
const CLAIMS_PER_SECOND = 4;

/** Of requests and of tokens. */
export interface Amounts {
  requests: number;
  tokens: number;
}
export const AMOUNT_KINDS = ['requests', 'tokens'] as const;
export const NOTHING: Readonly<Amounts> = { requests: 0, tokens: 0 };

/** Limits as numbers: infinity where there is none. One that lets less than one through lets one. */
export interface Capacity extends Amounts {
  inFlight: number;
}

export function capacityOf({
  requests_per_minute: requests,
  tokens_per_minute: tokens,
  in_flight: inFlight,
}: LlmLimits): Capacity {
  return {
    requests: requests === undefined ? Infinity : Math.max(1, requests),
    tokens: tokens ?? Infinity,
    inFlight: inFlight ?? Infinity,
  };
}

export const slotOf = (at: number): number => Math.floor(at / SLOT_MS);
export const plus = (a: Amounts, b: Amounts): Amounts => ({
  requests: a.requests + b.requests,
  tokens: a.tokens + b.tokens,
});

/** What is in `a` and not in `b`. */
export const beyond = (a: Amounts, b: Amounts): Amounts => ({
  requests: Math.max(0, a.requests - b.requests),
  tokens: Math.max(0, a.tokens - b.tokens),
});

/** What was claimed in each of the last slots. */
export interface UseWindow {
  /** Takes note of all that was claimed in a slot. */
  set(slot: number, used: Amounts): void;
  /** Adds to what was claimed in a slot, or takes from it what is negative; nothing where its minute is over. */
  add(slot: number, more: Amounts): void;
  /** The sum of the minute that ends with a slot. */
  used(slot: number): Amounts;
  /** Milliseconds from `now` until `wanted` of a kind fits under `limit`; 0 where it does. */
  untilRoom(kind: keyof Amounts, wanted: number, limit: number, now: number): number;
}

export function createUseWindow(): UseWindow {
  const slots = new Float64Array(SLOTS).fill(-Infinity);
  const amounts: Amounts[] = Array.from({ length: SLOTS }, () => NOTHING);
  let summed: { slot: number; used: Amounts } | null = null;
  const of = (slot: number): Amounts => (slots[slot % SLOTS] === slot ? amounts[slot % SLOTS]! : NOTHING);

  function used(slot: number): Amounts {
    if (summed?.slot !== slot) {
      let [requests, tokens] = [0, 0];
      for (let i = 0; i < SLOTS; i++) {
        if (slots[i]! <= slot - SLOTS) continue;
        requests += amounts[i]!.requests;
        tokens += amounts[i]!.tokens;
      }
      summed = { slot, used: { requests, tokens } };
    }
    return summed.used;
  }

  function set(slot: number, claimed: Amounts): void {
    const i = slot % SLOTS;
    if (slots[i]! > slot) return;
    slots[i] = slot;
    amounts[i] = claimed;
    summed = null;
  }

  return {
    set,
    add: (slot, more) => set(slot, plus(of(slot), more)),
    used,
    untilRoom(kind, wanted, limit, now) {
      const slot = slotOf(now);
      let sum = used(slot)[kind] + wanted;
      if (sum <= limit) return 0;
      for (let oldest = slot - SLOTS + 1; oldest <= slot; oldest++) {
        sum -= of(oldest)[kind];
        if (sum <= limit) return (oldest + SLOTS) * SLOT_MS - now;
      }
      return 60_000;
    },
  };
}

/** How far use is ahead of an even flow just below the limit: it grows with what is claimed, and shrinks with time. */
export interface Debt extends Amounts {
  /** Milliseconds since the epoch. */
  at: number;
}
export const NO_DEBT: Debt = { ...NOTHING, at: 0 };

/** The debt at `now`, after `claimed` (negative where it is given back). */
export function debtAfter(debt: Debt, claimed: Amounts, capacity: Amounts, now: number): Debt {
  const minutes = Math.max(0, now - debt.at) / 60_000;
  const one = (kind: keyof Amounts): number => {
    const limit = capacity[kind];
    if (limit === Infinity) return 0;
    const before = Math.max(0, debt[kind] - FLOW * limit * minutes);
    return Math.max(0, Math.min(Math.max(BURST * limit, LEAST_BURST + 1), before + claimed[kind]));
  };
  return { requests: one('requests'), tokens: one('tokens'), at: Math.max(now, debt.at) };
}

/**
 * What choosing an LLM costs in quality points while it is short of capacity, so that what is left goes to the queries
 * for which it is furthest ahead. As debt grows while more is asked than flows, and shrinks while less is, the price
 * settles where demand is what the limit lets through.
 *
 * @param typical what a typical query asks for
 * @param length tokens of this query and its answer, in those of a typical one: what takes more of a limit on tokens
 *   costs more
 */
export function priceOf(debt: Debt, inFlight: number, capacity: Capacity, typical: Amounts, length: number): number {
  const ofDebt = (kind: keyof Amounts): number => {
    const most = BURST * capacity[kind];
    const free = Math.max(FREE * most, typical[kind]);
    if (debt[kind] <= free) return 0;
    return (
      MAX_PRICE * Math.min(1, (debt[kind] - free) / Math.max(most - free, LEAST_BURST * typical[kind])) ** EXPONENT
    );
  };
  const ofPlaces = inFlight === 0 ? 0 : MAX_PLACE_PRICE * Math.min(1, inFlight / capacity.inFlight) ** PLACE_EXPONENT;
  return Math.max(ofDebt('requests'), Math.min(MAX_PRICE, length * ofDebt('tokens')), ofPlaces);
}

/**
 * How much to claim at once, by a process that used `recent` in the slot before: a quarter second's worth of that, or
 * of the limit where that is less.
 */
export function claimSize(recent: number, limit: number): number {
  return Math.floor(Math.min(limit / 60, (recent * 1000) / SLOT_MS) / CLAIMS_PER_SECOND);
}
