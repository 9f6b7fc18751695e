import { messageOf, PointsmanError } from '../base/errors.js';
import { every } from '../base/every.js';
import type { Logger } from '../base/log.js';
import type { Ledger } from '../store/ports/index.js';

/**
 * Looks every so often whether the ledger can still be read and written, until the returned function is called; logs
 * when that changes.
 */
export function watchLedger(ledger: Pick<Ledger, 'check'>, everyMs: number, log: Logger): () => void {
  let told: string | null = null;
  return every(
    everyMs,
    async () => {
      await ledger.check();
      if (told !== null) log.info('the ledger can be written again');
      told = null;
    },
    (error) => {
      const code = error instanceof PointsmanError ? error.code : 'internal';
      if (told !== code) log.error({ code, error: messageOf(error) }, 'the ledger cannot be written');
      told = code;
    },
  );
}
