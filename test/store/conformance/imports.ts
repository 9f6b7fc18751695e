import assert from 'node:assert/strict';
import type { Call, ImportRecord } from '../../../src/store/ports/imports.js';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LlmId } from '../../../src/schema/ids.js';
import type { Import } from '../../../src/store/ports/imports.js';
import type { Ledger } from '../../../src/store/ports/index.js';
import { allRows, interaction, preference, profile, START } from '../support.js';
import { ODD_IDS, testBusy, type StoreUnderTest } from './store-under-test.js';

/** One import of all that `work` writes. */
async function importing(ledger: Ledger, work: (writer: Import) => Promise<unknown>): Promise<void> {
  const writer = await ledger.imports.begin();
  try {
    await work(writer);
    await writer.commit();
  } finally {
    await writer.end();
  }
}

const stateOf = async (ledger: Ledger) => [
  await allRows(ledger),
  await ledger.changes.revisions(),
  await ledger.feedback.counts(),
  await ledger.feedback.stats(),
];

export function describeImportStore(store: StoreUnderTest): void {
  describe('imports', () => {
    test('an import shows when it is done, and leaves what feedback would have left', async (t) => {
      const { ledger } = await store.open(t);
      const { ledger: other } = await store.open(t);
      const records = [
        interaction('q', 'a', 1, { task: 't', domain: 'd', latency_ms: 5 }),
        interaction('q', 'b', 0),
        interaction('r', 'a', 0.5),
      ];
      const pair = preference('q', 'a', 'c', { task: 't' });
      const before = await ledger.changes.revisions();
      const writer = await ledger.imports.begin();
      await writer.add(records);
      await sleep(1);
      await writer.add([pair]);
      await writer.mergeLlm(profile('d', { family: 'f' }));
      await writer.describe('domain', 'd', 'a domain');
      await writer.linkTaskDomain('u', 'd');
      assert.deepEqual(await ledger.feedback.counts(), { interactions: 0, preferences: 0, queries: 0 });
      assert.deepEqual(await ledger.catalog.list(), [], 'not visible yet');
      assert.deepEqual(await ledger.changes.revisions(), before);
      assert.deepEqual(await writer.names('task'), new Set(['t', 'u']));
      assert.deepEqual(await writer.names('domain'), new Set(['d']));
      assert.deepEqual(await writer.names('family'), new Set(['f']));
      assert.deepEqual(await writer.llms(), ['a', 'b', 'c', 'd']);
      await writer.commit();

      const after = await ledger.changes.revisions();
      assert.ok(after.feedback > before.feedback && after.catalog > before.catalog);
      await other.feedback.append([{ records: [...records, pair] }]);
      await other.catalog.put(profile('d', { family: 'f' }));
      await other.catalog.describe('domain', 'd', 'a domain');
      await other.catalog.linkTaskDomain('u', 'd');
      assert.deepEqual(await allRows(ledger), await allRows(other));
      assert.deepEqual(await ledger.feedback.stats(), await other.feedback.stats());
      assert.deepEqual(await ledger.feedback.counts(), await other.feedback.counts());
    });

    test('merging fills in what is declared, and declares a deleted LLM again', async (t) => {
      const { ledger } = await store.open(t);
      const facts = {
        description: 'a small one',
        size_b: 7.5,
        benchmarks: { gsm8k: 0.5, mbpp: 1, arc: 0 },
        tags: ['x'],
      };
      await ledger.catalog.put(profile('a', facts));
      await ledger.catalog.put(profile('gone', { size_b: 1, family: 'f' }));
      await ledger.catalog.delete('gone');
      await importing(ledger, async (writer) => {
        await writer.mergeLlm(profile('a', { size_b: 8, benchmarks: { gsm8k: 0.75, math: 0.25 } }));
        await writer.mergeLlm(profile('fresh', { size_b: 1 }));
        await writer.mergeLlm(profile('gone', { size_b: 3 }));
      });
      assert.deepEqual(await ledger.catalog.list(), [
        { id: 'a', ...facts, size_b: 8, benchmarks: { arc: 0, gsm8k: 0.75, math: 0.25, mbpp: 1 } },
        { id: 'fresh', size_b: 1 },
        { id: 'gone', size_b: 3, family: 'f' },
      ]);
    });

    test('an import that fails leaves nothing', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.feedback.append([{ records: [interaction('q', 'a', 1)] }]);
      const before = await stateOf(ledger);
      await assert.rejects(
        importing(ledger, async (writer) => {
          await writer.add(Array.from({ length: 5000 }, (_, i) => interaction(`q${i}`, 'new', 1)));
          await writer.mergeLlm(profile('declared'));
          await writer.markImported('hash', 'file');
          await sleep(1);
          throw new Error('the file broke');
        }),
        /the file broke/,
      );
      assert.deepEqual(await stateOf(ledger), before);
      await importing(ledger, async (writer) => assert.equal(await writer.importedAt('hash'), undefined));
      await ledger.feedback.append([{ records: [interaction('q', 'a', 1)] }]);
      assert.equal((await ledger.feedback.counts()).interactions, 2);
    });

    test('an import with a faulty record can be abandoned whole', async (t) => {
      const { ledger } = await store.open(t);
      const before = await stateOf(ledger);
      const broken = interaction('q', 'a', 1);
      broken.value.score = 2;
      const writer = await ledger.imports.begin();
      await writer.add([interaction('q', 'a', 1)]);
      await assert.rejects(writer.add([interaction('r', 'b', 1), broken]));
      await writer.end();
      assert.deepEqual(await stateOf(ledger), before);
    });

    test('abandoning undoes, any number of times; after the commit it does nothing', async (t) => {
      const { ledger } = await store.open(t);
      const undone = await ledger.imports.begin();
      await undone.add([interaction('q', 'a', 1)]);
      await undone.end();
      await undone.end();
      assert.deepEqual(await ledger.catalog.list(), []);
      const kept = await ledger.imports.begin();
      await kept.add([interaction('q', 'a', 1)]);
      await kept.commit();
      await kept.end();
      assert.deepEqual(await ledger.catalog.list(), [{ id: 'a' }]);
    });

    test('what was committed stays, what came after it is undone; a row is new once', async (t) => {
      const { ledger } = await store.open(t);
      const [one, other] = ['one', 'other'].map((text) => Buffer.from(text.padEnd(16, '.'))) as [Buffer, Buffer];
      const first = await ledger.imports.begin();
      assert.deepEqual([first.isNew(one, false), first.isNew(one, false)], [true, false]);
      await first.add([interaction('q', 'a', 1)]);
      await first.commit();
      assert.equal(first.isNew(other, false), true);
      await first.add([interaction('r', 'b', 1)]);
      await first.end();
      assert.deepEqual(await ledger.catalog.list(), [{ id: 'a' }]);
      await importing(ledger, async (writer) =>
        assert.deepEqual([writer.isNew(one, false), writer.isNew(other, false)], [false, true]),
      );
    });

    test('a row that may repeat is new unless as many came before, in each file by itself', async (t) => {
      const { ledger } = await store.open(t);
      const row = Buffer.from('row'.padEnd(16, '.'));
      const writer = await ledger.imports.begin();
      assert.deepEqual([writer.isNew(row, true), writer.isNew(row, true)], [true, true]);
      await writer.commit();
      assert.deepEqual(
        [1, 2, 3].map(() => writer.isNew(row, true)),
        [false, false, true],
      );
      await writer.commit();
      await writer.end();
      await importing(ledger, async (again) =>
        assert.deepEqual(
          [1, 2, 3, 4].map(() => again.isNew(row, true)),
          [false, false, false, true],
        ),
      );
    });

    test('what is kept is there for later rows of the import, and no longer', async (t) => {
      const { ledger } = await store.open(t);
      const writer = await ledger.imports.begin();
      writer.keep('k', 'v');
      writer.keep('k', 'w');
      writer.keep('k', 'v');
      writer.keep('lonely', 'x');
      await writer.commit();
      assert.deepEqual([writer.kept('k'), writer.kept('other')], [['v', 'w'], []]);
      assert.equal(writer.unjoined(), 1);
      await writer.end();
      await importing(ledger, async (next) => assert.deepEqual([next.kept('k'), next.unjoined()], [[], 0]));
    });

    test('a call without a query tells what an LLM costs and takes, and that it failed', async (t) => {
      const { ledger } = await store.open(t);
      const call = (value: object): ImportRecord => ({ kind: 'call', value: { model: 'a', ...value } as Call });
      await importing(ledger, (writer) =>
        writer.add([
          call({ task: 't', cost_usd: 0.5, completion_tokens: 10, latency_ms: 100 }),
          call({ error: 'down', latency_ms: 9 }),
        ]),
      );
      const [stats] = await ledger.feedback.stats();
      assert.deepEqual([stats!.interactions, stats!.failed, stats!.scored, stats!.costUsd], [2, 1, 0, 0.5]);
      assert.deepEqual(
        stats!.usage.map(({ task, latencyN, completionTokens }) => [task, latencyN, completionTokens]),
        [['t', 1, 10]],
      );
      assert.deepEqual(await ledger.feedback.counts(), { interactions: 0, preferences: 0, queries: 0 });
      assert.equal((await ledger.snapshot.read()).queries.length, 0);
    });

    test('an import without anything in it changes nothing', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.feedback.append([{ records: [interaction('q', 'a', 1)] }]);
      const before = await stateOf(ledger);
      await importing(ledger, (writer) => writer.add([]));
      assert.deepEqual(await stateOf(ledger), before);
    });

    test('other writers meet ledger_busy meanwhile, and so does a second import', async (t) => {
      const { ledger, openAgain } = await store.open(t, { busyTimeoutMs: 10 });
      const other = await openAgain({ busyTimeoutMs: 10 });
      await importing(ledger, async (writer) => {
        await writer.add([interaction('q', 'a', 1)]);
        for (const busy of [ledger, other]) {
          await assert.rejects(busy.feedback.append([{ records: [interaction('q', 'a', 1)] }]), {
            code: 'ledger_busy',
          });
          await assert.rejects(busy.imports.begin(), { code: 'ledger_busy' });
        }
      });
      assert.deepEqual(await other.feedback.counts(), { interactions: 1, preferences: 0, queries: 1 });
    });

    test('two imports one after the other, by two openers, are both kept', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const other = await openAgain();
      await importing(ledger, (writer) => writer.add([interaction('q', 'a', 1)]));
      await importing(other, async (writer) => {
        assert.deepEqual(await writer.llms(), ['a']);
        await writer.add([interaction('q', 'a', 0), interaction('r', 'b', 1)]);
      });
      assert.deepEqual(await ledger.feedback.counts(), { interactions: 3, preferences: 0, queries: 2 });
      assert.deepEqual(await allRows(ledger), await allRows(other));
      assert.equal((await ledger.feedback.stats())[0]!.meanScore, 0.5);
    });

    test('it is remembered which files were imported, and when', async (t) => {
      const { ledger, time } = await store.open(t);
      await importing(ledger, async (writer) => {
        assert.equal(await writer.importedAt('h'), undefined);
        await writer.markImported('h', 'name');
        assert.equal(await writer.importedAt('h'), START);
      });
      time.now += 1000;
      await importing(ledger, async (writer) => assert.equal(await writer.importedAt('h'), START));
    });

    test('odd names come back as they were given', async (t) => {
      const { ledger } = await store.open(t);
      await importing(ledger, async (writer) => {
        for (const id of ODD_IDS) {
          await writer.add([interaction(id, id, 1, { task: id, domain: id })]);
          await writer.mergeLlm(profile(id, { family: id, benchmarks: Object.fromEntries([[`of ${id}`, 1]]) }));
          await writer.describe('task', id, `about ${id}`);
          await writer.markImported(id, id);
          assert.equal(await writer.importedAt(id), START);
        }
        assert.deepEqual(await writer.llms(), ODD_IDS.toSorted());
        assert.deepEqual(await writer.names('family'), new Set(ODD_IDS));
      });
      const rows = await allRows(ledger);
      assert.deepEqual(
        rows.llms.map(({ id, family }) => [id, family]),
        ODD_IDS.toSorted().map((id) => [id, id] as [LlmId, string]),
      );
      assert.deepEqual(
        rows.domains.map(({ id }) => id),
        ODD_IDS.toSorted(),
      );
    });

    testBusy(store, {
      begin: async (ledger) => (await ledger.imports.begin()).end(),
    });
  });
}
