import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { sha256 } from '../../src/base/hash.js';
import type { Encoder } from '../../src/encoder/types.js';
import { listQueries, type QueryRow } from '../../src/graph/rows.js';
import { encodeQueries } from '../../src/dataset/vectors.js';
import { temporaryLedger } from '../decision/parts.js';
import { interaction } from '../store/support.js';
import { encoder as small } from '../support/learn.js';
import { temporaryFolder } from '../support/temporary.js';

/** An encoder that answers later, as one behind a network does, and remembers what it was asked. */
function slowEncoder(id: string, failAfter = Infinity): Encoder & { asked: string[] } {
  const asked: string[] = [];
  return {
    id,
    dim: 2,
    asked,
    async encode(texts) {
      if (asked.length + texts.length > failAfter) throw new Error('the endpoint is away');
      asked.push(...texts);
      return texts.map((text) => Float32Array.of(text.length, id.length));
    },
  };
}

const queriesOf = (numbers: number[]): QueryRow[] =>
  numbers.map((n) => ({ text: `query ${'x'.repeat(n)}`, hash: sha256(`query ${'x'.repeat(n)}`), task: -1 }));
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

let parts: Awaited<ReturnType<typeof temporaryLedger>>;
beforeEach(async () => void (parts = await temporaryLedger()));
afterEach(() => parts.remove());

async function encode(
  encoder: Encoder,
  queries: QueryRow[],
  done: number[] = [],
  { folder = null, inMemory }: { folder?: string | null; inMemory?: number } = {},
): Promise<Float32Array[]> {
  await parts.ledger.feedback.append([{ records: queries.map(({ text }) => interaction(text, 'm', 1)) }]);
  const vectors = await encodeQueries(
    encoder,
    listQueries(queries),
    { ledger: parts.ledger, folder, inMemory },
    (n) => void done.push(n),
  );
  assert.equal(vectors.at(queries.length), undefined);
  return Array.from({ length: vectors.length }, (_, q) => vectors.at(q)!);
}

describe('encoding a snapshot’s queries', () => {
  test('keeps their order and says how far it is', async () => {
    const queries = queriesOf(upTo(600).toReversed());
    const done: number[] = [];
    const vectors = await encode(slowEncoder('slow'), queries, done);
    assert.deepEqual(
      vectors,
      queries.map((q) => Float32Array.of(q.text.length, 4)),
    );
    assert.deepEqual(done, [256, 512, 600]);
  });

  test('asks a slow encoder only for what it has not answered before', async () => {
    await encode(slowEncoder('slow'), queriesOf(upTo(300)));
    const again = slowEncoder('slow');
    const queries = queriesOf([...upTo(310)].toReversed());
    const vectors = await encode(again, queries);
    assert.equal(again.asked.length, 10);
    assert.deepEqual(
      vectors,
      queries.map((q) => Float32Array.of(q.text.length, 4)),
    );
  });

  test('does not take another encoder’s vectors', async () => {
    await encode(slowEncoder('slow'), queriesOf([1, 2]));
    const other = slowEncoder('another');
    assert.deepEqual(await encode(other, queriesOf([1])), [Float32Array.of(7, 7)]);
    assert.equal(other.asked.length, 1);
  });

  test('keeps what was answered before the encoder failed', async () => {
    await assert.rejects(encode(slowEncoder('slow', 300), queriesOf(upTo(600))), /endpoint is away/);
    const again = slowEncoder('slow');
    await encode(again, queriesOf(upTo(600)));
    assert.equal(again.asked.length, 600 - 256);
  });

  test('asks nothing and keeps nothing where there is nothing', async () => {
    const slow = slowEncoder('slow');
    assert.deepEqual(await encode(slow, []), []);
    assert.deepEqual(slow.asked, []);
  });

  test('keeps the vectors of a long log on disk, as they were', async () => {
    const queries = queriesOf(upTo(600));
    assert.deepEqual(
      await encode(small, queries, [], { inMemory: 599 }),
      queries.map((q) => small.encodeSync!(q.text)),
    );
    assert.deepEqual(
      await encode(slowEncoder('slow'), queries, [], { inMemory: 0 }),
      queries.map((q) => Float32Array.of(q.text.length, 4)),
    );
  });

  test('encodes a long log’s queries once for each encoder, and again where what was kept is damaged', async (t) => {
    const { path: folder, remove } = temporaryFolder();
    t.after(remove);
    const asked: string[] = [];
    const quick = (id: string): Encoder => ({
      ...small,
      id,
      encodeSync: (text) => (asked.push(text), small.encodeSync!(text)),
    });
    const encoded = async (id: string, queries: QueryRow[]): Promise<number> => {
      const before = asked.length;
      assert.deepEqual(
        await encode(quick(id), queries, [], { folder, inMemory: 0 }),
        queries.map((q) => small.encodeSync!(q.text)),
      );
      return asked.length - before;
    };
    assert.equal(await encoded('quick', queriesOf(upTo(600))), 600);
    assert.equal(await encoded('quick', queriesOf([...upTo(610)].toReversed())), 10);
    assert.equal(await encoded('another', queriesOf(upTo(5))), 5);
    for (const file of readdirSync(folder))
      writeFileSync(join(folder, file), 'no database at all, but long enough to be taken for one'.repeat(100));
    assert.equal(await encoded('quick', queriesOf(upTo(5))), 5);
  });

  test('leaves the ledger alone for an encoder that runs in-process', async () => {
    const queries = queriesOf([3, 1]);
    assert.deepEqual(
      await encode(small, queries),
      queries.map((q) => small.encodeSync!(q.text)),
    );
    assert.equal(
      (
        await parts.ledger.embeddings.get(
          small.id,
          queries.map((q) => q.hash),
        )
      ).size,
      0,
    );
  });
});
