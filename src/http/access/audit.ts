import type { Logger } from '../../base/log.js';
import { whileBusy } from '../../base/while-busy.js';
import type { AuditStore } from '../../store/ports/audit.js';
import type { KeepChange } from '../kit/audit.js';

/** Longest that an entry waits for a ledger that another process writes to, in milliseconds: imports take seconds. */
const BUSY_LIMIT_MS = 10_000;

/** Keeps entries in the ledger; one that can't be kept is logged, and fails its request. */
export function createAuditRecorder(audit: AuditStore, log: Logger): KeepChange {
  return async (entry) => {
    try {
      await whileBusy(BUSY_LIMIT_MS, () => audit.append(entry));
    } catch (error) {
      log.error({ entry }, 'a change was made, and could not be put into the audit log');
      throw new Error('the change was made, and is not in the audit log', { cause: error });
    }
  };
}
