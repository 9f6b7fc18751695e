import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Uptime } from '../../../src/base/clock.js';
import type { Ledger } from '../../../src/store/ports/index.js';

export interface OpenOptions {
  /** How long to wait for another writer before `ledger_busy`, in milliseconds. */
  busyTimeoutMs?: number;
  /** Says how long things last; the clock unless given. */
  uptime?: Uptime;
}

/** A ledger of one test, empty at first, and gone when the test ends. */
export interface OpenedLedger {
  ledger: Ledger;
  /** The clock of all who opened it: a test moves it. Milliseconds since the epoch, 2026-01-01 at first. */
  time: { now: number };
  /** Opens the same data by a connection of its own, as another process does. */
  openAgain(options?: OpenOptions): Promise<Ledger>;
}

/** One kind of store, set up for the suites. */
export interface StoreUnderTest {
  name: string;
  /** Why it cannot be tried here. */
  skip?: string | false;
  open(t: TestContext, options?: OpenOptions): Promise<OpenedLedger>;
}

/** Ids and texts that need care wherever they are written. */
export const ODD_IDS = ["it's", '"; DROP TABLE llm; --', '日本 😀', '\uFF5E', '%_\\', '__proto__'];
/** What texts may hold besides. */
export const ODD_TEXTS = [...ODD_IDS, 'a\u0000b', 'a\u0000c', ' padded ', 'line\nline'];

/**
 * While another opener writes, each verb is refused with `ledger_busy`, as a promise that is rejected, and nothing of
 * it is written; afterwards it goes through.
 *
 * @param prepare makes what the verbs write about
 */
export function testBusy(
  store: StoreUnderTest,
  verbs: Record<string, (ledger: Ledger) => Promise<unknown>>,
  prepare: (opened: OpenedLedger) => Promise<unknown> = async () => undefined,
): void {
  test('while another writes, writing is refused with ledger_busy, and reads go on', async (t) => {
    const opened = await store.open(t);
    await prepare(opened);
    const waiting = await opened.openAgain({ busyTimeoutMs: 5 });
    const before = await waiting.changes.revisions();
    const writer = await opened.ledger.imports.begin();
    for (const [name, verb] of Object.entries(verbs)) {
      let answer: Promise<unknown> | undefined;
      assert.doesNotThrow(() => (answer = verb(waiting)), `${name} must not throw at once`);
      await assert.rejects(answer!, { code: 'ledger_busy', status: 503 }, name);
    }
    assert.deepEqual(await waiting.changes.revisions(), before);
    await writer.end();
    for (const verb of Object.values(verbs)) await verb(waiting);
  });
}
