import type { z } from 'zod';
import { parse } from '../../schema/parse.js';
import type { Connection } from './connection.js';

/** Settings that are kept whole, as JSON in the one row of their table; the defaults where there is none. */
export interface Settings<T> {
  get(): T;
  put(settings: T): void;
}

export function createSettings<S extends z.ZodType>(
  connection: Connection,
  kind: 'breaker' | 'decision' | 'drift',
  schema: S,
  defaults: z.output<S>,
): Settings<z.output<S>> {
  const find = connection.db.prepare<[], string>(`SELECT settings FROM ${kind}_settings`).pluck();
  const put = connection.db.prepare<[string]>(`INSERT OR REPLACE INTO ${kind}_settings (only, settings) VALUES (1, ?)`);
  return {
    get() {
      const json = find.get();
      return json === undefined
        ? defaults
        : parse(schema, JSON.parse(json), 'internal', `${kind} settings of the ledger`);
    },
    put: (settings) => connection.write(() => void put.run(JSON.stringify(settings))),
  };
}
