import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/log.js';
import { whileBusy } from '../../base/while-busy.js';
import type { AuditStore } from '../../store/ports/audit.js';
import type { KeepChange } from '../kit/audit.js';

/** Longest that an entry waits for a ledger that another process writes to, in milliseconds: imports take seconds. */
const BUSY_LIMIT_MS = 10_000;

/** Keeps entries in the ledger. One that can't be kept is logged, and fails its request where that had not failed. */
export function createAuditRecorder(audit: AuditStore, log: Logger): KeepChange {
  return async (entry, hasFailed) => {
    try {
      await whileBusy(hasFailed ? 0 : BUSY_LIMIT_MS, () => audit.append(entry));
    } catch (error) {
      log.error({ entry, error: messageOf(error) }, 'an entry could not be put into the audit log');
      if (!hasFailed) throw new Error('the change was made, and is not in the audit log', { cause: error });
    }
  };
}
