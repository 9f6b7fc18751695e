import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testBusy, type StoreUnderTest } from './store-under-test.js';

const NIGHTLY = { pattern: '0 3 * * *', min_new_interactions: 5 };
const LATER = { pattern: '0 4 * * *', min_new_interactions: 0 };

export function describeScheduleStore(store: StoreUnderTest): void {
  describe('schedule', () => {
    test('there is one; it outlives the process', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const { schedule } = ledger;
      assert.equal(await schedule.get(), undefined);
      assert.equal(await schedule.delete(), false);
      await schedule.put(NIGHTLY);
      await schedule.put(LATER);
      await ledger.close();
      const again = await openAgain();
      assert.deepEqual({ ...(await again.schedule.get()) }, LATER);
      assert.equal(await again.schedule.delete(), true);
      assert.equal(await again.schedule.get(), undefined);
    });

    test('of two who delete it at once, one did', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const other = await openAgain();
      await ledger.schedule.put(NIGHTLY);
      assert.deepEqual({ ...(await other.schedule.get()) }, NIGHTLY);
      const answers = await Promise.all([ledger.schedule.delete(), other.schedule.delete()]);
      assert.deepEqual(answers.toSorted(), [false, true]);
    });

    testBusy(
      store,
      {
        put: ({ schedule }) => schedule.put(LATER),
        delete: ({ schedule }) => schedule.delete(),
      },
      ({ ledger }) => ledger.schedule.put(NIGHTLY),
    );
  });
}
