import { statSync } from 'node:fs';
import { PointsmanError } from '../../base/errors.js';

/** Where an open ledger's files are to be found. */
export interface Place {
  /**
   * Throws `ledger_gone` where the files that SQLite has open are not the ones that are there now. It would go on
   * writing into files that nobody can open any more.
   */
  check(): void;
}

/** Which file it is, whatever it is called; undefined where there is none. */
function identityOf(file: string): string | undefined {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev} ${found.ino}`;
}

function gone(file: string, isThere: boolean): PointsmanError {
  return new PointsmanError(
    'ledger_gone',
    isThere
      ? `${file}: this is another file than the one that was opened, so nothing is written; stop the service, put ` +
          'the right file there, and start it again'
      : `${file}: the file is not there any more, so nothing is written; put it back as it was (writing goes on by ` +
          'itself then), or restore a backup and restart the service',
  );
}

/** The place of a ledger that is open, with its log of changes and the index of that. */
export function openPlace(ledger: string): Place {
  const files = [ledger, `${ledger}-wal`, `${ledger}-shm`].map((file) => ({ file, opened: identityOf(file) }));
  return {
    check() {
      for (const one of files) {
        const now = identityOf(one.file);
        // SQLite makes the other two when it needs them first, and keeps them.
        one.opened ??= now;
        if (now !== one.opened) throw gone(one.file, now !== undefined);
      }
    },
  };
}
