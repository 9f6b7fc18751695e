import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ODD_TEXTS, testBusy, type StoreUnderTest } from './store-under-test.js';

export function describeEmbeddingStore(store: StoreUnderTest): void {
  describe('embeddings', () => {
    test('they are kept per encoder; missing ones are absent', async (t) => {
      const { embeddings } = (await store.open(t)).ledger;
      const whole = new Float32Array([9, 0.5, -1.25, 3, 9]);
      await embeddings.put('e1', [
        ['h1', whole.subarray(1, 4)],
        ['h2', new Float32Array(0)],
      ]);
      await embeddings.put('e2', [['h1', new Float32Array([7])]]);
      assert.deepEqual(
        await embeddings.get('e1', ['h1', 'h2', 'h3']),
        new Map([
          ['h1', new Float32Array([0.5, -1.25, 3])],
          ['h2', new Float32Array(0)],
        ]),
      );
      assert.deepEqual(await embeddings.get('e2', ['h1']), new Map([['h1', new Float32Array([7])]]));
      await embeddings.put('e2', [['h1', new Float32Array([8])]]);
      assert.deepEqual((await embeddings.get('e2', ['h1'])).get('h1'), new Float32Array([8]));
    });

    test('they come from a generator in any number', async (t) => {
      const { embeddings } = (await store.open(t)).ledger;
      const hashes = Array.from({ length: 1201 }, (_, i) => `h${i}`);
      await embeddings.put(
        'e',
        hashes.map((hash, i): [string, Float32Array] => [hash, new Float32Array([i])]).values(),
      );
      const found = await embeddings.get('e', hashes);
      assert.equal(found.size, 1201);
      assert.equal(found.get('h1200')![0], 1200);
    });

    test('none in, none out', async (t) => {
      const { embeddings } = (await store.open(t)).ledger;
      await embeddings.put('e', []);
      assert.deepEqual(await embeddings.get('e', []), new Map());
      assert.deepEqual(await embeddings.get('never', ['h']), new Map());
    });

    test('every value of float32 is kept as it is', async (t) => {
      const { embeddings } = (await store.open(t)).ledger;
      const values = new Float32Array([0, -0, 1e-45, 3.4028234663852886e38, -1 / 3, Infinity, NaN]);
      await embeddings.put('e', [['h', values]]);
      assert.deepEqual((await embeddings.get('e', ['h', 'h'])).get('h'), values);
    });

    test('odd names of encoders are apart', async (t) => {
      const { embeddings } = (await store.open(t)).ledger;
      const names = ODD_TEXTS.filter((text) => !text.includes('\u0000'));
      for (const [i, name] of names.entries()) await embeddings.put(name, [['h', new Float32Array([i])]]);
      for (const [i, name] of names.entries())
        assert.deepEqual(await embeddings.get(name, ['h']), new Map([['h', new Float32Array([i])]]));
    });

    test('what one opener puts the other gets, also where both put the same at once', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const other = await openAgain();
      await Promise.all(
        [ledger, other].map(({ embeddings }) =>
          embeddings.put(
            'e',
            Array.from({ length: 700 }, (_, i): [string, Float32Array] => [`h${i}`, new Float32Array([i])]),
          ),
        ),
      );
      const hashes = Array.from({ length: 700 }, (_, i) => `h${i}`);
      assert.deepEqual(await ledger.embeddings.get('e', hashes), await other.embeddings.get('e', hashes));
      assert.equal((await other.embeddings.get('e', hashes)).size, 700);
    });

    testBusy(store, { put: ({ embeddings }) => embeddings.put('e', [['h', new Float32Array([1])]]) });
  });
}
