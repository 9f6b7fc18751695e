import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KeyId } from '../../../src/schema/ids.js';
import { secretHash } from '../../../src/keys/secret.js';
import type { KeyRecord } from '../../../src/store/ports/keys.js';
import { START } from '../support.js';
import { ODD_TEXTS, testBusy, type StoreUnderTest } from './store-under-test.js';

function keyOf(n: number, more: Partial<KeyRecord> = {}): KeyRecord {
  return {
    id: n.toString(16).padStart(16, '0') as KeyId,
    name: `key ${n}`,
    scopes: ['route', 'feedback'],
    tenant: null,
    models: null,
    policies: null,
    limits: {},
    texts: null,
    exploration: true,
    secretHash: secretHash(`secret ${n}`),
    previousHash: null,
    previousUntil: null,
    createdAt: START + n,
    expiresAt: null,
    revokedAt: null,
    ...more,
  };
}

export function describeKeyStore(store: StoreUnderTest): void {
  describe('keys', () => {
    test('come back as they were added, oldest first, for every opener', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const whole = keyOf(2, {
        name: ODD_TEXTS[0]!,
        tenant: 'team' as KeyRecord['tenant'],
        models: ['a', 'b'] as unknown as KeyRecord['models'],
        policies: ['cost'],
        limits: { requests_per_minute: 5, usd_per_day: 0.25 },
        texts: { store: 'whole', hours: 0.5 },
        exploration: false,
        expiresAt: START + 1000,
      });
      const added = [keyOf(1), whole, keyOf(3)];
      for (const key of added.toReversed()) await ledger.keys.add(key);
      assert.deepEqual(await ledger.keys.list(), added);
      assert.deepEqual(await (await openAgain()).keys.list(), added);
    });

    test('get another secret, and the one before goes on until a time; the one before that does not', async (t) => {
      const { keys } = (await store.open(t)).ledger;
      await keys.add(keyOf(1));
      const [second, third] = [secretHash('second'), secretHash('third')];
      const once = await keys.rotate(keyOf(1).id, second, START + 10);
      assert.deepEqual(
        once,
        keyOf(1, { secretHash: second, previousHash: keyOf(1).secretHash, previousUntil: START + 10 }),
      );
      const twice = await keys.rotate(keyOf(1).id, third, START + 20);
      assert.deepEqual([twice!.secretHash, twice!.previousHash, twice!.previousUntil], [third, second, START + 20]);
      assert.equal(await keys.rotate(keyOf(2).id, third, START), undefined);
    });

    test('are revoked once, and get no other secret then', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      await ledger.keys.add(keyOf(1));
      const other = await openAgain();
      const revoked = await Promise.all([ledger, other].map(({ keys }, i) => keys.revoke(keyOf(1).id, START + i)));
      assert.deepEqual(revoked[0], revoked[1]);
      assert.equal((await ledger.keys.revoke(keyOf(1).id, START + 99))!.revokedAt, revoked[0]!.revokedAt);
      assert.equal(await ledger.keys.rotate(keyOf(1).id, secretHash('new'), START), undefined);
      assert.equal(await ledger.keys.revoke(keyOf(2).id, START), undefined);
    });

    testBusy(
      store,
      {
        add: ({ keys }) => keys.add(keyOf(2)),
        rotate: ({ keys }) => keys.rotate(keyOf(1).id, secretHash('new'), START),
        revoke: ({ keys }) => keys.revoke(keyOf(1).id, START),
      },
      ({ ledger }) => ledger.keys.add(keyOf(1)),
    );
  });
}
