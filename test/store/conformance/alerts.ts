import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { withTexts } from '../../../src/graph/rows.js';
import { DriftSettings } from '../../../src/schema/drift.js';
import { interaction, profile, START } from '../support.js';
import { describeAlertClaims } from './alert-claims.js';
import { artifact } from './artifacts.js';
import { createDraws, watched, type Draws } from './drifting.js';
import { ODD_IDS, testBusy, type StoreUnderTest } from './store-under-test.js';

const HOUR = 3_600_000;

export function describeAlertStore(store: StoreUnderTest): void {
  describe('alerts', () => {
    let draws: Draws;
    beforeEach(() => void (draws = createDraws()));

    test('a worsening opens one alert and marks when it was; others see it, and after a restart', async (t) => {
      const { ledger, openAgain } = await watched(store, t);
      const other = await openAgain();
      assert.deepEqual(await ledger.alerts.observe(draws(400, 0.8)), []);
      // Half of it goes through another opener: both know what the other observed.
      const alerts = [
        ...(await other.alerts.observe(draws(60, 0.3, { from: START + 1000 }))),
        ...(await ledger.alerts.observe(draws(60, 0.3, { from: START + 1060 }))),
      ];
      assert.equal(alerts.length, 1);
      const alert = alerts[0]!;
      assert.ok(
        alert.direction === 'worse' && alert.before > 0.7 && alert.after < 0.5 && alert.resolution === null,
        JSON.stringify(alert),
      );
      await Promise.all([ledger.close(), other.close()]);
      const again = await openAgain();
      assert.deepEqual(
        (await again.alerts.open()).map(({ id }) => id),
        [alert.id],
      );
      const since = Date.parse(alert.since);
      assert.ok(Math.abs(since - (START + 1000)) < 1000, alert.since);
      // Answers on the task from before count less once there are others; those on other tasks do not.
      const answer = (query: string, task: string, at: number) =>
        interaction(query, 'm', 1, { task, at: new Date(at).toISOString() });
      await again.feedback.append([
        {
          records: [
            answer('before', 'math', since - 1),
            answer('since', 'math', since),
            answer('law', 'law', since - 1),
          ],
        },
      ]);
      const { queries, scores } = await withTexts(await again.snapshot.read(), again.snapshot.texts);
      assert.deepEqual(
        Object.fromEntries(Array.from(scores.count, (count, i) => [queries.textOf(scores.query[i]!), count])),
        { before: 1 / 16, since: 1, law: 1 },
      );
    });

    test('a second drop supersedes the first, and the way back resolves it', async (t) => {
      const { ledger } = await watched(store, t);
      await ledger.alerts.observe(draws(400, 0.9));
      await ledger.alerts.observe(draws(300, 0.6));
      const [first] = await ledger.alerts.open();
      await ledger.alerts.observe(draws(300, 0.1));
      const [second, ...none] = await ledger.alerts.open();
      assert.deepEqual(none, []);
      assert.notEqual(second!.id, first!.id);
      assert.equal(second!.before, first!.before, 'predictions expect what was before either');
      await ledger.alerts.observe(draws(400, 0.6));
      assert.ok(
        (await ledger.alerts.open())[0]!.after > 0.4 && (await ledger.alerts.open())[0]!.id === second!.id,
        'part of the loss is left',
      );
      await ledger.alerts.observe(draws(600, 0.95));
      assert.deepEqual(await ledger.alerts.open(), []);
      const all = await ledger.alerts.list(10);
      assert.equal(all.find(({ id }) => id === first!.id)!.resolution, 'superseded');
      assert.equal(all.find(({ id }) => id === second!.id)!.resolution, 'recovered');
      assert.ok(all.some(({ direction, resolution }) => direction === 'better' && resolution === 'improvement'));
      assert.equal(
        (await ledger.alerts.counts()).reduce((sum, { count }) => sum + count, 0),
        all.length,
      );
    });

    test('streams are apart by task and signal; LLMs that are not in the catalogue are passed over', async (t) => {
      const { ledger } = await watched(store, t);
      await ledger.alerts.observe([
        ...draws(200, 0.9),
        ...draws(200, 0.01, { signal: 'error' }),
        ...draws(200, 0.9, { task: 'unknown' }),
      ]);
      assert.deepEqual(
        await ledger.alerts.observe(draws(9, 0.5, { task: 'law' }).map((one) => ({ ...one, model: 'nobody' }))),
        [],
      );
      const alerts = await ledger.alerts.observe([...draws(60, 0.9), ...draws(60, 0.6, { signal: 'error' })]);
      assert.deepEqual(
        alerts.map(({ task, signal, direction }) => [task, signal, direction]),
        [['math', 'error', 'worse']],
      );
      await ledger.catalog.delete('m');
      assert.deepEqual(await ledger.alerts.open(), []);
      assert.equal((await ledger.alerts.list(10)).length, 1);
    });

    test('an operator resolves an alert once; what is now is the usual from then on', async (t) => {
      const { ledger, time } = await watched(store, t);
      await ledger.alerts.observe(draws(300, 0.9));
      await ledger.alerts.observe(draws(100, 0.3));
      const { id } = (await ledger.alerts.open())[0]!;
      time.now += HOUR;
      const resolved = (await ledger.alerts.resolve(id, 'as agreed'))!;
      assert.deepEqual(
        [resolved.resolution, resolved.reason, resolved.resolved_at],
        ['operator', 'as agreed', new Date(time.now).toISOString()],
      );
      assert.deepEqual(await ledger.alerts.resolve(id, 'again'), resolved);
      assert.equal(await ledger.alerts.resolve('nothing', undefined), undefined);
      assert.deepEqual(await ledger.alerts.observe(draws(300, 0.3)), []);
    });

    test('a version resolves an alert when it is newer and learned enough of what came since', async (t) => {
      const { ledger, time } = await watched(store, t);
      await ledger.settings.put('drift', DriftSettings.parse({ min_new_interactions: 200 }));
      const log = async (n: number) =>
        ledger.feedback.append([
          { records: Array.from({ length: n }, (_, i) => interaction(`q${i}`, 'm', 0, { task: 'math' })) },
        ]);
      await log(100);
      await ledger.alerts.observe(draws(300, 0.9));
      await ledger.alerts.observe(draws(100, 0.2));
      const { id, observations } = (await ledger.alerts.open())[0]!;
      const tried = async (version: string, createdAt: number, rows: number): Promise<string[]> => {
        const created = new Date(createdAt).toISOString();
        await ledger.artifacts.register([artifact(version, created, { active: true, ledger_rows: rows })]);
        return ledger.alerts.resolveRetrained(version.repeat(16));
      };
      assert.deepEqual(await tried('a', START - 1, 100), [], 'trained before the alert');
      assert.deepEqual(
        await tried('b', START + HOUR, 100),
        [],
        `${observations} interactions since the change are too few`,
      );
      await log(200 - observations);
      assert.deepEqual(
        await tried('c', START + HOUR, 250 - observations),
        [],
        'it was trained before most of them came',
      );
      time.now += HOUR;
      assert.deepEqual(await tried('d', START + HOUR, 300 - observations), [id]);
      assert.deepEqual(
        (await ledger.alerts.list(1)).map(({ resolution, reason }) => [resolution, reason]),
        [['retrained', 'd'.repeat(16)]],
      );
    });

    test('an LLM that becomes better has an alert that is resolved from the start', async (t) => {
      const { ledger } = await watched(store, t);
      await ledger.alerts.observe(draws(300, 0.2));
      const [alert] = await ledger.alerts.observe(draws(200, 0.9));
      assert.deepEqual([alert!.direction, alert!.resolution, alert!.reason], ['better', 'improvement', null]);
      assert.deepEqual(await ledger.alerts.open(), []);
      assert.deepEqual(await ledger.alerts.counts(), [
        { model: 'm', task: 'math', signal: 'score', direction: 'better', count: 1 },
      ]);
    });

    test('they are listed newest first, no more than asked for', async (t) => {
      const { ledger, time } = await watched(store, t);
      const ids: string[] = [];
      for (const task of ['a', 'b', 'c']) {
        time.now += HOUR;
        await ledger.alerts.observe(draws(300, 0.9, { task }));
        const [alert] = await ledger.alerts.observe(draws(100, 0.2, { task }));
        ids.unshift(alert!.id);
      }
      const idsOf = (alerts: { id: string }[]): string[] => alerts.map(({ id }) => id);
      assert.deepEqual(idsOf(await ledger.alerts.list(9)), ids);
      assert.deepEqual(idsOf(await ledger.alerts.list(2)), ids.slice(0, 2));
      assert.deepEqual(idsOf(await ledger.alerts.open()), ids);
    });

    test('nothing in, nothing out', async (t) => {
      const { alerts } = (await store.open(t)).ledger;
      assert.deepEqual(await alerts.observe([]), []);
      await alerts.endRetrain([], 'job');
      assert.deepEqual(
        [await alerts.list(9), await alerts.open(), await alerts.counts(), await alerts.claimRetrain()],
        [[], [], [], []],
      );
      assert.equal(await alerts.claimWebhook(1000), undefined);
      assert.deepEqual(await alerts.resolveRetrained('0'.repeat(16)), []);
    });

    test('observing fails whole: one faulty observation, and none counts', async (t) => {
      const { ledger } = await watched(store, t);
      await ledger.alerts.observe(draws(300, 0.9));
      const faulty = { ...draws(1, 1)[0]!, task: null as never };
      for (let i = 0; i < 3; i++) await assert.rejects(ledger.alerts.observe([...draws(100, 0.2), faulty]));
      assert.deepEqual(await ledger.alerts.list(9), []);
      assert.deepEqual(await ledger.alerts.observe(draws(5, 0.2)), []);
      assert.equal((await ledger.alerts.observe(draws(100, 0.2))).length, 1);
    });

    test('odd names and reasons come back as they were given', async (t) => {
      const { ledger } = await store.open(t);
      for (const id of ODD_IDS) {
        await ledger.catalog.put(profile(id));
        const [alert] = await ledger.alerts.observe(
          [...draws(300, 1), ...draws(100, 0)].map((one) => ({ ...one, model: id, task: id })),
        );
        assert.deepEqual([alert!.model, alert!.task], [id, id]);
        assert.equal((await ledger.alerts.resolve(alert!.id, `${id}\u0000`))!.reason, `${id}\u0000`);
      }
      assert.equal((await ledger.alerts.counts()).length, ODD_IDS.length);
    });

    testBusy(
      store,
      {
        observe: ({ alerts }) => alerts.observe(draws(1, 1)),
        resolveRetrained: ({ alerts }) => alerts.resolveRetrained('a'.repeat(16)),
        claimRetrain: ({ alerts }) => alerts.claimRetrain(),
        endRetrain: async ({ alerts }) => alerts.endRetrain([(await alerts.list(1))[0]!.id], 'job'),
        claimWebhook: ({ alerts }) => alerts.claimWebhook(1000),
        endWebhook: async ({ alerts }) => alerts.endWebhook((await alerts.list(1))[0]!.id),
        resolve: async ({ alerts }) => alerts.resolve((await alerts.list(1))[0]!.id, 'done'),
      },
      async ({ ledger, time }) => {
        await ledger.catalog.put(profile('m'));
        const webhooks = ['https://example.org/hook'];
        await ledger.settings.put('drift', DriftSettings.parse({ webhooks, min_new_interactions: 1 }));
        await ledger.alerts.observe([...draws(300, 0.9), ...draws(100, 0.2)]);
        const created = new Date(time.now + HOUR).toISOString();
        await ledger.artifacts.register([artifact('a', created, { ledger_rows: 100 })]);
      },
    );
  });
  describeAlertClaims(store);
}
