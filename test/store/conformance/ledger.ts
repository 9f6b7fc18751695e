import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { profile } from '../support.js';
import type { StoreUnderTest } from './store-under-test.js';

/** What holds for a ledger as a whole. */
export function describeLedger(store: StoreUnderTest): void {
  describe('ledger', () => {
    test('its id is the same for all who open it, and another one than that of other ledgers', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      assert.match(ledger.id, /^[0-9a-f]{16}$/);
      const { id } = ledger;
      assert.equal((await openAgain()).id, id);
      await ledger.close();
      assert.equal((await openAgain()).id, id);
      assert.notEqual((await store.open(t)).ledger.id, id);
    });

    test('closing is for the one who closes, any number of times; from then on verbs are rejected', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const other = await openAgain();
      await ledger.close();
      await ledger.close();
      await assert.rejects(ledger.catalog.list());
      await assert.rejects(ledger.catalog.put(profile('a')));
      await assert.rejects(ledger.changes.revisions());
      await other.catalog.put(profile('a'));
      assert.deepEqual(await other.catalog.list(), [{ id: 'a' }]);
    });
  });
}
