import type { InFlight, LimitedLlm, LoadClaim, LoadGrant, LoadState, Settlement, SlotUse } from './claims.js';
import { createPlaces, type Places } from './places.js';
import type { LlmLoad } from '../schema/load.js';
import { DEFAULT_COMPLETION_TOKENS } from '../base/tokens.js';
import {
  AMOUNT_KINDS,
  beyond,
  capacityOf,
  claimSize,
  createUseWindow,
  debtAfter,
  MAX_PRICE,
  NO_DEBT,
  NOTHING,
  plus,
  priceOf,
  slotOf,
  type Amounts,
  type Debt,
} from './limits.js';

/**
 * How long a decision without an outcome is in flight: so many mean latencies, and at least so many milliseconds; the
 * other where no latency is known.
 */
const LATENCIES_IN_FLIGHT = 3;
const MIN_IN_FLIGHT_MS = 1_000;
const IN_FLIGHT_MS = 60_000;
/** Over how many queries the typical length is averaged. */
const TYPICAL_OF = 64;

/** A query of which it is not known where it goes: the shortest. */
const ANY = { promptTokens: 1 };

/** What one query asks of an LLM. */
export interface Asked {
  promptTokens: number;
  decision: string;
}

type Length = Pick<Asked, 'promptTokens'>;

/**
 * One LLM that declares limits, as one process knows it: what the ledger says, what the process may still send there
 * without asking it, and what it sent there while the ledger was busy. Times are milliseconds since the epoch.
 */
export interface Limited {
  readonly places: Pick<Places, 'learn' | 'release'> & {
    /** Whether as many queries are in flight as may be. */
    full(): boolean;
  };
  /** Takes note of what is declared now. */
  declare(llm: LimitedLlm): void;
  /** Takes note of what the ledger says. */
  learn(state: LoadState): void;
  /** Why a query may not be sent there, undefined where it may. */
  full(query: Length, now: number): string | undefined;
  /**
   * Quality points that choosing it costs; where it is full more than any other price, and the more the longer that
   * lasts.
   */
  price(query: Length, now: number): number;
  /** Spends what was claimed before; answers whether that was enough. */
  spend(asked: Asked, now: number): boolean;
  /** What to ask the ledger for. */
  claim(asked: Asked, now: number, force: boolean): LoadClaim;
  /** Takes note of the ledger's answer, and spends; answers whether it was granted. */
  granted(asked: Asked, grant: LoadGrant, now: number): boolean;
  /** Spends without the ledger, which is busy: no more than this process's share of what is left, unless forced. */
  borrow(asked: Asked, now: number, force: boolean): boolean;
  /** What the ledger has to be told; null where it is nothing. */
  settlement(now: number): Settlement | null;
  /** Takes note that it was. */
  settled(): void;
  load(now: number): LlmLoad;
}

export function createLimited(declared: LimitedLlm): Limited {
  const { model } = declared;
  let llm = declared;
  let capacity = capacityOf(declared.limits);
  /** What all processes claimed, and what this one spent. */
  const [all, own] = [createUseWindow(), createUseWindow()];
  let debt: Debt = NO_DEBT;
  /** Claimed in a slot, and not spent yet. */
  let lease: SlotUse = { slot: 0, ...NOTHING };
  /** Spent in the slot of the lease, and in the one before. */
  let [spent, before]: [Amounts, Amounts] = [NOTHING, NOTHING];
  /** What a lease left when its slot was over. */
  let unspent: SlotUse | null = null;
  /** Spent without the ledger. */
  let owed: Amounts = NOTHING;
  const places = createPlaces();
  /** Tokens of a typical query and its answer; 0 before the first. */
  let typical = 0;

  const completionTokens = (): number => llm.completionTokens ?? DEFAULT_COMPLETION_TOKENS;
  const asksFor = ({ promptTokens }: Length): Amounts => ({ requests: 1, tokens: promptTokens + completionTokens() });

  function inFlightMs(): number {
    const { limits, latencyMs } = llm;
    return Math.ceil(
      limits.in_flight_timeout_ms ??
        (latencyMs === null ? IN_FLIGHT_MS : Math.max(MIN_IN_FLIGHT_MS, LATENCIES_IN_FLIGHT * latencyMs)),
    );
  }

  function flightOf({ decision }: Asked, now: number): InFlight | null {
    return capacity.inFlight === Infinity ? null : { id: decision, expiresAt: now + inFlightMs() };
  }

  /** Goes on to a slot; what is left of a lease is not spent any more. */
  function enter(slot: number): void {
    if (slot === lease.slot) return;
    if (lease.requests + lease.tokens > 0) unspent = lease;
    before = slot === lease.slot + 1 ? spent : NOTHING;
    spent = NOTHING;
    lease = { slot, ...NOTHING };
  }

  function use(asked: Amounts, added: Amounts): void {
    typical += (asked.tokens - typical) / (typical === 0 ? 1 : TYPICAL_OF);
    lease = { slot: lease.slot, ...beyond(plus(lease, added), asked) };
    spent = plus(spent, asked);
    own.set(lease.slot, spent);
  }

  /** The first kind of which too little is left. */
  function missing(query: Length, now: number): keyof Amounts | undefined {
    const slot = slotOf(now);
    const rest = slot === lease.slot ? lease : NOTHING;
    const wanted = asksFor(query);
    const used = plus(all.used(slot), owed);
    // A query that is longer than a minute's limit has room where nothing else was sent.
    return AMOUNT_KINDS.find(
      (kind) => rest[kind] < wanted[kind] && used[kind] > 0 && used[kind] + wanted[kind] > capacity[kind],
    );
  }

  const placesFull = (): boolean => places.taken() >= capacity.inFlight;

  /** Milliseconds until a query may be sent there, about. */
  function wait(query: Length, now: number): number {
    const wanted = asksFor(query);
    const untilRoom = AMOUNT_KINDS.map((kind) => all.untilRoom(kind, owed[kind] + wanted[kind], capacity[kind], now));
    const untilPlace = placesFull() ? inFlightMs() / LATENCIES_IN_FLIGHT / capacity.inFlight : 0;
    return Math.max(...untilRoom, untilPlace);
  }

  function full(query: Length, now: number): string | undefined {
    const kind = missing(query, now);
    if (kind !== undefined)
      return (
        `it is at ${Math.round(all.used(slotOf(now))[kind] + owed[kind])} of its ${capacity[kind]} ${kind} a ` +
        'minute'
      );
    return placesFull() ? `it has ${places.taken()} of its ${capacity.inFlight} queries in flight` : undefined;
  }

  const priceOfLength = (length: number, now: number): number =>
    priceOf(debtAfter(debt, owed, capacity, now), places.taken(), capacity, { requests: 1, tokens: typical }, length);

  function price(query: Length, now: number): number {
    if (full(query, now) !== undefined) return MAX_PRICE + wait(query, now) / 1000;
    return priceOfLength(typical === 0 ? 1 : asksFor(query).tokens / typical, now);
  }

  function settled(): void {
    unspent = null;
    owed = NOTHING;
    places.settled();
  }

  function learn(state: LoadState): void {
    for (const { slot, ...amounts } of state.use) all.set(slot, amounts);
    ({ debt } = state);
    places.learn(state.inFlight);
  }

  return {
    places: { learn: places.learn, release: places.release, full: placesFull },
    declare(now) {
      llm = now;
      capacity = capacityOf(now.limits);
    },
    learn,
    full,
    price,
    spend(asked, now) {
      enter(slotOf(now));
      const wanted = asksFor(asked);
      const enough = (kind: keyof Amounts): boolean => capacity[kind] === Infinity || lease[kind] >= wanted[kind];
      // A place in flight is always asked for.
      if (capacity.inFlight !== Infinity || !AMOUNT_KINDS.every(enough)) return false;
      use(wanted, NOTHING);
      return true;
    },
    claim(asked, now, force) {
      enter(slotOf(now));
      const decision = flightOf(asked, now);
      const needed = beyond(asksFor(asked), lease);
      const ahead = (kind: keyof Amounts): number =>
        decision === null && capacity[kind] !== Infinity
          ? Math.max(needed[kind], claimSize(before[kind], capacity[kind]) - lease[kind])
          : needed[kind];
      return {
        model,
        capacity,
        unspent,
        owed,
        decisions: places.borrowed(),
        needed,
        wanted: { requests: ahead('requests'), tokens: ahead('tokens') },
        decision,
        force,
      };
    },
    granted(asked, { granted, slot, state }, now) {
      settled();
      // Where the slot was over meanwhile, what was left of the lease counts as spent.
      if (slot !== lease.slot) lease = { slot, ...NOTHING };
      learn(state);
      if (granted === null) return false;
      const flight = flightOf(asked, now);
      if (flight !== null) places.take(flight, now);
      use(asksFor(asked), granted);
      return true;
    },
    borrow(asked, now, force) {
      enter(slotOf(now));
      const { slot } = lease;
      const needed = beyond(asksFor(asked), lease);
      const flight = flightOf(asked, now);
      const used = all.used(slot);
      const ours = own.used(slot);
      const shareOf = (kind: keyof Amounts): number =>
        used[kind] === 0 ? 1 : Math.min(1, (ours[kind] - owed[kind]) / used[kind]);
      const fits = (kind: keyof Amounts): boolean =>
        capacity[kind] === Infinity || owed[kind] + needed[kind] <= shareOf(kind) * (capacity[kind] - used[kind]);
      const place =
        flight === null ||
        places.borrowed().length < Math.floor(shareOf('requests') * (capacity.inFlight - places.counted()));
      const allowed = place && AMOUNT_KINDS.every(fits);
      if (!allowed && !force) return false;
      owed = plus(owed, needed);
      if (flight !== null) places.borrow(flight);
      use(asksFor(asked), needed);
      return true;
    },
    settlement(now) {
      enter(slotOf(now));
      const nothing = unspent === null && owed.requests + owed.tokens === 0 && places.borrowed().length === 0;
      return nothing ? null : { model, capacity, unspent, owed, decisions: places.borrowed() };
    },
    settled,
    load(now) {
      const used = plus(all.used(slotOf(now)), owed);
      const of = (amount: number, limit: number): { used: number; limit: number } | null =>
        limit === Infinity ? null : { used: Math.round(amount), limit };
      const why = full(ANY, now) ?? null;
      return {
        model: model as LlmLoad['model'],
        requests: of(used.requests, capacity.requests),
        tokens: of(used.tokens, capacity.tokens),
        in_flight: of(places.taken(), capacity.inFlight),
        price: why === null ? priceOfLength(1, now) : MAX_PRICE,
        full: why,
      };
    },
  };
}
