import { dirname } from 'node:path';
import { PointsmanError, type ErrorCode } from '../../base/errors.js';
import { Database } from './database.js';

/** What an error of SQLite means to whoever runs the service, by how its code begins; the first that fits. */
const MEANINGS: readonly [prefix: string, code: ErrorCode, say: (file: string, code: string) => string][] = [
  [
    'SQLITE_BUSY',
    'ledger_busy',
    (file) => `${file}: another process is writing (an import, perhaps); try again when it is done`,
  ],
  ['SQLITE_FULL', 'ledger_full', full],
  // The index of the log of changes could not grow.
  ['SQLITE_IOERR_SHMSIZE', 'ledger_full', full],
  [
    'SQLITE_IOERR',
    'ledger_failed',
    (file, code) =>
      `${file}: the disk could not be read or written (${code}), so nothing was written; look at the disk of ` +
      `${dirname(file)} and at the system's log. Writing goes on by itself once the disk does`,
  ],
  ['SQLITE_READONLY_DBMOVED', 'ledger_gone', (file) => `${file}: the file was moved away; put it back`],
  [
    'SQLITE_READONLY',
    'ledger_failed',
    (file, code) =>
      `${file}: the file may only be read now (${code}), so nothing was written; make it and its folder writable for ` +
      'the user of the service',
  ],
  ['SQLITE_CORRUPT', 'ledger_damaged', damaged],
  ['SQLITE_NOTADB', 'ledger_damaged', damaged],
];

function full(file: string): string {
  return (
    `${file}: the disk is full, so nothing was written; make room on the disk of ${dirname(file)}. ` +
    'Writing goes on by itself then'
  );
}

function damaged(file: string, code: string): string {
  return (
    `${file}: the file is damaged (${code}); stop the service and restore a backup, or save what can be read: ` +
    `sqlite3 ${file} .recover | sqlite3 recovered.sqlite`
  );
}

/** An error as users are told of it; one that is not SQLite's, or says nothing of the file, as it is. */
export function translated(file: string, error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const { code } = error;
  const found = MEANINGS.find(([prefix]) => code.startsWith(prefix));
  return found === undefined ? error : new PointsmanError(found[1], found[2](file, code), { cause: error });
}
