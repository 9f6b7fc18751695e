import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { PointsmanError } from '../../src/base/errors.js';
import { importFiles, type ImportOptions, type ImportReport } from '../../src/importer/index.js';
import type { Ledger } from '../../src/store/open.js';
import { allRows, tempFolder, tempLedger } from '../store/support.js';

/** A ledger, and files beside it to import. */
export interface Desk {
  ledger: Ledger;
  /** Writes a file (compressed when its name ends in .gz) and answers its path. */
  file(name: string, content: string | Buffer | readonly unknown[]): string;
  import(...paths: string[]): Promise<ImportReport>;
  importWith(options: ImportOptions, ...paths: string[]): Promise<ImportReport>;
  /**
   * Imports files of which the last must be refused, checks that nothing of it was written, and answers the message
   * without the folder.
   */
  refused(...paths: string[]): Promise<string>;
}

export async function desk(t: TestContext): Promise<Desk> {
  const folder = tempFolder(t);
  const ledger = await tempLedger(t);
  const state = async (): Promise<unknown[]> => [
    await allRows(ledger),
    await ledger.feedback.counts(),
    await ledger.changes.revisions(),
    await ledger.feedback.stats(),
  ];
  return {
    ledger,
    file(name, content) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      // An array is JSON Lines.
      const bytes = Array.isArray(content)
        ? content.map((line) => `${JSON.stringify(line)}\n`).join('')
        : (content as string | Buffer);
      writeFileSync(path, name.endsWith('.gz') ? gzipSync(bytes) : bytes);
      return path;
    },
    import: (...paths) => importFiles(ledger, paths),
    importWith: (options, ...paths) => importFiles(ledger, paths, options),
    async refused(...paths) {
      // Files before the one that is refused stay imported.
      if (paths.length > 1) await importFiles(ledger, paths.slice(0, -1));
      const before = await state();
      let message = '';
      await assert.rejects(importFiles(ledger, paths), (error: PointsmanError) => {
        message = error.message;
        assert.equal(error.code, 'invalid_file', error.stack);
        return true;
      });
      assert.deepEqual(await state(), before, 'a refused import must leave the ledger as it was');
      return message.replaceAll(`${folder}/`, '');
    },
  };
}
