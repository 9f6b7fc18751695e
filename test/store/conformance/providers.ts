import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Provider } from '../../../src/schema/provider.js';
import { testBusy, type StoreUnderTest } from './store-under-test.js';

const provider = (name: string, fields: Record<string, unknown> = {}): Provider =>
  Provider.parse({ name, base_url: `https://${name}.test/v1`, ...fields });

const WHOLE = {
  protocol: 'anthropic',
  key_file: '/run/secrets/it’s "here"',
  auth: 'bearer',
  headers: { 'X-Team': 'a; b="c"' },
  first_byte_ms: 5000,
  idle_ms: 20_000.5,
  connections: 8,
  responses: true,
  stream_usage: false,
};

export function describeProviderStore(store: StoreUnderTest): void {
  describe('providers', () => {
    test('they are made, replaced and deleted, and listed by name with all that they have', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const { providers } = ledger;
      assert.deepEqual(await providers.list(), []);
      assert.equal(await providers.put(provider('local')), true);
      assert.equal(await providers.put(provider('cloud', { key_env: 'CLOUD_KEY' })), true);
      assert.equal(await providers.put(provider('local', WHOLE)), false);
      assert.equal(await providers.put(provider('local', WHOLE)), false);
      const both = [
        { name: 'cloud', base_url: 'https://cloud.test/v1', protocol: 'openai', key_env: 'CLOUD_KEY' },
        { name: 'local', base_url: 'https://local.test/v1', ...WHOLE },
      ];
      assert.deepEqual(await providers.list(), both);
      assert.deepEqual(await (await openAgain()).providers.list(), both);
      assert.equal(await providers.delete('cloud'), true);
      assert.equal(await providers.delete('cloud'), false);
      assert.deepEqual(await providers.list(), both.slice(1));
    });

    test('names are told apart by case, and sort as code units do', async (t) => {
      const { providers } = (await store.open(t)).ledger;
      const names = ['b', 'A', 'a', 'B', 'a-b', 'a.b', 'a_b', '1'];
      for (const name of names) assert.equal(await providers.put(provider(name, { base_url: 'http://h/v1' })), true);
      assert.deepEqual(
        (await providers.list()).map(({ name }) => name),
        names.toSorted(),
      );
    });

    test('of two openers that put or delete one at once, one made and one removed it', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const other = await openAgain();
      const both = [ledger, other];
      const made = await Promise.all(
        both.map(({ providers }, i) => providers.put(provider('p', { connections: i + 1 }))),
      );
      assert.deepEqual(made.toSorted(), [false, true]);
      assert.deepEqual(await ledger.providers.list(), await other.providers.list());
      const removed = await Promise.all(both.map(({ providers }) => providers.delete('p')));
      assert.deepEqual(removed.toSorted(), [false, true]);
    });

    testBusy(
      store,
      {
        put: ({ providers }) => providers.put(provider('p', { connections: 1 })),
        delete: ({ providers }) => providers.delete('p'),
      },
      ({ ledger }) => ledger.providers.put(provider('p')),
    );
  });
}
