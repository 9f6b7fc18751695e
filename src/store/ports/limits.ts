import type { LimitedLlm, LoadClaim, LoadGrant, LoadState, Settlement } from '../../machines/claims.js';

/** How much of their declared limits LLMs have used. */
export interface LimitStore {
  /** LLMs of the catalogue that declare limits, by id. */
  limited(): Promise<LimitedLlm[]>;
  /** What counts against their limits, of slots from `since` on, by LLM. */
  load(since: number): Promise<Map<string, LoadState>>;
  /** Decisions without an outcome yet, of LLMs that declare how many they answer at the same time. */
  inFlight(): Promise<Map<string, number>>;
  /** Throws `ledger_busy`, as every verb that writes. */
  settle(settlements: readonly Settlement[]): Promise<void>;
  /** Settles and claims in one write. Undefined for an LLM that is not in the catalogue. */
  claim(claim: LoadClaim): Promise<LoadGrant | undefined>;
  /** Ends the time in flight of decisions that no caller got. */
  end(decisions: readonly string[]): Promise<void>;
}
