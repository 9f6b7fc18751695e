import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { plainLines } from '../../../src/base/plain-text.js';
import { PolicyBody } from '../../../src/schema/policy.js';
import { ODD_TEXTS, testBusy, type StoreUnderTest } from './store-under-test.js';

const body = (fields: Record<string, unknown>): PolicyBody => PolicyBody.parse(fields);

export function describePolicyStore(store: StoreUnderTest): void {
  describe('policies', () => {
    test('they are made, replaced and deleted, and listed by name', async (t) => {
      const { policies } = (await store.open(t)).ledger;
      assert.deepEqual(await policies.list(), new Map());
      assert.equal(await policies.put('thrifty', body({ cost_weight: 0.5 })), true);
      assert.equal(await policies.put('balanced', body({ description: 'ours', regions: ['eu'] })), true);
      assert.equal(await policies.put('thrifty', body({ cost_weight: 2 })), false);
      assert.equal(await policies.put('thrifty', body({ cost_weight: 2 })), false);
      assert.deepEqual(
        [...(await policies.list())],
        [
          ['balanced', { description: 'ours', regions: ['eu'] }],
          ['thrifty', { cost_weight: 2 }],
        ],
      );
      assert.equal(await policies.delete('balanced'), true);
      assert.equal(await policies.delete('balanced'), false);
      assert.deepEqual(await policies.list(), new Map([['thrifty', { cost_weight: 2 }]]));
    });

    test('one that was kept when `explore` was a rule of its own explores as it then did', async (t) => {
      const { policies } = (await store.open(t)).ledger;
      await policies.put('likely', { exploration: 0.3, explore: 'likely' } as PolicyBody);
      await policies.put('evenly', { exploration: 0.3, explore: 'evenly' } as PolicyBody);
      assert.deepEqual(
        [...(await policies.list())],
        [
          ['evenly', { exploration: 0.3 }],
          ['likely', { exploration: { method: 'thompson', share: 0.3, budget: 1 } }],
        ],
      );
    });

    test('names are told apart by case, and sort as code units do', async (t) => {
      const { policies } = (await store.open(t)).ledger;
      const names = ['b', 'A', 'a', 'B', 'a-b', 'a.b', 'a_b', '1'];
      for (const name of names) assert.equal(await policies.put(name, body({})), true);
      assert.deepEqual([...(await policies.list()).keys()], names.toSorted());
    });

    test('odd texts come back as they were given', async (t) => {
      const { policies } = (await store.open(t)).ledger;
      for (const [i, description] of ODD_TEXTS.entries()) await policies.put(`p${i}`, body({ description }));
      const kept = await policies.list();
      assert.deepEqual(
        ODD_TEXTS.map((_, i) => kept.get(`p${i}`)!.description),
        ODD_TEXTS.map(plainLines),
      );
    });

    test('of two openers that put or delete one at once, one made and one removed it', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const other = await openAgain();
      const both = [ledger, other];
      const made = await Promise.all(both.map(({ policies }, i) => policies.put('p', body({ cost_weight: i }))));
      assert.deepEqual(made.toSorted(), [false, true]);
      assert.deepEqual(await ledger.policies.list(), await other.policies.list());
      const removed = await Promise.all(both.map(({ policies }) => policies.delete('p')));
      assert.deepEqual(removed.toSorted(), [false, true]);
    });

    testBusy(
      store,
      {
        put: ({ policies }) => policies.put('p', body({ cost_weight: 1 })),
        delete: ({ policies }) => policies.delete('p'),
      },
      ({ ledger }) => ledger.policies.put('p', body({})),
    );
  });
}
