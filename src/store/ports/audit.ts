import type { AuditEntry } from '../../schema/audit.js';

/** What administrators changed: it is only added to. */
export interface AuditStore {
  /** Throws `ledger_busy`. */
  append(entry: Omit<AuditEntry, 'id' | 'at'>): Promise<void>;
  /** Newest first, from before the entry `before`. */
  list(options: { before?: number | undefined; limit: number }): Promise<AuditEntry[]>;
}
