import { createRequire } from 'node:module';
import type SQLite from 'better-sqlite3';

/** Version of Node-API that better-sqlite3 13 is built on: Node 22.14 brings it. */
const NODE_API = 10;

/**
 * The class of `better-sqlite3`: of its version 13 where this Node can load it, else of 12, which is all that Node 20
 * can. Node 24.19 and later abort when they collect a statement of version 12 while they are idle.
 */
function load(): typeof SQLite {
  const require = createRequire(import.meta.url);
  if (Number(process.versions['napi']) >= NODE_API) {
    try {
      return require('better-sqlite3-13') as typeof SQLite;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
      // Left out, as optional dependencies may be.
    }
  }
  return require('better-sqlite3') as typeof SQLite;
}

export const Database = load();
