import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sha256 } from '../../../src/base/hash.js';
import { createRng } from '../../../src/base/rng.js';
import { withTexts } from '../../../src/graph/rows.js';
import type { MetricSettings } from '../../../src/schema/metric.js';
import type { FeedbackRecord } from '../../../src/store/ports/feedback.js';
import { allRows, interaction, preference, profile, START } from '../support.js';
import { describeRecency } from './recency.js';
import { ODD_TEXTS, type StoreUnderTest } from './store-under-test.js';

const at = (minutes: number): string => new Date(START + minutes * 60_000).toISOString();

function plainMean(scores: number[]): number {
  return Math.fround(scores.reduce((sum, score) => sum + score, 0) / scores.length);
}

export function describeSnapshotStore(store: StoreUnderTest): void {
  describe('snapshot', () => {
    test('answers of an LLM whose profile stands tell what is asked, and no more', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.feedback.append([
        { records: [interaction('q', 'a', 1), interaction('q', 'b', 0.5), preference('q', 'a', 'b')] },
      ]);
      await ledger.catalog.put(profile('a', { learning_config: 'static' }));
      const { scores, preferences, queries } = await ledger.snapshot.read();
      assert.deepEqual([[...scores.llm], [...scores.score], preferences.query.length], [[1], [0.5], 0]);
      assert.equal(queries.length, 1);
      await ledger.catalog.put(profile('a', { learning_config: 'trainable_gnn' }));
      assert.deepEqual([...(await ledger.snapshot.read()).scores.llm], [0, 1]);
    });

    test('one query is read with its text and how LLMs of the catalogue did on it, best first', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.feedback.append([
        {
          records: [
            interaction('q', 'a', 0.5),
            interaction('q', 'b', 1),
            interaction('q', 'a', 0),
            interaction('r', 'b', 1),
          ],
        },
      ]);
      const answers = [
        { model: 'b', score: 1, answers: 1 },
        { model: 'a', score: 0.25, answers: 2 },
      ];
      assert.deepEqual(await ledger.snapshot.query(sha256('q')), { text: 'q', answers });
      await ledger.catalog.delete('b');
      assert.deepEqual((await ledger.snapshot.query(sha256('q')))!.answers, answers.slice(1));
      assert.equal(await ledger.snapshot.query(sha256('nobody')), undefined);
    });

    test('what metrics mean is part of it where a team says so', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.catalog.put(profile('a'));
      assert.equal((await ledger.snapshot.read()).metrics, undefined);
      const settings: MetricSettings = { metrics: { csat: { range: [1, 10], weight: 1 } } };
      await ledger.settings.put('metrics', settings);
      assert.deepEqual((await ledger.snapshot.read()).metrics, settings);
    });

    test('rows are in canonical order, with the mean per query and LLM', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.catalog.put(profile('idle', { family: 'f' }));
      await ledger.feedback.append([
        {
          records: [
            interaction('two', 'b', 0.5, { task: 'z', domain: 'math', prompt_tokens: 10, latency_ms: 100 }),
            interaction('one', 'b', 0.2, { task: 'y', prompt_tokens: 20 }),
            interaction('two', 'a', 1),
            interaction('two', 'b', 0.75),
            preference('two', 'b', 'a'),
            preference('three', 'idle', 'b'),
            preference('two', 'a', 'b'),
            preference('two', 'b', 'a'),
          ],
        },
      ]);
      const rows = await allRows(ledger);
      const texts = ['one', 'two', 'three'].toSorted((x, y) => (sha256(x) < sha256(y) ? -1 : 1));
      assert.deepEqual(rows.llms, [{ id: 'a' }, { id: 'b' }, { id: 'idle', family: 'f' }]);
      assert.deepEqual(rows.families, [{ id: 'f', description: '' }]);
      assert.deepEqual(
        rows.tasks.map((task) => task.id),
        ['y', 'z'],
      );
      assert.deepEqual(rows.taskDomains, [[1, 0]]);
      const taskOf: Record<string, number> = { one: 0, two: 1, three: -1 };
      assert.deepEqual(
        rows.queries,
        texts.map((text) => ({ hash: sha256(text), text, task: taskOf[text] })),
      );
      const cells = Array.from(rows.scores.query, (q, i) => [
        texts[q],
        rows.scores.llm[i],
        rows.scores.score[i],
        rows.scores.count[i],
      ]);
      const expected = texts.flatMap(
        (text): unknown[] =>
          ({
            one: [['one', 1, Math.fround(0.2), 1]],
            two: [
              ['two', 0, 1, 1],
              ['two', 1, 0.625, 2],
            ],
            three: [],
          })[text]!,
      );
      assert.deepEqual(cells, expected);
      const pairs = Array.from(rows.preferences.query, (q, i) => [
        texts[q],
        rows.preferences.better[i],
        rows.preferences.worse[i],
      ]);
      assert.deepEqual(
        pairs,
        texts.flatMap(
          (text): unknown[] =>
            ({
              one: [],
              two: [
                ['two', 0, 1],
                ['two', 1, 0],
                ['two', 1, 0],
              ],
              three: [['three', 2, 1]],
            })[text]!,
        ),
      );
    });

    test('an empty ledger gives empty rows', async (t) => {
      const rows = await (await store.open(t)).ledger.snapshot.read();
      assert.equal(
        rows.llms.length + rows.queries.length + rows.scores.score.length + rows.preferences.query.length,
        0,
      );
    });

    test('the same content gives the same rows in whatever order and grouping it came', async (t) => {
      const rng = createRng(3);
      const records: FeedbackRecord[] = [];
      for (let i = 0; i < 600; i++) {
        const usage = {
          task: `t${rng.int(4)}`,
          at: at(i),
          cost_usd: rng.next() * 10 ** -rng.int(12),
          latency_ms: rng.next() * 10 ** rng.int(9),
        };
        // Few queries, so that many scores of different size are averaged in each cell.
        if (i % 5) records.push(interaction(`query ${rng.int(12)}`, `llm ${rng.int(6)}`, rng.next(), usage));
        else
          records.push(
            preference(`query ${rng.int(12)}`, `llm ${rng.int(3)}`, `llm ${3 + rng.int(3)}`, {
              task: `t${rng.int(4)}`,
              at: usage.at,
            }),
          );
      }
      const rowsOf = async (order: FeedbackRecord[], groups: number, declareFirst: boolean) => {
        const { ledger } = await store.open(t);
        const declare = async (): Promise<void> => {
          await ledger.catalog.put(profile('llm 2', { family: 'f', benchmarks: { t9: 0.5, t1: 0.25 } }));
          await ledger.catalog.describe('task', 't3', 'third');
          await ledger.catalog.linkTaskDomain('t3', 'd');
          await ledger.catalog.put(profile('llm 5'));
          await ledger.catalog.delete('llm 5');
        };
        if (declareFirst) await declare();
        for (let i = 0; i < order.length; i += groups)
          await ledger.feedback.append([{ records: order.slice(i, i + groups) }]);
        if (!declareFirst) await declare();
        return allRows(ledger);
      };
      const expected = await rowsOf(records, records.length, true);
      assert.equal(expected.queries.length, 12);
      assert.equal(expected.llms.length, 5);
      for (const groups of [7, 50, 600]) {
        const actual = await rowsOf(rng.shuffle([...records]), groups, groups === 50);
        assert.deepEqual(actual, expected);
        assert.equal(JSON.stringify(actual), JSON.stringify(expected), 'down to the order of keys');
      }
      const changed = [...records.slice(1), interaction('query 1', 'llm 1', 0.123)];
      assert.notDeepEqual(await rowsOf(changed, 600, true), expected);
    });

    test('scores that add up to another float in another order have one mean', async (t) => {
      const tiny = 2 ** -53;
      const scores = [1, 1, 2 ** -23, tiny, tiny, tiny, 0, 0];
      const meanOf = async (order: number[]): Promise<number> => {
        const { ledger } = await store.open(t);
        await ledger.feedback.append([{ records: order.map((score) => interaction('q', 'a', score)) }]);
        return (await ledger.snapshot.read()).scores.score[0]!;
      };
      assert.notEqual(plainMean(scores), plainMean(scores.toReversed()), 'the case is one where order would matter');
      assert.equal(await meanOf(scores), await meanOf(scores.toReversed()));
    });

    test('a query’s task is the one most recently given', async (t) => {
      const { ledger } = await store.open(t);
      const taskOf = async (): Promise<string | undefined> => {
        const rows = await ledger.snapshot.read();
        return rows.tasks[rows.queries.taskOf(0)]?.id;
      };
      const give = async (record: FeedbackRecord, expected: string | undefined): Promise<void> => {
        await ledger.feedback.append([{ records: [record] }]);
        assert.equal(await taskOf(), expected);
      };
      await give(interaction('q', 'a', 1), undefined);
      await give(interaction('q', 'a', 1, { task: 'first' }), 'first');
      await give(interaction('q', 'b', 1, { task: 'second' }), 'second');
      await give(interaction('q', 'b', 1), 'second');
      await give(interaction('q', 'b', 1, { task: 'earlier', at: at(-10) }), 'second');
      await give(preference('q', 'a', 'b', { task: 'third', at: at(5) }), 'third');
      await give(interaction('q', 'a', 1, { task: 'first', at: at(6) }), 'first');
    });

    test('deleted LLMs, their edges and the queries that only they had are left out', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.feedback.append([
        {
          records: [
            interaction('shared', 'a', 1),
            interaction('shared', 'b', 0.5),
            interaction('only b', 'b', 1),
            preference('shared', 'a', 'b'),
            preference('pair', 'a', 'c'),
          ],
        },
      ]);
      await ledger.catalog.delete('b');
      const rows = await withTexts(await ledger.snapshot.read(), ledger.snapshot.texts);
      assert.deepEqual(rows.llms, [{ id: 'a' }, { id: 'c' }]);
      assert.deepEqual(Array.from(rows.queries, (query) => query.text).toSorted(), ['pair', 'shared']);
      assert.equal(rows.scores.query.length, 1);
      assert.equal(rows.queries.textOf(rows.scores.query[0]!), 'shared');
      assert.equal(rows.preferences.query.length, 1);
      assert.equal(rows.queries.textOf(rows.preferences.query[0]!), 'pair');
    });

    test('texts are read by their hashes, in the order asked for; one that is not there is undefined', async (t) => {
      const { ledger } = await store.open(t);
      const records = ODD_TEXTS.map((text) => interaction(text, 'a', 1));
      await ledger.feedback.append([{ records }]);
      const hashes = ODD_TEXTS.map((text) => sha256(text));
      assert.deepEqual(await ledger.snapshot.texts([...hashes, sha256('never'), hashes[0]!]), [
        ...ODD_TEXTS,
        undefined,
        ODD_TEXTS[0],
      ]);
      assert.deepEqual(await ledger.snapshot.texts([]), []);
    });

    test('a snapshot is of one state, whatever another opener appends meanwhile', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const other = await openAgain();
      const batch = (i: number) => ({ records: [interaction(`q${i}`, `m${i}`, 1), preference(`q${i}`, `m${i}`, 'n')] });
      await other.feedback.append([batch(0)]);
      const [, ...snapshots] = await Promise.all([
        Promise.all(Array.from({ length: 20 }, (_, i) => other.feedback.append([batch(i + 1)]))),
        ...Array.from({ length: 5 }, () => ledger.snapshot.read()),
      ]);
      for (const { queries, scores, preferences, llms } of snapshots) {
        assert.equal(scores.query.length, queries.length);
        assert.equal(preferences.query.length, queries.length);
        assert.equal(llms.length, queries.length + 1);
      }
      assert.equal((await ledger.snapshot.read()).queries.length, 21);
    });
  });
  describeRecency(store);
}
