import type { QuotaClaim, QuotaGrant, QuotaReturn, QuotaUse } from '../../machines/quota.js';

/** How much keys have used of their limits: the same for all processes, and after a restart. */
export interface QuotaStore {
  /** Takes note of what a process returns, then claims, in one write. Throws `ledger_busy`. */
  claim(claim: QuotaClaim): Promise<QuotaGrant>;
  /** Throws `ledger_busy`. */
  settle(returns: readonly QuotaReturn[]): Promise<void>;
  /** What counts against the limits of each key that used any. */
  used(): Promise<Map<string, QuotaUse>>;
}
