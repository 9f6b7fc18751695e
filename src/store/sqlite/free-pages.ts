import type { LedgerBytes } from '../ports/retention.js';
import type { Connection } from './connection.js';

/** Pages that one transaction gives back at most: 1 MiB of 4 KiB pages. */
const PAGES_AT_ONCE = 256;
/** Free pages that stay, for what is written next. */
const PAGES_KEPT = 2_048;
/** `PRAGMA auto_vacuum` of a file whose free pages can be given back. */
const INCREMENTAL = 2;

/** Space of the ledger's file that holds nothing. */
export interface FreePages {
  bytes(): LedgerBytes;
  due(): boolean;
  /** Gives back one part; answers whether there is more. Its own transaction. */
  giveBack(): boolean;
  vacuum(): void;
}

export function createFreePages({ db }: Connection): FreePages {
  const number = (pragma: string): number => Number(db.pragma(pragma, { simple: true }));
  const free = (): number => number('freelist_count');
  const givesBack = (): boolean => number('auto_vacuum') === INCREMENTAL;
  const due = (): boolean => free() > PAGES_KEPT + PAGES_AT_ONCE && givesBack();
  return {
    bytes() {
      const page = number('page_size');
      return { bytes: page * number('page_count'), freeBytes: page * free(), givesBack: givesBack() };
    },
    due,
    giveBack() {
      db.pragma(`incremental_vacuum(${PAGES_AT_ONCE})`);
      return due();
    },
    vacuum() {
      db.pragma('auto_vacuum = INCREMENTAL');
      db.exec('VACUUM');
      db.pragma('wal_checkpoint(TRUNCATE)');
    },
  };
}
