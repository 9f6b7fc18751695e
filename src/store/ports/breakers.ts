import type { Breaker } from '../../machines/breaker.js';
import type { CallReport } from '../../schema/health.js';

/** Breakers of LLMs. */
export interface BreakerStore {
  /** Breakers of the LLMs of the catalogue that were called, by LLM; {@link open} those that are not closed. */
  list(): Promise<Map<string, Breaker>>;
  open(): Promise<Map<string, Breaker>>;
  /**
   * Counts calls, as interactions posted as feedback are counted; a decision that is named is in flight no longer.
   * Throws `unknown_model`, naming each LLM that is not known, and counts none then; `ledger_busy`.
   */
  report(calls: readonly CallReport[]): Promise<void>;
  /** Opens or closes an LLM's breaker; answers whether the LLM is known. Throws `ledger_busy`. */
  override(model: string, state: 'open' | 'closed', reason: string | undefined): Promise<boolean>;
}
