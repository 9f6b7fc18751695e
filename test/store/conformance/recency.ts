import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { freezeGraph } from '../../../src/graph/freeze.js';
import { ALL_RELATIONS, NODE_KINDS } from '../../../src/graph/relations.js';
import { withTexts } from '../../../src/graph/rows.js';
import type { Ledger } from '../../../src/store/ports/index.js';
import type { SnapshotOptions } from '../../../src/store/ports/snapshot.js';
import { interaction, preference, profile, START } from '../support.js';
import type { StoreUnderTest } from './store-under-test.js';

const DAY = 86_400_000;
const at = (days: number): { at: string } => ({ at: new Date(START + days * DAY).toISOString() });

interface Place {
  ledger: Ledger;
  /** Makes an LLM another one on all tasks, and leaves what is declared of it as it was: its id alone. */
  mark(llm: string, days: number): Promise<void>;
  /** Lets an LLM become worse on one task. */
  driftOn(llm: string, task: string, days: number): Promise<void>;
  setDay(days: number): void;
}

async function place(store: StoreUnderTest, t: TestContext): Promise<Place> {
  const { ledger, time } = await store.open(t);
  const setDay = (days: number): void => void (time.now = START + days * DAY);
  return {
    ledger,
    setDay,
    async mark(llm, days) {
      setDay(days);
      await ledger.catalog.put(profile(llm, { revision: `of day ${days}` }));
      await ledger.catalog.put(profile(llm));
    },
    async driftOn(model, task, days) {
      const observed = (length: number, value: number, from: number) =>
        Array.from({ length }, () => ({
          model,
          task,
          signal: 'score' as const,
          value,
          predicted: null,
          version: null,
          at: START + from * DAY,
        }));
      const alerts = await ledger.alerts.observe([...observed(200, 1, days - 0.25), ...observed(60, 0, days)]);
      assert.equal(alerts.length, 1);
      const since = (Date.parse(alerts[0]!.since) - START) / DAY;
      assert.ok(since >= days - 0.25 && since <= days, String(since));
    },
  };
}

/** Mean score and count of each LLM on each query. */
async function cells(
  ledger: Ledger,
  options?: SnapshotOptions,
): Promise<Record<string, [score: number, count: number]>> {
  const { llms, queries, scores } = await withTexts(await ledger.snapshot.read(options), ledger.snapshot.texts);
  return Object.fromEntries(
    Array.from(scores.query, (q, e) => [
      `${llms[scores.llm[e]!]!.id} ${queries.textOf(q)}`,
      [scores.score[e]!, scores.count[e]!],
    ]),
  );
}

const hashOf = async (ledger: Ledger, options?: SnapshotOptions): Promise<string> =>
  freezeGraph(await withTexts(await ledger.snapshot.read(options), ledger.snapshot.texts), {
    kinds: new Set(NODE_KINDS),
    relations: new Set(ALL_RELATIONS),
  }).hash;

/** How far answers count in a snapshot: those from before an LLM changed, and old ones. */
export function describeRecency(store: StoreUnderTest): void {
  describe('recency', () => {
    test('answers from before a change count little once there are others, those of other LLMs wholly', async (t) => {
      const { ledger, mark } = await place(store, t);
      await ledger.feedback.append([
        { records: [interaction('old', 'a', 1, at(0)), interaction('old', 'b', 1, at(0))] },
      ]);
      const before = await hashOf(ledger);
      await mark('a', 1);
      assert.deepEqual(await cells(ledger), { 'a old': [1, 1], 'b old': [1, 1] });
      assert.equal(await hashOf(ledger), before, 'nothing has come since: the snapshot is the same');
      await ledger.feedback.append([{ records: [interaction('new', 'a', 0, at(1))] }]);
      assert.deepEqual(await cells(ledger), { 'a old': [1, 1 / 16], 'b old': [1, 1], 'a new': [0, 1] });
    });

    test('the same rows with a change are another snapshot', async (t) => {
      const [changed, unchanged] = [await place(store, t), await place(store, t)];
      for (const { ledger } of [changed, unchanged])
        await ledger.feedback.append([
          {
            records: [
              interaction('q', 'a', 1, at(0)),
              interaction('r', 'a', 0, at(2)),
              preference('s', 'a', 'b', at(0)),
              preference('s', 'a', 'b', at(2)),
            ],
          },
        ]);
      assert.equal(await hashOf(changed.ledger), await hashOf(unchanged.ledger));
      await changed.mark('a', 1);
      assert.notEqual(await hashOf(changed.ledger), await hashOf(unchanged.ledger));
      assert.equal('weight' in (await unchanged.ledger.snapshot.read()).preferences, false);
    });

    test('a query that was asked before and since is judged by since', async (t) => {
      const { ledger, mark } = await place(store, t);
      await ledger.feedback.append([
        {
          records: [
            ...Array.from({ length: 99 }, () => interaction('q', 'a', 1, at(0))),
            interaction('q', 'a', 0, at(2)),
            interaction('r', 'a', 0.25, at(0)),
            interaction('r', 'a', 0.75, at(0)),
          ],
        },
      ]);
      await mark('a', 1);
      const [score, count] = (await cells(ledger))['a q']!;
      assert.ok(Math.abs(score - 1 / 17) < 1e-6, String(score));
      assert.equal(count, 1 + 1 / 16, 'the old ones count together as one');
      assert.deepEqual((await cells(ledger))['a r'], [0.5, 1 / 16]);
    });

    test('a change on a task leaves the other tasks', async (t) => {
      const { ledger, driftOn } = await place(store, t);
      await ledger.feedback.append([
        {
          records: [
            interaction('q', 'a', 1, { task: 'x', ...at(0) }),
            interaction('r', 'a', 1, { task: 'y', ...at(0) }),
            interaction('s', 'a', 1, at(0)),
            interaction('t', 'a', 0, { task: 'y', ...at(2) }),
          ],
        },
      ]);
      await driftOn('a', 'x', 1);
      assert.ok(
        Object.values(await cells(ledger)).every(([, count]) => count === 1),
        'none on the task has come since',
      );
      await ledger.feedback.append([{ records: [interaction('u', 'a', 0, { task: 'x', ...at(2) })] }]);
      assert.deepEqual(
        Object.entries(await cells(ledger)).filter(([, [, count]]) => count < 1),
        [['a q', [1, 1 / 16]]],
      );
    });

    test('several changes multiply, down to a least weight', async (t) => {
      const { ledger, mark } = await place(store, t);
      await ledger.feedback.append([
        { records: [0, 2, 4, 6].map((day) => interaction(`day ${day}`, 'a', 1, at(day))) },
      ]);
      for (const day of [1, 3, 5]) await mark('a', day);
      const now = await cells(ledger);
      assert.deepEqual(
        [0, 2, 4, 6].map((day) => now[`a day ${day}`]![1]),
        [1 / 64, 1 / 64, 1 / 16, 1],
      );
    });

    test('comparisons count as little as the LLM of the two that changed', async (t) => {
      const { ledger, mark } = await place(store, t);
      await ledger.feedback.append([
        {
          records: [
            preference('q', 'a', 'b', at(0)),
            preference('q', 'b', 'c', at(0)),
            preference('q', 'a', 'b', at(2)),
          ],
        },
      ]);
      await mark('a', 1);
      const { llms, preferences } = await ledger.snapshot.read();
      assert.deepEqual(
        llms.map((llm) => llm.id as string),
        ['a', 'b', 'c'],
      );
      assert.deepEqual(
        Array.from(preferences.better, (better, p) => [better, preferences.worse[p], preferences.weight![p]]),
        [
          [0, 1, 1 / 16],
          [0, 1, 1],
          [1, 2, 1],
        ],
      );
    });

    test('with a half-life answers count the less the older they are, in steps that add up exactly', async (t) => {
      const { ledger } = await place(store, t);
      await ledger.feedback.append([
        { records: [0, 300, 360, 370, 380, 390].map((day) => interaction(`day ${day}`, 'a', 1, at(day))) },
      ]);
      assert.deepEqual(
        Object.values(await cells(ledger)).map(([, count]) => count),
        Array(6).fill(1),
      );
      const counts = await cells(ledger, { halfLifeDays: 30 });
      assert.deepEqual(
        [390, 380, 360, 300, 0].map((day) => counts[`a day ${day}`]![1]),
        [1, 51 / 64, 1 / 2, 1 / 8, 1 / 64],
      );
      assert.notEqual(await hashOf(ledger, { halfLifeDays: 30 }), await hashOf(ledger));
    });

    test('another revision is a change; the first of a new LLM, the same again and none are not', async (t) => {
      const { ledger, setDay } = await place(store, t);
      const { catalog } = ledger;
      const answer = async (model: string, day: number) =>
        ledger.feedback.append([{ records: [interaction(`day ${day}`, model, 1, at(day))] }]);
      await catalog.put(profile('a', { revision: '1', size_b: 8 }));
      await answer('a', 0);
      await catalog.put(profile('a', { revision: '1' }));
      await catalog.put(profile('a', { revision: '1', size_b: 9 }));
      await answer('a', 0.5);
      assert.deepEqual(await cells(ledger), { 'a day 0': [1, 1], 'a day 0.5': [1, 1] });
      setDay(1);
      await catalog.put(profile('a', { revision: '2' }));
      await answer('a', 1.5);
      setDay(2);
      await catalog.put(profile('a', { revision: '3' }));
      await catalog.put(profile('a'));
      assert.equal((await catalog.get('a'))!.revision, undefined);
      await catalog.put(profile('a', { revision: '3' }));
      await catalog.delete('a');
      await catalog.put(profile('a', { revision: '3' }));
      await answer('a', 2.5);
      await answer('b', 2.5);
      setDay(3);
      await catalog.put(profile('b', { revision: 'the first that is declared' }));
      await answer('b', 3.5);
      assert.deepEqual(await cells(ledger), {
        'a day 0': [1, 1 / 64],
        'a day 0.5': [1, 1 / 64],
        'a day 1.5': [1, 1 / 16],
        'a day 2.5': [1, 1],
        'b day 2.5': [1, 1 / 16],
        'b day 3.5': [1, 1],
      });
    });

    test('an import that brings a revision and its answers is all of one time', async (t) => {
      const { ledger, setDay } = await place(store, t);
      await ledger.catalog.put(profile('a'));
      await ledger.feedback.append([{ records: [interaction('old', 'a', 1)] }]);
      setDay(1);
      const writer = await ledger.imports.begin();
      await writer.add([interaction('new', 'a', 0)]);
      setDay(2);
      await writer.mergeLlm(profile('a', { revision: '2' }));
      await writer.commit();
      assert.deepEqual(await cells(ledger), { 'a old': [1, 1 / 16], 'a new': [0, 1] });
    });

    test('a change on a task leaves the statistics, one on all tasks tells them apart', async (t) => {
      const { ledger, driftOn } = await place(store, t);
      const stats = async () => (await ledger.feedback.stats()).find((llm) => llm.id === 'a')!;
      await ledger.feedback.append([
        { records: Array.from({ length: 32 }, (_, i) => interaction(`old ${i}`, 'a', 1, { task: 'x' })) },
      ]);
      await driftOn('a', 'x', 1);
      assert.deepEqual((await stats()).now, { scored: 32, meanScore: 1, weight: 32 });
      await ledger.catalog.put(profile('a', { revision: '2' }));
      assert.deepEqual((await stats()).now, { scored: 0, meanScore: 1, weight: 32 });
      await ledger.feedback.append([{ records: [interaction('new', 'a', 0), interaction('newer', 'a', 0)] }]);
      assert.deepEqual((await stats()).now, { scored: 2, meanScore: 0.5, weight: 4 });
      const { interactions, meanScore } = await stats();
      assert.deepEqual([interactions, meanScore], [34, 32 / 34]);
    });
  });
}
