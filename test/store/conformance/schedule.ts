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

    test('one holder claims it at a time, until it ends the claim or its time is over', async (t) => {
      const { ledger, time, openAgain } = await store.open(t);
      const other = await openAgain();
      const claims = await Promise.all([ledger.schedule.claim('one', 1000), other.schedule.claim('two', 1000)]);
      assert.deepEqual(claims.toSorted(), [false, true]);
      const [holder, loser] = claims[0] ? ['one', 'two'] : ['two', 'one'];
      await other.schedule.endClaim(loser);
      assert.equal(await ledger.schedule.claim(loser, 1000), false, 'only the holder ends its claim');
      time.now += 900;
      assert.equal(await other.schedule.claim(holder, 1000), true, 'the holder claims it for longer');
      time.now += 999;
      assert.equal(await ledger.schedule.claim(loser, 1000), false);
      time.now += 1;
      assert.equal(await ledger.schedule.claim(loser, 1000), true);
      await other.schedule.endClaim(loser);
      assert.equal(await other.schedule.claim(`${holder}'s 😀`, 1000), true);
    });

    testBusy(
      store,
      {
        put: ({ schedule }) => schedule.put(LATER),
        delete: ({ schedule }) => schedule.delete(),
        claim: ({ schedule }) => schedule.claim('one', 1000),
        endClaim: ({ schedule }) => schedule.endClaim('one'),
      },
      ({ ledger }) => ledger.schedule.put(NIGHTLY),
    );
  });
}
