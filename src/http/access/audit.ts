import { setTimeout as sleep } from 'node:timers/promises';
import { PointsmanError } from '../../base/errors.js';
import type { Logger } from '../../base/log.js';
import type { AuditStore } from '../../store/ports/audit.js';
import type { KeepChange } from '../kit/audit.js';

/** How often, and with what pause in milliseconds, an entry is tried: ten seconds in all, as during an import. */
const TRIES = 100;
const PAUSE_MS = 100;

/** Keeps entries in the ledger; one that can't be kept is logged, and fails its request. */
export function createAuditRecorder(audit: AuditStore, log: Logger): KeepChange {
  return async (entry) => {
    for (let tries = 1; ; tries++) {
      try {
        return await audit.append(entry);
      } catch (error) {
        const busy = error instanceof PointsmanError && error.code === 'ledger_busy';
        if (busy && tries < TRIES) await sleep(PAUSE_MS);
        else {
          log.error({ entry }, 'a change was made, and could not be put into the audit log');
          throw error;
        }
      }
    }
  };
}
