import type { Clock } from '../../base/clock.js';
import type { RetentionStore } from '../ports/retention.js';
import { createTouch } from './changes.js';
import { connect, type Connection } from './connection.js';
import { feedbackSweeps } from './feedback-sweeps.js';
import { createRestForgetter, type ForgetRest } from './forget-rest.js';
import { createTextForgetter, type TextForgetter } from './forget-texts.js';
import { createFreePages, type FreePages } from './free-pages.js';
import type { ReadSettings } from './settings.js';
import { createSettling, type Settling } from './settling.js';
import type { Sweep } from './sweep.js';
import { createTableSizes } from './table-sizes.js';
import { tableSweeps } from './table-sweeps.js';

export interface Retention {
  port: RetentionStore;
  close(): void;
}

export interface RetentionParts {
  clock: Clock;
  /** The time that limits are kept by, see `Ledger.steady`. */
  steady: Clock;
  settings: ReadSettings;
  busyTimeoutMs: number;
}

/** What removes and forgets. */
interface Writer {
  connection: Connection;
  sweeps: Sweep[];
  texts: TextForgetter;
  rest: ForgetRest;
  settling: Settling;
  pages: FreePages;
}

/**
 * A connection of its own, which overwrites what it removes, so that the file does not keep what was forgotten. It does
 * not wait for the disk at each commit: what a power cut brings back is removed again, and forgetting ends with
 * {@link RetentionStore.settle}, which does wait.
 */
function openWriter(ledger: Connection, { clock, steady, settings, busyTimeoutMs }: RetentionParts): Writer {
  const connection = connect(ledger.path, {
    beside: ledger,
    busyTimeoutMs,
    cacheKib: 8_192,
    synchronous: 'NORMAL',
  });
  connection.db.pragma('secure_delete = ON');
  const sizes = createTableSizes(connection);
  const touch = createTouch(connection);
  return {
    connection,
    sweeps: [...feedbackSweeps(connection, sizes), ...tableSweeps(connection, { sizes, touch, steady, settings })],
    texts: createTextForgetter(connection, sizes),
    rest: createRestForgetter(connection, { touch, clock, steady }),
    settling: createSettling(connection),
    pages: createFreePages(connection),
  };
}

/** What is kept how long. */
export function createRetention(
  connection: Connection,
  { clock, steady, settings, busyTimeoutMs }: RetentionParts,
): Retention {
  const { db } = connection;
  const sizes = createTableSizes(connection);
  const pages = createFreePages(connection);
  const anyForgotten = db.prepare<[], unknown>(
    "SELECT 1 FROM query INDEXED BY query_forgotten WHERE text = '' LIMIT 1",
  );
  const due = db.prepare<{ now: number }, unknown>(
    `SELECT 1 FROM query WHERE forget_at <= @now UNION ALL
     SELECT 1 FROM decision WHERE forget_at <= @now AND query IS NOT NULL UNION ALL
     SELECT 1 FROM comment WHERE forget_at <= @now LIMIT 1`,
  );
  /** Opened by the first verb that needs it. */
  let writer: Writer | undefined;
  const writing = (): Writer => (writer ??= openWriter(connection, { clock, steady, settings, busyTimeoutMs }));

  const port: RetentionStore = {
    async sweep() {
      const { connection: own, sweeps, settling, pages: free } = writing();
      const kept = settings('retention');
      for (const sweep of sweeps) {
        const now = clock();
        // One part at a time: whoever routes in this process waits for it.
        if (sweep.due(kept, now) && own.write(() => sweep.run(kept, now))) return true;
      }
      if (settling.due()) settling.settle();
      return free.due() && free.giveBack();
    },
    sizes: async () => sizes.all(),
    bytes: async () => pages.bytes(),
    isDue: async (now) => due.get({ now }) !== undefined,
    async toForget(what, from) {
      const { connection: own, texts } = writing();
      return own.read(() => texts.find(what, from));
    },
    async forgetTexts(what, hashes) {
      const { settling, texts } = writing();
      return settling.write(() => texts.forget(what, hashes));
    },
    async forgetRest(what, from) {
      const { settling, rest } = writing();
      return settling.write(() => rest(what, from));
    },
    settle: async () => writing().settling.settle(),
    forgot: async () => anyForgotten.get() !== undefined,
    vacuum: async () => writing().pages.vacuum(),
  };
  return { port, close: () => writer?.connection.db.close() };
}
