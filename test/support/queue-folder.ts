import { cpSync, existsSync, mkdtempSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { createLogger } from '../../src/base/log.js';
import { openQueue } from '../../src/queue/index.js';

/** A ledger's id, for queues that belong to none. */
export const LEDGER_ID = '0123456789abcdef';

/** Folder that the test files of one run share; the runner sets and removes it. */
export const SHARED_FOLDER = 'POINTSMAN_TEST_SHARED';

/**
 * Gives a data folder an embedded queue with nothing in it: making one takes seconds of processor time, a copy of one
 * that another test made does not. Does nothing where no folder is shared; the queue is then made when it is opened.
 */
export async function prepareQueue(dataDir: string): Promise<void> {
  const shared = process.env[SHARED_FOLDER];
  if (shared === undefined) return;
  const made = join(shared, 'queue');
  if (!existsSync(made)) {
    const making = mkdtempSync(join(shared, 'making-'));
    await (await openQueue({ dataDir: making, ledgerId: LEDGER_ID, log: createLogger('silent') })).close();
    try {
      renameSync(making, made);
    } catch (error) {
      // Another file may have been first.
      if (!existsSync(made)) throw error;
    }
  }
  cpSync(made, dataDir, { recursive: true });
}
