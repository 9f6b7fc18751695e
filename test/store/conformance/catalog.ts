import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withTexts } from '../../../src/graph/rows.js';
import type { Ledger } from '../../../src/store/ports/index.js';
import { interaction, profile } from '../support.js';
import { ODD_IDS, ODD_TEXTS, testBusy, type StoreUnderTest } from './store-under-test.js';

const FACTS = {
  description: 'a small one',
  family: 'tiny',
  size_b: 7.5,
  input_price: 0.1,
  output_price: 0,
  context_tokens: 32_000,
  latency_ms: 350.5,
  benchmarks: { gsm8k: 0.5, mbpp: 1, arc: 0 },
  capabilities: ['tools', 'json'],
  languages: ['en', 'de'],
  regions: ['eu'],
  limits: { requests_per_minute: 600, in_flight: 8 },
  deployments: [
    { provider: 'local', model: 'a-7b', priority: 1, limits: { in_flight: 2 } },
    { provider: 'cloud', model: 'lab/a' },
  ],
  tags: ['chat', 'open'],
  cached_input_price: 0.01,
  latency_p90_ms: 900,
  task_types: [{ task: 'sql', granularity: 'query', metrics: { accuracy: 0.5 }, domains: ['bi'] }, { task: 'chat' }],
  modalities: ['text', 'image'],
  learning_config: 'static',
  sources: [{ source: 'https://example.org', date: '2026-11-01' }],
  extra: { owner: { team: 'x' }, list: [1, null] },
};

const idsOf = async ({ catalog }: Ledger): Promise<string[]> => (await catalog.list()).map((llm) => llm.id);

export function describeCatalogStore(store: StoreUnderTest): void {
  describe('catalog', () => {
    test('an LLM comes back with exactly the facts that were declared', async (t) => {
      const { catalog } = (await store.open(t)).ledger;
      assert.equal(await catalog.put(profile('a', FACTS)), true);
      assert.deepEqual(await catalog.get('a'), { id: 'a', ...FACTS });
      assert.equal(await catalog.get('b'), undefined);
      assert.equal(await catalog.put(profile('b')), true);
      assert.deepEqual(await catalog.get('b'), { id: 'b' });
      assert.deepEqual(await catalog.list(), [{ id: 'a', ...FACTS }, { id: 'b' }]);
    });

    test('kinds of work are tasks, and the fields that they suit are domains of these', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.catalog.put(profile('a', FACTS));
      const { tasks, domains, taskDomains } = await ledger.snapshot.read();
      const sql = tasks.findIndex(({ id }) => id === 'sql');
      assert.deepEqual([domains, taskDomains], [[{ id: 'bi', description: '' }], [[sql, 0]]]);
    });

    test('changes of several are applied together, or none of them', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.catalog.put(profile('a', FACTS));
      await ledger.catalog.put(profile('b'));
      await ledger.catalog.apply({ put: [profile('c'), profile('b', { size_b: 1 })], remove: ['a', 'nobody'] });
      assert.deepEqual(await ledger.catalog.list(), [{ id: 'b', size_b: 1 }, { id: 'c' }]);
      const broken = { ...profile('d'), size_b: 'x' } as never;
      await assert.rejects(ledger.catalog.apply({ put: [profile('e'), broken], remove: ['b'] }));
      assert.deepEqual(await idsOf(ledger), ['b', 'c']);
    });

    test('put replaces', async (t) => {
      const { catalog } = (await store.open(t)).ledger;
      await catalog.put(profile('a', FACTS));
      assert.equal(await catalog.put(profile('a', { tags: ['new'] })), false);
      assert.deepEqual(await catalog.get('a'), { id: 'a', tags: ['new'] });
      assert.equal(await catalog.put(profile('a', FACTS)), false);
      assert.equal(await catalog.put(profile('a', FACTS)), false);
      assert.deepEqual(await catalog.get('a'), { id: 'a', ...FACTS });
    });

    test('an LLM that feedback brought is not new', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.feedback.append([{ records: [interaction('q', 'a', 1)] }]);
      assert.deepEqual(await ledger.catalog.get('a'), { id: 'a' });
      assert.equal(await ledger.catalog.put(profile('a', FACTS)), false);
    });

    test('LLMs are listed in order of their ids, whatever the order of arrival', async (t) => {
      const { ledger } = await store.open(t);
      const ids = ['z', 'a', 'é', 'B', '😀', '\uFF5E'];
      for (const id of ids) await ledger.catalog.put(profile(id));
      assert.deepEqual(await idsOf(ledger), ids.toSorted());
    });

    test('a deleted LLM leaves the list, keeps its interactions, and comes back with put', async (t) => {
      const { ledger } = await store.open(t);
      const { catalog } = ledger;
      await catalog.put(profile('a', FACTS));
      await ledger.feedback.append([{ records: [interaction('q', 'a', 1), interaction('q', 'b', 0)] }]);
      assert.equal(await catalog.delete('a'), true);
      assert.equal(await catalog.delete('a'), false);
      assert.equal(await catalog.delete('never'), false);
      assert.equal(await catalog.get('a'), undefined);
      assert.deepEqual(await idsOf(ledger), ['b']);
      assert.equal((await ledger.feedback.counts()).interactions, 2);

      const [answer] = await ledger.feedback.append([{ records: [interaction('q2', 'a', 0.5)] }]);
      assert.deepEqual(answer, { receipt: { interactions: 1, preferences: 0, new_models: [] }, stored: true });
      assert.deepEqual(await idsOf(ledger), ['b'], 'feedback must not revive it');

      assert.equal(await catalog.put(profile('a')), true);
      assert.deepEqual(await catalog.get('a'), { id: 'a' });
      const { queries, scores, llms } = await withTexts(await ledger.snapshot.read(), ledger.snapshot.texts);
      assert.deepEqual(
        new Set(
          Array.from(
            scores.score,
            (score, i) => `${queries.textOf(scores.query[i]!)} ${llms[scores.llm[i]!]!.id} ${score}`,
          ),
        ),
        new Set(['q a 1', 'q b 0', 'q2 a 0.5']),
      );
      assert.equal((await ledger.feedback.stats()).find((llm) => llm.id === 'a')?.interactions, 2);
    });

    test('families, tasks and domains are described and linked', async (t) => {
      const { ledger } = await store.open(t);
      const { catalog } = ledger;
      await catalog.describe('family', 'f', 'first');
      await catalog.describe('family', 'f', 'a family');
      await catalog.describe('task', 't', 'a task');
      await catalog.describe('domain', 'd', 'a domain');
      await catalog.linkTaskDomain('t', 'd');
      await catalog.linkTaskDomain('t', 'd');
      await catalog.linkTaskDomain('new task', 'new domain');
      const rows = await ledger.snapshot.read();
      assert.deepEqual(rows.families, [{ id: 'f', description: 'a family' }]);
      assert.deepEqual(rows.tasks, [
        { id: 'new task', description: '' },
        { id: 't', description: 'a task' },
      ]);
      assert.deepEqual(rows.domains, [
        { id: 'd', description: 'a domain' },
        { id: 'new domain', description: '' },
      ]);
      assert.deepEqual(rows.taskDomains, [
        [0, 1],
        [1, 0],
      ]);
    });

    test('a description may be taken back', async (t) => {
      const { ledger } = await store.open(t);
      for (const description of ['one', ''])
        for (const kind of ['task', 'domain', 'family'] as const) await ledger.catalog.describe(kind, 'x', description);
      const { tasks, domains, families } = await ledger.snapshot.read();
      assert.deepEqual(
        [tasks, domains, families],
        [[{ id: 'x', description: '' }], [{ id: 'x', description: '' }], []],
      );
    });

    test('a family that no LLM has any more is not in the rows', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.catalog.put(profile('a', { family: 'old' }));
      await ledger.catalog.put(profile('a', { family: 'new' }));
      assert.deepEqual((await ledger.snapshot.read()).families, [{ id: 'new', description: '' }]);
    });

    test('an LLM that cannot be written leaves nothing of it', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.catalog.put(profile('a', FACTS));
      const before = [await ledger.catalog.list(), await ledger.snapshot.read(), await ledger.changes.revisions()];
      for (const id of ['a', 'new']) {
        const broken = profile(id, { ...FACTS, family: 'other', benchmarks: { fine: 1, faulty: 1 } });
        broken.benchmarks = { ...broken.benchmarks, faulty: 2 } as typeof broken.benchmarks;
        await assert.rejects(ledger.catalog.put(broken));
      }
      const after = [await ledger.catalog.list(), await ledger.snapshot.read(), await ledger.changes.revisions()];
      assert.equal(JSON.stringify(after), JSON.stringify(before));
    });

    test('odd ids and texts come back as they were given', async (t) => {
      const { ledger } = await store.open(t);
      for (const id of ODD_IDS) {
        assert.equal(await ledger.catalog.put(profile(id, { family: id, tags: [id], revision: id })), true);
        await ledger.catalog.linkTaskDomain(id, id);
      }
      for (const [i, text] of ODD_TEXTS.entries()) {
        const llm = profile(`of text ${i}`, { description: text });
        await ledger.catalog.put(llm);
        await ledger.catalog.describe('task', `of text ${i}`, text);
        assert.deepEqual(await ledger.catalog.get(llm.id), llm);
      }
      const rows = await ledger.snapshot.read();
      assert.deepEqual(
        rows.tasks.map(({ id, description }) => [id, description]),
        [...ODD_IDS.map((id) => [id, '']), ...ODD_TEXTS.map((text, i) => [`of text ${i}`, text])].toSorted((a, b) =>
          a[0]! < b[0]! ? -1 : 1,
        ),
      );
      for (const id of ODD_IDS) {
        assert.deepEqual(await ledger.catalog.get(id), { id, revision: id, family: id, tags: [id] });
        assert.equal(await ledger.catalog.delete(id), true);
        assert.equal(await ledger.catalog.get(id), undefined);
      }
    });

    test('two openers see each other, and an LLM that both put at once is new to one of them', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const other = await openAgain();
      const puts = Array.from({ length: 10 }, (_, i) => [ledger, other][i % 2]!.catalog.put(profile('a')));
      assert.equal((await Promise.all(puts)).filter((isNew) => isNew).length, 1);
      const deletes = [ledger, other, ledger, other].map(({ catalog }) => catalog.delete('a'));
      assert.equal((await Promise.all(deletes)).filter((there) => there).length, 1);
      await Promise.all(
        Array.from({ length: 20 }, (_, i) => [ledger, other][i % 2]!.catalog.put(profile(`m${i}`, { family: 'same' }))),
      );
      assert.equal((await ledger.catalog.list()).length, 20);
      assert.deepEqual(await ledger.catalog.list(), await other.catalog.list());
    });

    testBusy(
      store,
      {
        put: ({ catalog }) => catalog.put(profile('b')),
        delete: ({ catalog }) => catalog.delete('a'),
        describe: ({ catalog }) => catalog.describe('task', 't', 'x'),
        linkTaskDomain: ({ catalog }) => catalog.linkTaskDomain('t', 'd'),
      },
      ({ ledger }) => ledger.catalog.put(profile('a')),
    );
  });
}
