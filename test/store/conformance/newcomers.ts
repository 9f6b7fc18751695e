import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PointsmanError } from '../../../src/base/errors.js';
import { CatalogSettings } from '../../../src/schema/catalog.js';
import type { FeedbackRecord, StoredBatch } from '../../../src/store/ports/feedback.js';
import type { Ledger } from '../../../src/store/ports/index.js';
import { allRows, interaction, preference, profile } from '../support.js';
import { ODD_IDS, type StoreUnderTest } from './store-under-test.js';

const set = ({ settings }: Ledger, wanted: object): Promise<void> =>
  settings.put('catalog', CatalogSettings.parse(wanted));

/** Feedback as a client posts it, one batch. */
async function post({ feedback }: Ledger, ...records: FeedbackRecord[]): Promise<StoredBatch | PointsmanError> {
  const [answer] = await feedback.append([{ records }], { unknown: 'as_set' });
  assert.ok(!(answer instanceof Error) || answer instanceof PointsmanError);
  return answer!;
}

const codeOf = (answer: StoredBatch | PointsmanError): string =>
  answer instanceof PointsmanError ? answer.code : 'stored';
const idsOf = async ({ catalog }: Ledger): Promise<string[]> => (await catalog.list()).map((llm) => llm.id);
const undeclaredIn = async ({ catalog }: Ledger): Promise<string[]> => (await catalog.undeclared(1000)).ids;

/** All that feedback writes. */
const writtenIn = async (ledger: Ledger): Promise<unknown> => [
  await ledger.feedback.counts(),
  await ledger.feedback.stats(),
  await ledger.catalog.undeclared(1000),
  await allRows(ledger),
  await ledger.changes.revisions(),
];

export function describeNewcomers(store: StoreUnderTest): void {
  describe('LLMs that nobody declared', () => {
    test('what is said of them is kept, and they are no candidates until they are declared', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.catalog.put(profile('a'));
      const { catalog: revision } = await ledger.changes.revisions();
      const records = [interaction('q', 'x', 1, { cost_usd: 2 }), preference('q', 'x', 'a'), interaction('q', 'a', 0)];
      assert.deepEqual(await post(ledger, ...records), {
        receipt: { interactions: 2, preferences: 1, new_models: ['x'], undeclared: ['x'] },
        stored: true,
      });
      assert.deepEqual(await post(ledger, interaction('q2', 'x', 1, { error: 'no' })), {
        receipt: { interactions: 1, preferences: 0, new_models: [], undeclared: ['x'] },
        stored: true,
      });
      assert.deepEqual(await idsOf(ledger), ['a']);
      assert.deepEqual(await ledger.catalog.undeclared(1), { count: 1, ids: ['x'] });
      assert.equal(await ledger.catalog.get('x'), undefined);
      assert.deepEqual((await ledger.breakers.list()).has('x'), false);
      assert.equal((await ledger.changes.revisions()).catalog, revision, 'nothing of the candidates has changed');

      assert.equal(await ledger.catalog.put(profile('x', { revision: 'first' })), true);
      assert.deepEqual(await idsOf(ledger), ['a', 'x']);
      assert.deepEqual(await ledger.catalog.undeclared(1), { count: 0, ids: [] });
      const x = (await ledger.feedback.stats()).find(({ id }) => id === 'x')!;
      assert.deepEqual([x.interactions, x.wins, x.costUsd, x.failed, x.now.scored], [2, 1, 2, 1, 2]);
      assert.equal((await ledger.breakers.list()).get('x')?.calls, 2);
      const { llms, scores } = await ledger.snapshot.read();
      assert.deepEqual([llms.length, scores.llm.length], [2, 3]);
    });

    test('they are candidates where the settings say so, those from before once they are named again', async (t) => {
      const { ledger } = await store.open(t);
      await post(ledger, interaction('q', 'x', 1), interaction('q', 'y', 1));
      await set(ledger, { register_unknown: 'candidate' });
      assert.deepEqual(await idsOf(ledger), []);
      assert.deepEqual(await post(ledger, interaction('q', 'x', 1), interaction('q', 'new', 1)), {
        receipt: { interactions: 2, preferences: 0, new_models: ['x', 'new'] },
        stored: true,
      });
      assert.deepEqual([await idsOf(ledger), await undeclaredIn(ledger)], [['new', 'x'], ['y']]);
      assert.equal((await ledger.feedback.stats()).find(({ id }) => id === 'x')?.interactions, 2);
    });

    test('feedback that names one is refused where the settings say so, and nothing of it is written', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.catalog.put(profile('a'));
      await ledger.catalog.put(profile('gone'));
      await ledger.catalog.delete('gone');
      await post(ledger, interaction('q', 'known', 1));
      await set(ledger, { register_unknown: 'refuse' });
      const before = await writtenIn(ledger);
      const mixed = [interaction('new q', 'a', 1, { task: 'new task' }), preference('new q', 'a', 'x')];
      const refused = await post(ledger, ...mixed);
      assert.ok(refused instanceof PointsmanError);
      assert.deepEqual([refused.code, refused.status], ['unknown_model', 422]);
      assert.deepEqual(
        refused.issues.map(({ field }) => field),
        ['[1].worse_model'],
      );
      const one = await post(ledger, interaction('new q', 'known', 1));
      assert.ok(one instanceof PointsmanError && one.issues[0]!.field === 'model');
      const many = await post(ledger, ...Array.from({ length: 900 }, (_, i) => interaction('q', `x${i}`, 1)));
      assert.ok(many instanceof PointsmanError && many.issues.length === 20 && many.message.length < 3_000);
      assert.deepEqual(await writtenIn(ledger), before);
      // A late answer of one that was taken out is no news, and others of the same transaction are stored.
      const answers = await ledger.feedback.append(
        [
          { records: [interaction('q', 'gone', 1)] },
          { records: [interaction('q', 'x', 1)], key: 'k', requestHash: 'h' },
          { records: [interaction('q', 'a', 1)] },
        ],
        { unknown: 'as_set' },
      );
      assert.deepEqual(
        answers.map((answer) => answer instanceof Error),
        [false, true, false],
      );
      assert.deepEqual(await undeclaredIn(ledger), ['known']);
      // A key that was refused is not used up.
      await ledger.catalog.put(profile('x'));
      const again = [{ records: [interaction('q', 'x', 1)], key: 'k', requestHash: 'h' }];
      const [stored] = await ledger.feedback.append(again, { unknown: 'as_set' });
      assert.deepEqual(stored, { receipt: { interactions: 1, preferences: 0, new_models: [] }, stored: true });
    });

    for (const unknown of ['candidate', 'known'] as const)
      test(`as ${unknown}, there are no more of them than there may be, and feedback of those goes on`, async (t) => {
        const { ledger } = await store.open(t);
        await set(ledger, { register_unknown: unknown, max_models: 5 });
        const listed = (): Promise<string[]> => (unknown === 'candidate' ? idsOf(ledger) : undeclaredIn(ledger));
        for (let i = 0; i < 3; i++) assert.equal(codeOf(await post(ledger, interaction('q', `m${i}`, 1))), 'stored');
        const before = await writtenIn(ledger);
        const three = await post(ledger, ...[3, 1, 4, 3, 5].map((i) => interaction('q', `m${i}`, 1)));
        assert.ok(three instanceof PointsmanError && three.status === 409);
        assert.deepEqual([three.code, three.issues[0]!.field], ['catalog_full', '[4].model']);
        assert.deepEqual(await writtenIn(ledger), before);
        const answers = await ledger.feedback.append(
          Array.from({ length: 300 }, (_, i) => ({ records: [interaction(`q${i}`, `m${i}`, 1)] })),
          { unknown: 'as_set' },
        );
        assert.deepEqual(
          answers.map((answer) => answer instanceof Error),
          answers.map((_, i) => i >= 5),
        );
        assert.deepEqual(await listed(), ['m0', 'm1', 'm2', 'm3', 'm4']);
        assert.equal(codeOf(await post(ledger, interaction('q', 'm4', 1))), 'stored');
        // Whoever is taken out makes room.
        assert.equal(await ledger.catalog.delete('m2'), true);
        assert.equal(codeOf(await post(ledger, interaction('q', 'm6', 1))), 'stored');
        assert.deepEqual(await listed(), ['m0', 'm1', 'm3', 'm4', 'm6']);
      });

    test('as many as there may be of them keep nobody from being declared', async (t) => {
      const { ledger } = await store.open(t);
      await set(ledger, { max_models: 2 });
      await post(ledger, interaction('q', 'x', 1), interaction('q', 'y', 1));
      assert.equal(codeOf(await post(ledger, interaction('q', 'z', 1))), 'catalog_full');
      await ledger.catalog.put(profile('a'));
      await ledger.catalog.put(profile('x'));
      assert.deepEqual([await idsOf(ledger), await undeclaredIn(ledger)], [['a', 'x'], ['y']]);
      assert.equal(codeOf(await post(ledger, interaction('q', 'z', 1))), 'stored');
      assert.equal(await ledger.catalog.delete('z'), true);
      assert.equal(await ledger.catalog.delete('z'), false);
      assert.deepEqual(await undeclaredIn(ledger), ['y']);
    });

    test('they are listed in order of their ids, odd ones too', async (t) => {
      const { ledger } = await store.open(t);
      const ids = [...ODD_IDS, 'z', 'a', 'é', 'B', '😀'];
      for (const id of ids) await post(ledger, interaction('q', id, 1));
      const sorted = ids.toSorted();
      assert.deepEqual(await ledger.catalog.undeclared(4), { count: ids.length, ids: sorted.slice(0, 4) });
      assert.deepEqual(await undeclaredIn(ledger), sorted);
      for (const id of ids) assert.equal(await ledger.catalog.put(profile(id)), true);
      assert.deepEqual(await idsOf(ledger), sorted);
    });

    test('no more are declared than there may be, nor any of those that come with one too many', async (t) => {
      const { ledger } = await store.open(t);
      const { catalog } = ledger;
      for (const id of ['a', 'b', 'c']) await catalog.put(profile(id));
      await set(ledger, { max_models: 2 });
      await catalog.put(profile('c', { size_b: 1 }));
      await assert.rejects(catalog.put(profile('d')), { code: 'catalog_full', status: 409 });
      await catalog.apply({ put: [profile('d')], remove: ['a'] });
      await assert.rejects(catalog.apply({ put: [profile('e'), profile('f')], remove: ['b'] }), {
        code: 'catalog_full',
      });
      assert.deepEqual(await idsOf(ledger), ['b', 'c', 'd']);
    });

    test('an import makes candidates whatever the settings say, but no more than there may be', async (t) => {
      const { ledger } = await store.open(t);
      await post(ledger, interaction('q', 'known', 1));
      await set(ledger, { register_unknown: 'refuse', max_models: 3 });
      const writer = await ledger.imports.begin();
      await writer.add([interaction('q', 'known', 1), interaction('q', 'b', 1)]);
      await writer.commit();
      await writer.add([interaction('q', 'c', 1)]);
      await assert.rejects(async () => writer.add([interaction('q', 'd', 1)]), { code: 'catalog_full' });
      await writer.end();
      assert.deepEqual(await idsOf(ledger), ['b', 'known']);
      assert.deepEqual(await undeclaredIn(ledger), []);
    });

    test('two openers that post and put at once keep to it together', async (t) => {
      const { ledger, openAgain } = await store.open(t, { busyTimeoutMs: 5_000 });
      const openers = [ledger, await openAgain({ busyTimeoutMs: 5_000 })];
      await set(ledger, { register_unknown: 'candidate', max_models: 20 });
      const codes = await Promise.all(
        Array.from({ length: 100 }, async (_, i) => {
          const opener = openers[i % 2]!;
          if (i % 5 > 0) return codeOf(await post(opener, interaction(`q${i}`, `m${i}`, 1)));
          return opener.catalog.put(profile(`m${i}`)).then(
            () => 'stored',
            (error: PointsmanError) => error.code,
          );
        }),
      );
      assert.equal(codes.filter((code) => code === 'stored').length, 20);
      assert.equal(codes.filter((code) => code === 'catalog_full').length, 80);
      for (const opener of openers) assert.equal((await opener.catalog.list()).length, 20);
    });
  });
}
