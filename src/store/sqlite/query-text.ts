import type { Connection } from './connection.js';
import type { Ledger } from '../types.js';

/** The text of logged queries, for people who ask what a decision rests on. */
export function createQueryText({ db }: Connection): Pick<Ledger, 'getQueryText'> {
  const find = db.prepare<[Buffer], string>('SELECT text FROM query WHERE hash = ?').pluck();
  return { getQueryText: (hash) => find.get(Buffer.from(hash, 'hex')) };
}
