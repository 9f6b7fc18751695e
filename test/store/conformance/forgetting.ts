import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sha256 } from '../../../src/base/hash.js';
import { createForgetting } from '../../../src/dataset/forget.js';
import { encodeRows } from '../../../src/dataset/vectors.js';
import type { Encoder } from '../../../src/encoder/types.js';
import { RetentionSettings, type Forgotten } from '../../../src/schema/retention.js';
import type { Ledger } from '../../../src/store/ports/index.js';
import type { ToForget } from '../../../src/store/ports/retention.js';
import { decisionRecord } from '../../support/decision.js';
import { encoder as small } from '../../support/learn.js';
import { interaction, preference, profile, START } from '../support.js';
import { ODD_IDS, ODD_TEXTS, type StoreUnderTest } from './store-under-test.js';
import { sizeOf, sweepAll } from './retention.js';

const DAY = 86_400_000;
const iso = (at: number): string => new Date(at).toISOString();
const NOTHING: Forgotten = { texts: 0, decisions: 0, errors: 0, comments: 0, unlearnable: 0 };

const forget = (ledger: Ledger, what: ToForget, encoder: Encoder | undefined = small): Promise<Forgotten> =>
  createForgetting({ ledger, encoder }).forget(what);

const textsOf = (ledger: Ledger, ...texts: string[]): Promise<(string | undefined)[]> =>
  ledger.snapshot.texts(texts.map((text) => sha256(text)));

/** Queries that are learned from, and how many are left out. */
async function learnable(ledger: Ledger, encoder: Encoder = small): Promise<[taken: number, leftOut: number]> {
  const all = await ledger.snapshot.read();
  const { rows, vectors, leftOut } = await encodeRows(encoder, all, { ledger, folder: null }, () => undefined);
  assert.equal(vectors.length, rows.queries.length);
  return [rows.queries.length, leftOut];
}

export function describeForgetting(store: StoreUnderTest): void {
  describe('forgetting', () => {
    test('by hash: the text goes, what was learned of it stays, and a second time nothing is left', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const records = [
        interaction('secret', 'a', 1, { error: 'it said secret' }),
        interaction('secret', 'b', 0),
        preference('secret', 'a', 'b'),
        interaction('other', 'a', 1, { error: 'late' }),
      ];
      await ledger.feedback.append([{ records }]);
      await ledger.decisions.append([
        decisionRecord('d1', { query: 'secret' }),
        decisionRecord('d2', { query: 'secret' }),
        decisionRecord('d3', { query: 'other' }),
      ]);
      const [rows, stats] = [await ledger.snapshot.read(), await ledger.feedback.stats()];
      assert.deepEqual(await forget(ledger, { hash: sha256('secret') }), {
        texts: 1,
        decisions: 2,
        errors: 1,
        comments: 0,
        unlearnable: 0,
      });
      const other = await openAgain();
      assert.deepEqual(await textsOf(other, 'secret', 'other'), [undefined, 'other']);
      const decisions = await other.decisions.get(['d1', 'd3']);
      assert.deepEqual(
        [decisions.get('d1')!.query, decisions.get('d1')!.queryHash, decisions.get('d3')!.query],
        [null, sha256('secret'), 'other'],
      );
      assert.deepEqual((await other.snapshot.read()).scores, rows.scores);
      assert.deepEqual(await other.feedback.stats(), stats);
      assert.ok(await other.retention.forgot());
      assert.deepEqual(await learnable(other), [2, 0]);
      assert.deepEqual(await forget(other, { hash: sha256('secret') }), NOTHING);
      assert.deepEqual(await forget(other, { hash: sha256('never posted') }), NOTHING);
      assert.deepEqual(await sizeOf(ledger, 'text'), { rows: 1, bytes: 5, removed: 1 });
    });

    test('by times of their own: each text when it is due, unless it is posted again for longer', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const HOUR = 3_600_000;
      const post = (query: string, hours: number | undefined): Promise<unknown> =>
        ledger.feedback.append([
          {
            records: [interaction(query, 'a', 1, { error: 'why' })],
            comments: [{ decision: 'd', queryHash: sha256(query), at: START, kind: 'comment', text: `on ${query}` }],
            ...(hours !== undefined && { forgetAt: START + hours * HOUR }),
          },
        ]);
      await ledger.decisions.append([
        decisionRecord('one hour', { query: 'one', forgetAt: START + HOUR }),
        decisionRecord('as set', { query: 'one' }),
      ]);
      for (const [query, hours] of [
        ['one', 1],
        ['two', 2],
        ['longer', 1],
        ['longer', 3],
        ['longer', 2],
        ['for good', 1],
        ['for good', undefined],
        ['for good', 1],
      ] as const)
        await post(query, hours);
      for (let i = 0; i < 120; i++) await post(`some ${i}`, 1);
      assert.equal(await ledger.retention.isDue(START + HOUR - 1), false);
      assert.deepEqual(await forget(ledger, { due: START + HOUR - 1 }), NOTHING);
      const other = await openAgain();
      assert.equal(await other.retention.isDue(START + HOUR), true);
      const forgotten = await forget(other, { due: START + HOUR });
      assert.deepEqual(forgotten, { texts: 121, decisions: 1, errors: 0, comments: 124, unlearnable: 0 });
      assert.deepEqual(await textsOf(ledger, 'one', 'two', 'longer', 'for good'), [
        undefined,
        'two',
        'longer',
        'for good',
      ]);
      const { decisions } = ledger;
      assert.deepEqual(
        Array.from((await decisions.get(['one hour', 'as set'])).values(), ({ query }) => query),
        [null, 'one'],
      );
      assert.equal(await ledger.retention.isDue(START + HOUR), false);
      assert.deepEqual(await forget(ledger, { due: START + HOUR }), NOTHING);
      assert.equal((await forget(ledger, { due: START + 2 * HOUR })).texts, 1);
      assert.equal((await forget(ledger, { due: START + 999 * HOUR })).texts, 1);
      assert.deepEqual(await textsOf(ledger, 'two', 'longer', 'for good'), [undefined, undefined, 'for good']);
      assert.deepEqual(await learnable(ledger), [124, 0]);
      await post('one', 5);
      assert.deepEqual(await textsOf(ledger, 'one'), ['one'], 'posted again, it is back');
      assert.equal((await forget(ledger, { due: START + 5 * HOUR })).texts, 1);
    });

    test('an answer that failed stays one, without why', async (t) => {
      const { ledger } = await store.open(t);
      const decision = '0199b2c0-0000-7000-8000-000000000000';
      const failed = interaction('q', 'a', undefined, { error: 'why', decision_id: decision });
      await ledger.feedback.append([{ records: [failed], tenant: 'x' }]);
      await ledger.decisions.append([decisionRecord(decision, { tenant: 'x' })]);
      await ledger.cascades.append({ decision, position: 0, report: { error: 'why' }, call: null });
      await ledger.cascades.append({ decision, position: 1, report: { score: 1 }, call: null });
      assert.deepEqual(await forget(ledger, { tenant: 'x' }), {
        texts: 1,
        decisions: 1,
        errors: 2,
        comments: 0,
        unlearnable: 0,
      });
      const [outcome] = (await ledger.decisions.outcomes([decision])).get(decision)!;
      assert.equal(outcome!.error, '(forgotten)');
      assert.deepEqual(await ledger.cascades.steps(decision), [{ error: '(forgotten)' }, { score: 1 }]);
      assert.equal((await ledger.feedback.stats())[0]!.failed, 1);
      assert.deepEqual(await forget(ledger, { tenant: 'x' }), NOTHING);
    });

    test('errors of a cascade, and of breakers, are forgotten by hash where its text is gone already', async (t) => {
      const { ledger, time, openAgain } = await store.open(t);
      await ledger.catalog.put(profile('a'));
      const error = 'it quoted secret';
      const call = { model: profile('a').id, ok: false, error };
      const ids = Array.from({ length: 300 }, (_, i) => `0199b2c0-0000-7000-8000-${String(i).padStart(12, '0')}`);
      for (const id of ids) {
        await ledger.decisions.append([decisionRecord(id, { query: 'secret', at: START })]);
        await ledger.cascades.append({ decision: id, position: 0, report: { error }, call });
      }
      time.now += 25 * 3_600_000;
      while (await ledger.decisions.prune());
      assert.equal((await ledger.decisions.get([ids[0]!])).get(ids[0]!)!.query, null);
      const other = await openAgain();
      const forgotten = await forget(other, { hash: sha256('secret') });
      assert.deepEqual(forgotten, { texts: 0, decisions: 0, errors: 300, comments: 0, unlearnable: 0 });
      for (const id of [ids[0]!, ids[299]!])
        assert.deepEqual(await ledger.cascades.steps(id), [{ error: '(forgotten)' }]);
      assert.equal((await ledger.breakers.list()).get('a')!.error, '(forgotten)');
      assert.deepEqual(await forget(other, { hash: sha256('secret') }), NOTHING);
    });

    test('by tenant: all that it posted, whoever else did, and nothing of others', async (t) => {
      const { ledger } = await store.open(t);
      const own = Array.from({ length: 450 }, (_, i) => interaction(`x ${i}`, 'a', 1));
      await ledger.feedback.append([
        { records: [...own, preference('of both', 'a', 'b')], tenant: 'x' },
        { records: [interaction('of both', 'a', 1), interaction('y', 'a', 1, { error: 'e' })], tenant: 'y' },
        { records: [interaction('nobody’s', 'a', 1)] },
      ]);
      await ledger.decisions.append([
        decisionRecord('d1', { query: 'x 1', tenant: 'x' }),
        decisionRecord('d2', { query: 'y', tenant: 'y' }),
      ]);
      assert.deepEqual(await forget(ledger, { tenant: 'x' }), {
        texts: 451,
        decisions: 1,
        errors: 0,
        comments: 0,
        unlearnable: 0,
      });
      assert.deepEqual(await textsOf(ledger, 'x 0', 'x 449', 'of both', 'y', 'nobody’s'), [
        undefined,
        undefined,
        undefined,
        'y',
        'nobody’s',
      ]);
      assert.deepEqual(await learnable(ledger), [453, 0]);
      for (const tenant of ODD_IDS) assert.deepEqual(await forget(ledger, { tenant }), NOTHING);
    });

    test('by age: texts of which nothing was posted since', async (t) => {
      const { ledger } = await store.open(t);
      const old = { at: iso(START - 2 * DAY) };
      const many = Array.from({ length: 2_500 }, (_, i) => interaction(`old ${i}`, 'a', 1, { ...old, error: 'e' }));
      await ledger.feedback.append([
        { records: [...many, interaction('again', 'a', 1, old), preference('compared', 'a', 'b', old)] },
        { records: [interaction('again', 'b', 1), preference('old 7', 'a', 'b')] },
      ]);
      await ledger.decisions.append([
        decisionRecord('d1', { query: 'old', at: START - 2 * DAY }),
        decisionRecord('d2', { query: 'new', at: START }),
      ]);
      const forgotten = await forget(ledger, { before: START - DAY });
      assert.deepEqual(forgotten, { texts: 2_500, decisions: 1, errors: 2_500, comments: 0, unlearnable: 0 });
      assert.deepEqual(await textsOf(ledger, 'old 7', 'old 8', 'again', 'compared'), [
        'old 7',
        undefined,
        'again',
        undefined,
      ]);
      assert.deepEqual(await forget(ledger, { before: START - DAY }), NOTHING);
    });

    test('who posts a text again brings it back', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.feedback.append([{ records: [interaction('q', 'a', 1)] }]);
      await forget(ledger, { hash: sha256('q') });
      const file = await ledger.imports.begin();
      await file.add([interaction('q', 'b', 1), interaction('q', 'c', 1)]);
      await file.commit();
      await file.end();
      assert.deepEqual(await textsOf(ledger, 'q'), ['q']);
      assert.equal((await ledger.snapshot.read()).queries.length, 1);
      assert.equal(await ledger.retention.forgot(), false);
      assert.deepEqual(await sizeOf(ledger, 'text'), { rows: 1, bytes: 1, removed: 1 });
      assert.equal((await forget(ledger, { hash: sha256('q') })).texts, 1);
    });

    test('odd texts are forgotten as others are', async (t) => {
      const { ledger } = await store.open(t);
      await ledger.feedback.append([{ records: ODD_TEXTS.map((text) => interaction(text, 'a', 1)) }]);
      for (const text of ODD_TEXTS) assert.equal((await forget(ledger, { hash: sha256(text) })).texts, 1, text);
      assert.deepEqual(await learnable(ledger), [new Set(ODD_TEXTS).size, 0]);
    });

    test('where nobody kept a vector, the query is left out of training, and it alone', async (t) => {
      const { ledger } = await store.open(t);
      const slow: Encoder = {
        id: 'slow',
        dim: 2,
        encode: async (texts) => texts.map((text) => Float32Array.of(text.length, 1)),
      };
      await ledger.feedback.append([{ records: ['a', 'bb', 'ccc'].map((text) => interaction(text, 'm', 1)) }]);
      await ledger.embeddings.put('slow', [[sha256('a'), Float32Array.of(1, 1)]]);
      assert.equal((await forget(ledger, { hash: sha256('a') }, slow)).unlearnable, 0);
      assert.equal((await forget(ledger, { hash: sha256('bb') }, slow)).unlearnable, 1);
      assert.deepEqual(await learnable(ledger, slow), [2, 1]);
      const all = await ledger.snapshot.read();
      const { rows, vectors } = await encodeRows(slow, all, { ledger, folder: null }, () => undefined);
      const hashes = Array.from({ length: 2 }, (_, q) => rows.queries.hashOf(q));
      assert.deepEqual(hashes, [sha256('a'), sha256('ccc')].toSorted());
      for (const [q, hash] of hashes.entries())
        assert.equal(vectors.at(q)![0], hash === sha256('a') ? 1 : 3, 'vectors stand beside their queries');
      assert.deepEqual([...rows.scores.query], [0, 1]);
    });

    test('vectors of what was forgotten are not removed for want of room', async (t) => {
      const { ledger } = await store.open(t);
      const texts = Array.from({ length: 60 }, (_, i) => `query ${i}`);
      await ledger.feedback.append([{ records: texts.map((text) => interaction(text, 'a', 1)), tenant: 'x' }]);
      await forget(ledger, { tenant: 'x' });
      await ledger.embeddings.put(small.id, [[sha256('else'), small.encodeSync!('else')]]);
      await ledger.settings.put('retention', RetentionSettings.parse({ embeddings_megabytes: 0.000_1 }));
      await sweepAll(ledger);
      assert.equal((await ledger.embeddings.get(small.id, [sha256('else')])).size, 0);
      assert.deepEqual(await learnable(ledger), [60, 0]);
    });

    test('a ledger that another writes to is waited for a little', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      await ledger.feedback.append([{ records: [interaction('q', 'a', 1)], tenant: 'x' }]);
      const waiting = await openAgain({ busyTimeoutMs: 1 });
      const writer = await ledger.imports.begin();
      const forgetting = forget(waiting, { tenant: 'x' });
      await new Promise((resume) => setTimeout(resume, 100));
      await writer.end();
      assert.equal((await forgetting).texts, 1);
    });

    test('forgetting while training reads takes nothing from it', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const texts = Array.from({ length: 900 }, (_, i) => `query ${i}`);
      await ledger.feedback.append([{ records: texts.map((text) => interaction(text, 'a', 1)), tenant: 'x' }]);
      const trainer = await openAgain();
      const all = await trainer.snapshot.read();
      let forgetting: Promise<Forgotten> | undefined;
      const { rows, vectors } = await encodeRows(small, all, { ledger: trainer, folder: null }, () => {
        forgetting ??= forget(ledger, { tenant: 'x' });
      });
      assert.equal((await forgetting!).texts, 900);
      assert.equal(rows.queries.length, 900);
      const textOf = new Map(texts.map((text) => [sha256(text), text]));
      for (let q = 0; q < 900; q++)
        assert.deepEqual(vectors.at(q), small.encodeSync!(textOf.get(rows.queries.hashOf(q))!));
    });
  });
}
