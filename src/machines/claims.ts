import type { LlmLimits } from '../schema/profile.js';
import type { Amounts, Capacity, Debt } from './limits.js';

/** An LLM that declares limits, and what is known of its answers; null where nothing is. */
export interface LimitedLlm {
  model: string;
  limits: LlmLimits;
  /** Median of its answers, else as declared. */
  latencyMs: number | null;
  completionTokens: number | null;
}

/** What was claimed in a slot; see `SLOT_MS`. */
export interface SlotUse extends Amounts {
  slot: number;
}

export interface LoadState {
  /** Slots in which something was claimed, oldest first. */
  use: SlotUse[];
  debt: Debt;
  inFlight: number;
}

/** A decision in flight, and until when it counts as that; milliseconds since the epoch. */
export interface InFlight {
  id: string;
  expiresAt: number;
}

/** What one process has to say of an LLM that was used without asking, or claimed and not used. */
export interface Settlement {
  model: string;
  capacity: Capacity;
  /** Claimed in a slot that is over, and not spent in it. */
  unspent: SlotUse | null;
  /** Spent while the ledger was busy; counted now. */
  owed: Amounts;
  decisions: readonly InFlight[];
}

export interface LoadClaim extends Settlement {
  /** Where there is less room than this, nothing is granted. */
  needed: Amounts;
  /** Where there is room for more than is needed, up to this is granted. */
  wanted: Amounts;
  /** Given where the LLM declares how many it answers at the same time. */
  decision: InFlight | null;
  /** What is needed is granted though there is no room. */
  force: boolean;
}

export interface LoadGrant {
  /** Null where there was no room. */
  granted: Amounts | null;
  slot: number;
  /** Afterwards; of the use, the last two slots. */
  state: LoadState;
}
