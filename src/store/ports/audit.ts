import type { AuditEntry } from '../../schema/audit.js';

export interface AuditPage {
  before?: number | undefined;
  search?: string | undefined;
  limit: number;
}

/** What administrators changed: it is only added to. */
export interface AuditStore {
  /** Throws `ledger_busy`. */
  append(entry: Omit<AuditEntry, 'id' | 'at'>): Promise<void>;
  /**
   * Newest first, from before the entry `before`; with `search`, those that have it in their action, their target, or
   * the name, key or address of who it was, letters from A to Z in either case.
   */
  list(options: AuditPage): Promise<AuditEntry[]>;
}
