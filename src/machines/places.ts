import type { InFlight } from './claims.js';

/** Places of one LLM for queries in flight, as one process knows them. Times are milliseconds since the epoch. */
export interface Places {
  /** How many are taken. */
  taken(): number;
  /** How many of them the ledger knows of. */
  counted(): number;
  /** Those that the ledger is not told of yet. */
  borrowed(): readonly InFlight[];
  /** Takes note of how many the ledger says are taken. */
  learn(count: number): void;
  /** A decision took one here, which the ledger knows of. */
  take(flight: InFlight, now: number): void;
  /** A decision took one while the ledger was busy. */
  borrow(flight: InFlight): void;
  /** Takes note that the ledger was told. */
  settled(): void;
  /** A decision has its outcome, which the ledger knows of. */
  release(decision: string): void;
}

export function createPlaces(): Places {
  /** As the ledger said last. */
  let counted = 0;
  let borrowed: InFlight[] = [];
  /** Decisions that took a place here, and until when they hold it, the soonest about first. */
  const held = new Map<string, number>();
  return {
    taken: () => counted + borrowed.length,
    counted: () => counted,
    borrowed: () => borrowed,
    learn: (count) => void (counted = count),
    take({ id, expiresAt }, now) {
      for (const [other, until] of held) {
        if (until > now) break;
        held.delete(other);
      }
      held.set(id, expiresAt);
    },
    borrow: (flight) => void borrowed.push(flight),
    settled: () => void (borrowed = []),
    release(decision) {
      borrowed = borrowed.filter(({ id }) => id !== decision);
      // The ledger's own count comes with the next reading.
      if (held.delete(decision)) counted = Math.max(0, counted - 1);
    },
  };
}
