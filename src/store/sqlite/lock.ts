import type SQLite from 'better-sqlite3';
import { join } from 'node:path';
import { PointsmanError } from '../../base/errors.js';
import { Database } from './database.js';

/**
 * Takes the folder for this process and answers how to free it. The lock is SQLite's lock on `lock.sqlite`, which
 * the operating system frees with the process however it ends: it can't go stale and doesn't trust process ids.
 * Throws `queue_unavailable` naming the holder.
 */
export function takeLock(folder: string): () => void {
  const db = new Database(join(folder, 'lock.sqlite'), { timeout: 0 });
  try {
    db.exec(
      'BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS holder (pid INTEGER NOT NULL, since TEXT NOT NULL); DELETE ' +
        'FROM holder',
    );
    db.prepare('INSERT INTO holder VALUES (?, ?)').run(process.pid, new Date().toISOString());
    // Holding the write lock from here on still lets others read who holds it.
    db.exec('COMMIT; BEGIN IMMEDIATE');
  } catch (error) {
    const holder = holderOf(db);
    db.close();
    if (!(error instanceof Database.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) throw error;
    throw new PointsmanError(
      'queue_unavailable',
      `The embedded job queue in ${folder} is held by ${holder}. Only one process at a time can use it: stop ` +
        'that one, or set POINTSMAN_QUEUE=redis://… or postgres://…, which several processes can share',
      { cause: error },
    );
  }
  return () => db.close();
}

function holderOf(db: SQLite.Database): string {
  try {
    const row = db.prepare<[], { pid: number; since: string }>('SELECT pid, since FROM holder').get();
    if (row)
      return row.pid === process.pid ? `this very process (${row.pid})` : `process ${row.pid} since ${row.since}`;
  } catch {
    // The holder is writing its name just now.
  }
  return 'another process';
}
