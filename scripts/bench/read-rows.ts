import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.js';
import { withTexts, type GraphRows } from '../../src/graph/rows.js';
import { importFiles } from '../../src/importer/index.js';
import { openLedger } from '../../src/store/open.js';

/** The rows of the files of a log, imported into a ledger that goes again. */
export async function readRows(files: string[]): Promise<GraphRows> {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-bench-'));
  const ledger = await openLedger(join(folder, 'ledger.db'), { clock: systemClock });
  try {
    await importFiles(ledger, files);
    return await withTexts(await ledger.snapshot.read(), ledger.snapshot.texts);
  } finally {
    await ledger.close();
    rmSync(folder, { recursive: true });
  }
}
