import type { Connection } from './connection.js';
import { PASS_PAUSE_MS } from './sweep.js';

type Position = number | string | Buffer;

/**
 * Passes over whole tables, a bounded part at a time, and from the beginning again some time after the end. The ledger
 * knows how far each is: whichever process goes on, and after a restart.
 */
export interface Passes {
  /** Where the pass goes on; undefined where the next one is not due yet. */
  position(name: string, now: number): Position | null | undefined;
  /** Inside a write transaction. */
  goOn(name: string, position: Position): void;
  /**
   * It came to the end, and begins again at `dueAt` (milliseconds), {@link PASS_PAUSE_MS} from now at most; inside a
   * write transaction.
   */
  end(name: string, dueAt: number): void;
}

export function createPasses({ db }: Connection): Passes {
  const find = db.prepare<[string], { position: Position; due_at: number }>(
    'SELECT position, due_at FROM retention_pass WHERE name = ?',
  );
  const put = db.prepare<[string, Position, number]>('INSERT OR REPLACE INTO retention_pass VALUES (?, ?, ?)');
  return {
    position(name, now) {
      const row = find.get(name);
      if (row === undefined) return null;
      // A clock that was ahead may have put it off for years: no more than the pause is believed.
      if (row.due_at > now && row.due_at <= now + PASS_PAUSE_MS) return undefined;
      return row.due_at > 0 ? null : row.position;
    },
    goOn: (name, position) => void put.run(name, position, 0),
    end: (name, dueAt) => void put.run(name, 0, dueAt),
  };
}
