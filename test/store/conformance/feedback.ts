import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PointsmanError } from '../../../src/base/errors.js';
import { sha256 } from '../../../src/base/hash.js';
import { createForgetting } from '../../../src/dataset/forget.js';
import type { FeedbackReceipt } from '../../../src/schema/feedback.js';
import type { CommentRecord, FeedbackRecord } from '../../../src/store/ports/feedback.js';
import type { Ledger } from '../../../src/store/ports/index.js';
import { allRows, interaction, preference, profile, signal, START } from '../support.js';
import { sizeOf } from './retention.js';
import { describeStatistics } from './statistics.js';
import { ODD_IDS, ODD_TEXTS, testBusy, type StoreUnderTest } from './store-under-test.js';

const DECISION = '01890000-0000-7000-8000-000000000001';
/** Of a batch that was written, and of one that had been before. */
const stored = (receipt: FeedbackReceipt) => ({ receipt, stored: true });
const replayed = (receipt: FeedbackReceipt) => ({ receipt, stored: false });

const rowsOf = async (ledger: Ledger): Promise<number> => {
  const { interactions, preferences } = await ledger.feedback.counts();
  return interactions + preferences;
};

export function describeFeedbackStore(store: StoreUnderTest): void {
  describe('feedback', () => {
    test('every field of an interaction and a preference is kept', async (t) => {
      const { ledger } = await store.open(t);
      const at = '2025-06-01T12:00:00.250+02:00';
      const [answer] = await ledger.feedback.append([
        {
          records: [
            interaction('one', 'm', 0.25, {
              task: 't',
              domain: 'd',
              cost_usd: 0.001,
              latency_ms: 12.5,
              prompt_tokens: 3,
              completion_tokens: 4,
              error: 'late',
              at,
              decision_id: DECISION,
            }),
            interaction('one', 'n', 1, { decision_id: DECISION }),
            preference('two', 'm', 'n', { task: 't', at }),
          ],
        },
      ]);
      assert.deepEqual(answer, stored({ interactions: 2, preferences: 1, new_models: ['m', 'n'] }));
      assert.deepEqual((await ledger.decisions.outcomes([DECISION])).get(DECISION), [
        { model: 'm', score: 0.25, cost_usd: 0.001, latency_ms: 12.5, error: 'late', at: '2025-06-01T10:00:00.250Z' },
        { model: 'n', score: 1, cost_usd: null, latency_ms: null, error: null, at: new Date(START).toISOString() },
      ]);
      const rows = await allRows(ledger);
      assert.deepEqual(rows.queries.map(({ text, task }) => [text, rows.tasks[task]!.id]).toSorted(), [
        ['one', 't'],
        ['two', 't'],
      ]);
      assert.deepEqual(rows.domains, [{ id: 'd', description: '' }]);
      assert.deepEqual(rows.taskDomains, [[0, 0]], 'a domain given with a task links the two');
    });

    test('counts grow by one with each interaction and preference; a query is stored once', async (t) => {
      const { ledger } = await store.open(t);
      assert.deepEqual(await ledger.feedback.counts(), { interactions: 0, preferences: 0, queries: 0 });
      await ledger.feedback.append([
        { records: [interaction('q', 'a', 1), interaction('q', 'a', 0)] },
        { records: [preference('q', 'a', 'b'), interaction('r', 'a', 1)] },
      ]);
      assert.deepEqual(await ledger.feedback.counts(), { interactions: 3, preferences: 1, queries: 2 });
    });

    test('scored answers are read on from a position, but failed ones and those of deleted LLMs', async (t) => {
      const { ledger } = await store.open(t);
      assert.equal(await ledger.feedback.position(), 0);
      assert.deepEqual(await ledger.feedback.after(0, 10), { answers: [], position: 0 });
      await ledger.feedback.append([
        {
          records: [
            interaction('one', 'a', 1, { task: 't' }),
            interaction('two', 'gone', 1),
            interaction('three', 'b', 0, { error: 'late' }),
            preference('four', 'a', 'b'),
            interaction('five', 'b', 0.5),
          ],
        },
      ]);
      await ledger.catalog.delete('gone');
      const { answers, position } = await ledger.feedback.after(0, 10);
      assert.deepEqual(
        answers.map(({ model, query, task, score }) => [model, query, task, score]),
        [
          ['a', 'one', 't', 1],
          ['b', 'five', undefined, 0.5],
        ],
      );
      assert.equal(position, await ledger.feedback.position());
      const first = await ledger.feedback.after(0, 1);
      assert.deepEqual(first.answers, answers.slice(0, 1));
      assert.deepEqual(await ledger.feedback.after(first.position, 10), { answers: answers.slice(1), position });
      await ledger.feedback.append([{ records: [interaction('six', 'a', 0, { error: 'late' })] }]);
      const later = await ledger.feedback.after(position, 10);
      assert.deepEqual(later.answers, []);
      assert.ok(later.position > position, 'what counts for nothing is not read again');
    });

    test('an answer without a score is counted; a signal is a score of one that is counted already', async (t) => {
      const { ledger } = await store.open(t);
      const [answer] = await ledger.feedback.append([
        {
          records: [
            interaction('one', 'a', undefined, { cost_usd: 0.5, latency_ms: 100, decision_id: DECISION }),
            signal('one', 'a', true, { source: 'user', decision_id: DECISION }),
            signal('one', 'a', 0.5, { signal: 'judge' }),
            interaction('two', 'b', undefined, { error: 'late' }),
          ],
        },
      ]);
      assert.deepEqual(answer, stored({ interactions: 2, preferences: 0, signals: 2, new_models: ['a', 'b'] }));
      const [a, b] = await ledger.feedback.stats();
      assert.deepEqual(
        [a!.interactions, a!.scored, a!.meanScore, a!.costUsd, a!.now],
        [1, 2, 0.75, 0.5, { scored: 2, meanScore: 0.75, weight: 2 }],
      );
      assert.deepEqual([b!.interactions, b!.scored, b!.meanScore], [1, 0, NaN]);
      const at = new Date(START).toISOString();
      assert.deepEqual((await ledger.decisions.outcomes([DECISION])).get(DECISION), [
        { model: 'a', score: null, cost_usd: 0.5, latency_ms: 100, error: null, at },
        { model: 'a', score: 1, cost_usd: null, latency_ms: null, error: null, at, signal: 'thumb', source: 'user' },
      ]);
      const { answers } = await ledger.feedback.after(0, 10);
      assert.deepEqual(
        answers.map(({ model, score }) => [model, score]),
        [
          ['a', 1],
          ['a', 0.5],
        ],
      );
      const [day] = (await ledger.decisions.days('2026-01-01', '2026-01-01')).observed;
      assert.deepEqual(day, { day: '2026-01-01', answers: 1, score: 1, square: 1, worth: 1, cost_usd: 0.5, errors: 0 });
      const rows = await allRows(ledger);
      assert.deepEqual(rows.queries.map(({ text }) => text).toSorted(), ['one', 'two'], 'both say what is asked');
      assert.deepEqual([[...rows.scores.llm], [...rows.scores.score]], [[0], [0.75]]);
    });

    test('signals count by their weights, in sums and snapshots, and say what they weigh', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const named = { decision_id: DECISION };
      await ledger.feedback.append([
        {
          records: [
            interaction('one', 'a', undefined, named),
            signal('one', 'a', 0.75, { ...named, signal: 'quiet', weight: 0.125 }),
            signal('one', 'a', 0, { ...named, signal: 'valid_json', weight: 0.25 }),
            signal('one', 'a', 1, { ...named, signal: 'rephrased', weight: 0.125 }),
          ],
        },
      ]);
      const { feedback, decisions } = await openAgain();
      const [a] = await feedback.stats();
      const mean = (0.75 * 0.125 + 0.125) / 0.5;
      assert.deepEqual([a!.interactions, a!.scored, a!.meanScore], [1, 3, mean]);
      assert.deepEqual(a!.now, { scored: 3, meanScore: mean, weight: 0.5 });
      const { scores } = await allRows(ledger);
      assert.deepEqual([[...scores.score], [...scores.count]], [[mean], [0.5]]);
      const outcomes = (await decisions.outcomes([DECISION])).get(DECISION)!;
      assert.deepEqual(
        outcomes.map(({ weight }) => weight),
        [undefined, 0.125, 0.25, 0.125],
      );
      const [day] = (await decisions.days('2026-01-01', '2026-01-01')).observed;
      assert.equal(day!.score, mean);
      const { answers } = await feedback.after(0, 10);
      assert.deepEqual(
        answers.map(({ score, weight }) => [score, weight]),
        [
          [0.75, 0.125],
          [0, 0.25],
        ],
        'one that weighs no more than what came before says nothing new',
      );
    });

    test('signals of weight 1 make the rows that those without a weight make', async (t) => {
      const records = (more: Record<string, unknown>) => [
        { records: [interaction('q', 'a', 1), signal('q', 'a', 0, more), signal('r', 'a', 0.3, more)] },
      ];
      const [weighed, plain] = [await store.open(t), await store.open(t)];
      await weighed.ledger.feedback.append(records({ weight: 1 }));
      await plain.ledger.feedback.append(records({}));
      assert.deepEqual(await allRows(weighed.ledger), await allRows(plain.ledger));
      assert.deepEqual(await weighed.ledger.feedback.stats(), await plain.ledger.feedback.stats());
    });

    test('a row may name its query by its hash: the text may come later, and stays where it is known', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const hashed = (text: string, more: object = {}): FeedbackRecord => ({
        kind: 'interaction',
        value: { model: profile('a').id, score: 1, ...more, queryHash: sha256(text) },
      });
      const pair = { better_model: profile('a').id, worse_model: profile('b').id };
      await ledger.feedback.append([
        {
          records: [
            interaction('known', 'a', 0),
            hashed('known'),
            hashed('secret'),
            { kind: 'preference', value: { ...pair, queryHash: sha256('secret') } },
            hashed('secret', { score: 0 }),
          ],
        },
      ]);
      const other = await openAgain();
      const texts = (): Promise<unknown> => other.snapshot.texts([sha256('known'), sha256('secret')]);
      assert.deepEqual(await texts(), ['known', undefined]);
      assert.deepEqual(await other.feedback.counts(), { interactions: 4, preferences: 1, queries: 2 });
      const { queries, scores } = await other.snapshot.read();
      assert.deepEqual([queries.length, [...scores.score], [...scores.count]], [2, [0.5, 0.5], [2, 2]]);
      await other.feedback.append([{ records: [interaction('secret', 'b', 1)] }]);
      assert.deepEqual(await texts(), ['known', 'secret']);
      assert.equal((await other.feedback.counts()).queries, 2);
      assert.deepEqual(await sizeOf(ledger, 'text'), { rows: 2, bytes: 11, removed: 0 });
    });

    test('comments come back by decision in order, once for a key, and go with the texts of their query', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const comment = (text: string, more: Partial<CommentRecord> = {}): CommentRecord => ({
        decision: 'd',
        queryHash: sha256('q'),
        at: START,
        kind: 'comment',
        text,
        ...more,
      });
      const batch = {
        records: [interaction('q', 'a', 1)],
        comments: [comment('“wrong” \u0000 😀'), comment('right', { kind: 'corrected', at: START + 1 })],
        key: 'k',
        requestHash: 'h',
        tenant: 'x',
      };
      const [first] = await ledger.feedback.append([batch]);
      assert.deepEqual(first, stored({ interactions: 1, preferences: 0, comments: 2, new_models: ['a'] }));
      await ledger.feedback.append([batch]);
      await ledger.feedback.append([
        { records: [], comments: [comment('e', { decision: 'e', queryHash: sha256('e') })] },
      ]);
      const { feedback, retention } = await openAgain();
      assert.deepEqual(
        [...(await feedback.comments(['d', 'never', 'e']))],
        [
          [
            'd',
            [
              { at: START, kind: 'comment', text: '“wrong” \u0000 😀' },
              { at: START + 1, kind: 'corrected', text: 'right' },
            ],
          ],
          ['e', [{ at: START, kind: 'comment', text: 'e' }]],
        ],
      );
      const bytes = Buffer.byteLength('“wrong” \u0000 😀righte');
      assert.deepEqual(await sizeOf(ledger, 'comment'), { rows: 3, bytes, removed: 0 });
      const forgetting = createForgetting({ ledger: { retention, embeddings: ledger.embeddings } });
      assert.equal((await forgetting.forget({ tenant: 'x' })).comments, 2);
      assert.equal((await forgetting.forget({ hash: sha256('q') })).comments, 0);
      assert.equal((await forgetting.forget({ before: START })).comments, 0);
      assert.equal((await forgetting.forget({ before: START + 1 })).comments, 1);
      assert.deepEqual(await sizeOf(ledger, 'comment'), { rows: 0, bytes: 0, removed: 3 });
    });

    test('propensities are kept, the mean of what is known of a query and LLM', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.feedback.append([{ records: [interaction('one', 'a', 1)] }]);
      assert.equal((await allRows(ledger)).scores.propensity, undefined);
      await ledger.feedback.append([
        {
          records: [
            interaction('one', 'a', 1, { propensity: 0.25 }),
            interaction('one', 'a', 1, { propensity: 0.75 }),
            interaction('one', 'b', 0),
          ],
        },
      ]);
      assert.deepEqual([...(await allRows(ledger)).scores.propensity!], [0.5, NaN]);
      await ledger.feedback.append([
        { records: [interaction('two', 'b', undefined, { propensity: 0.125 }), signal('two', 'b', true)] },
      ]);
      const rows = await allRows(ledger);
      const scored = rows.queries.findIndex(({ text }) => text === 'two');
      assert.equal(rows.scores.propensity![rows.scores.query.indexOf(scored)], 0.125, 'of what is scored later, too');
    });

    test('each batch has its own receipt, and an LLM is new in the first of them only', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.catalog.put(profile('declared'));
      const answers = await ledger.feedback.append([
        { records: [interaction('q', 'declared', 1), interaction('q', 'x', 1)] },
        { records: [interaction('q', 'x', 1), preference('q', 'y', 'x')] },
        { records: [] },
      ]);
      assert.deepEqual(answers, [
        stored({ interactions: 2, preferences: 0, new_models: ['x'] }),
        stored({ interactions: 1, preferences: 1, new_models: ['y'] }),
        stored({ interactions: 0, preferences: 0, new_models: [] }),
      ]);
    });

    test('nothing in, nothing out', async (t) => {
      const { ledger } = await store.open(t);
      assert.deepEqual(await ledger.feedback.append([]), []);
      assert.deepEqual(await ledger.feedback.stats(), []);
      const nothing = { interactions: 0, preferences: 0, new_models: [] };
      const batch = { records: [], key: 'k', requestHash: 'h' };
      assert.deepEqual(await ledger.feedback.append([batch]), [stored(nothing)]);
      assert.deepEqual(await ledger.feedback.append([batch]), [replayed(nothing)], 'its key is kept all the same');
      assert.equal(await rowsOf(ledger), 0);
    });

    test('a key replays its receipt, also within one call, and refuses another body', async (t) => {
      const { ledger } = await store.open(t);
      const batch = { records: [interaction('q', 'a', 1)], key: 'k', requestHash: 'h1' };
      const first = { interactions: 1, preferences: 0, new_models: ['a'] };
      assert.deepEqual(await ledger.feedback.append([batch, batch]), [stored(first), replayed(first)]);
      assert.deepEqual(await ledger.feedback.append([batch]), [replayed(first)]);
      assert.equal(await rowsOf(ledger), 1);
      const [refused, other] = await ledger.feedback.append([
        { ...batch, requestHash: 'h2' },
        { records: [interaction('q', 'a', 0)], key: 'k2', requestHash: 'h1' },
      ]);
      assert.ok(refused instanceof PointsmanError && refused.code === 'idempotency_key_reused');
      assert.match(refused.message, /"k"/);
      assert.deepEqual(
        other,
        stored({ interactions: 1, preferences: 0, new_models: [] }),
        'the other batches of the call are written',
      );
      assert.equal(await rowsOf(ledger), 2);
    });

    test('a call that fails writes nothing at all', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.feedback.append([{ records: [interaction('q', 'a', 1)] }]);
      const state = async () => [
        await allRows(ledger),
        await ledger.feedback.counts(),
        await ledger.feedback.stats(),
        await ledger.catalog.list(),
        await ledger.breakers.list(),
        await ledger.decisions.outcomes([DECISION]),
        await ledger.changes.revisions(),
      ];
      const before = await state();
      const broken = interaction('q2', 'new', 1);
      broken.value.score = 2;
      const good = { records: [interaction('q3', 'newer', 1)], key: 'k', requestHash: 'h' };
      await assert.rejects(ledger.feedback.append([good, { records: [broken] }]));
      const sound = interaction('q3', 'newer', 1, { task: 't', domain: 'd', error: 'x', decision_id: DECISION });
      await assert.rejects(ledger.feedback.append([{ records: [sound, preference('q', 'a', 'z'), broken] }]));
      assert.deepEqual(await state(), before);
      assert.deepEqual(await ledger.feedback.append([good]), [
        stored({ interactions: 1, preferences: 0, new_models: ['newer'] }),
      ]);
      assert.equal(await rowsOf(ledger), 2);
    });

    test('calls count in their LLMs’ breakers, and a decision that is named is in flight no longer', async (t) => {
      const { ledger, time } = await store.open(t);
      await ledger.catalog.put(profile('m', { limits: { in_flight: 1 } }));
      await ledger.limits.settle([
        {
          model: 'm',
          capacity: { requests: Infinity, tokens: Infinity, inFlight: 1 },
          unspent: null,
          owed: { requests: 0, tokens: 0 },
          decisions: [{ id: DECISION, expiresAt: time.now + 1000 }],
        },
      ]);
      assert.deepEqual(await ledger.limits.inFlight(), new Map([['m', 1]]));
      await ledger.feedback.append([
        {
          records: Array.from({ length: 5 }, () => interaction('q', 'm', 0, { error: 'down', decision_id: DECISION })),
        },
      ]);
      assert.deepEqual(await ledger.limits.inFlight(), new Map());
      const { openedAt, error } = (await ledger.breakers.open()).get('m')!;
      assert.deepEqual([openedAt, error], [time.now, 'down']);
    });

    test('two openers write in turn and see each other’s rows', async (t) => {
      const { ledger: here, openAgain } = await store.open(t);
      const there = await openAgain();
      for (let i = 0; i < 20; i++)
        await (i % 2 ? here : there).feedback.append([
          { records: [interaction(`q${i % 5}`, `m${i % 3}`, 1)], key: `k${i}`, requestHash: 'h' },
        ]);
      assert.deepEqual(await here.feedback.counts(), { interactions: 20, preferences: 0, queries: 5 });
      assert.deepEqual(await allRows(here), await allRows(there));
      await here.feedback.append([{ records: [interaction('q0', 'm0', 1)], key: 'k0', requestHash: 'h' }]);
      assert.equal(await rowsOf(there), 20);
    });

    test('of openers that append with one key at once, one writes', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const openers = [ledger, await openAgain()];
      const batch = { records: [interaction('q', 'a', 1), preference('q', 'a', 'b')], key: 'k', requestHash: 'h' };
      const answers = (
        await Promise.all(Array.from({ length: 8 }, (_, i) => openers[i % 2]!.feedback.append([batch])))
      ).flat();
      const receipt = { interactions: 1, preferences: 1, new_models: ['a', 'b'] };
      assert.deepEqual(
        answers.toSorted((a, b) => Number('stored' in b && b.stored) - Number('stored' in a && a.stored)),
        [stored(receipt), ...Array.from({ length: 7 }, () => replayed(receipt))],
      );
      assert.equal(await rowsOf(ledger), 2);
    });

    test('of openers that bring one LLM, task and query at once, each is there once', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const openers = [ledger, await openAgain()];
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          openers[i % 2]!.feedback.append([{ records: [interaction('q', 'a', i / 8, { task: 't', domain: 'd' })] }]),
        ),
      );
      const newTo = answers.flat().filter((answer) => 'receipt' in answer && answer.receipt.new_models.length > 0);
      assert.equal(newTo.length, 1);
      const rows = await allRows(ledger);
      assert.deepEqual([rows.llms.length, rows.tasks.length, rows.domains.length, rows.queries.length], [1, 1, 1, 1]);
      assert.deepEqual(await ledger.feedback.counts(), { interactions: 8, preferences: 0, queries: 1 });
      assert.equal((await ledger.feedback.stats())[0]!.meanScore, 3.5 / 8);
    });

    test('text of any script, with quotes, NUL and astral characters, is one query each', async (t) => {
      const { ledger } = await store.open(t);
      const texts = ["it's", '"; DROP TABLE query; --', 'день 日本 😀', 'a\u0000b', 'a\u0000c', ' padded ', 'padded'];
      await ledger.feedback.append([{ records: [...texts, ...texts].map((text) => interaction(text, 'a', 1)) }]);
      assert.deepEqual((await allRows(ledger)).queries.map(({ text }) => text).toSorted(), texts.toSorted());
    });

    test('odd ids, keys and errors come back as they were given', async (t) => {
      const { ledger } = await store.open(t);
      for (const id of ODD_IDS) {
        const batch = {
          records: [interaction('q', id, 1, { task: id, domain: id, completion_tokens: 1 })],
          key: id,
          requestHash: id,
        };
        const receipt = { interactions: 1, preferences: 0, new_models: [id] };
        assert.deepEqual(await ledger.feedback.append([batch]), [stored(receipt)]);
        assert.deepEqual(await ledger.feedback.append([batch]), [replayed(receipt)]);
      }
      const rows = await ledger.snapshot.read();
      for (const names of [rows.llms, rows.tasks, rows.domains])
        assert.deepEqual(
          names.map(({ id }) => id as string),
          ODD_IDS.toSorted(),
        );
      assert.deepEqual(
        (await ledger.feedback.stats()).map(({ id, usage }) => [id, usage.map(({ task }) => task)]),
        ODD_IDS.toSorted().map((id) => [id, [id]]),
      );
      await ledger.feedback.append([
        {
          records: ODD_TEXTS.map((error) => {
            const { kind, value } = interaction('q', 'a', 0, { decision_id: DECISION });
            return { kind, value: { ...value, error } };
          }),
        },
      ]);
      assert.deepEqual(
        (await ledger.decisions.outcomes([DECISION])).get(DECISION)!.map(({ error }) => error),
        ODD_TEXTS,
      );
    });

    testBusy(store, { append: ({ feedback }) => feedback.append([{ records: [interaction('q', 'a', 1)] }]) });
  });
  describeStatistics(store);
}
