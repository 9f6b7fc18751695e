import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AuditEntry } from '../../../src/schema/audit.js';
import { START } from '../support.js';
import { testBusy, type StoreUnderTest } from './store-under-test.js';

function entryOf(n: number): Omit<AuditEntry, 'id' | 'at'> {
  return {
    actor: { via: 'http', key: null, name: 'anybody', address: '127.0.0.1' },
    action: 'PUT /v1/policies/{name}',
    target: `/v1/policies/p${n}`,
    before: n === 0 ? null : { cost_weight: n },
    after: { cost_weight: n + 1, text: '“ń\u0000”' },
  };
}

export function describeAuditStore(store: StoreUnderTest): void {
  describe('audit', () => {
    test('entries come back as they were, newest first, in pages', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      for (const n of [0, 1, 2]) await ledger.audit.append(entryOf(n));
      const { audit } = await openAgain();
      const first = await audit.list({ limit: 2 });
      const at = new Date(START).toISOString();
      assert.deepEqual(
        first.map(({ id: _id, ...entry }) => entry),
        [2, 1].map((n) => ({ ...entryOf(n), at })),
      );
      const rest = await audit.list({ before: first[1]!.id, limit: 2 });
      assert.deepEqual(rest, [{ id: rest[0]!.id, at, ...entryOf(0) }]);
    });

    test('a search finds what was done, to what, and by whom, in either case and in pages', async (t) => {
      const { ledger } = await store.open(t);
      const { audit } = ledger;
      for (const n of [0, 1, 2]) await audit.append(entryOf(n));
      await audit.append({ ...entryOf(3), actor: { via: 'cli', key: null, name: 'Ada', address: null } });
      const targets = async (search: string, before?: number): Promise<string[]> =>
        (await audit.list({ search, before, limit: 3 })).map(({ target }) => target.slice('/v1/policies/'.length));
      assert.deepEqual(await targets('PUT /V1'), ['p3', 'p2', 'p1']);
      assert.deepEqual(await targets('aDA'), ['p3']);
      assert.deepEqual(await targets('127.0.0.1'), ['p2', 'p1', 'p0']);
      assert.deepEqual(await targets('policies/p1'), ['p1']);
      assert.deepEqual(await targets('cost_weight'), [], 'states are not searched');
      assert.deepEqual(await targets('%'), []);
      const [first] = await audit.list({ search: 'put', limit: 1 });
      assert.deepEqual(await targets('put', first!.id), ['p2', 'p1', 'p0']);
    });

    testBusy(store, { append: ({ audit }) => audit.append(entryOf(0)) });
  });
}
