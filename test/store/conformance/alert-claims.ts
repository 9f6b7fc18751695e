import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { DriftSettings } from '../../../src/schema/drift.js';
import { interaction } from '../support.js';
import { createDraws, watched, type Draws } from './drifting.js';
import type { StoreUnderTest } from './store-under-test.js';

/** Who retrains after alerts, and who sends them. */
export function describeAlertClaims(store: StoreUnderTest): void {
  describe('claims of alerts', () => {
    let draws: Draws;
    beforeEach(() => void (draws = createDraws()));

    test('jobs are claimed once, no more often than the settings say, and not for latency', async (t) => {
      const { ledger, time, openAgain } = await watched(store, t);
      const other = await openAgain();
      await ledger.alerts.observe([
        ...draws(300, 0.9),
        ...draws(300, 0.9, { task: 'law' }),
        ...draws(300, 0, { signal: 'latency' }),
      ]);
      await ledger.alerts.observe([...draws(100, 0.2), ...draws(200, 1, { signal: 'latency' })]);
      assert.deepEqual((await ledger.alerts.open()).map(({ signal }) => signal).toSorted(), ['latency', 'score']);
      const ids = await ledger.alerts.claimRetrain();
      assert.equal(ids.length, 1);
      assert.deepEqual([await ledger.alerts.claimRetrain(), await other.alerts.claimRetrain()], [[], []]);
      time.now += 61_000;
      assert.deepEqual(await other.alerts.claimRetrain(), ids, 'the first process did not say that it was done');
      await other.alerts.endRetrain(ids, 'job-1');
      time.now += 61_000;
      await ledger.alerts.observe(draws(100, 0.2, { task: 'law' }));
      assert.deepEqual(await ledger.alerts.claimRetrain(), [], 'the last job is too recent');
      time.now += 600_000;
      await ledger.feedback.append([
        { records: Array.from({ length: 30 }, (_, i) => interaction(`q${i}`, 'm', 0.2, { task: 'math' })) },
      ]);
      const again = await ledger.alerts.claimRetrain();
      assert.equal(again.length, 2);
      assert.ok(again.includes(ids[0]!), 'what no version resolved has another job, as enough is known of it');
      assert.equal((await ledger.alerts.list(9)).find(({ id }) => id === ids[0])!.retrain_job, 'job-1');
      await ledger.settings.put('drift', DriftSettings.parse({ retrain: false }));
      time.now += 61_000;
      assert.deepEqual(await ledger.alerts.claimRetrain(), []);
    });

    test('an alert is claimed by one sender until it is sent; with no webhook there is nothing to send', async (t) => {
      const { ledger, time, openAgain } = await watched(store, t);
      const other = await openAgain();
      await ledger.alerts.observe([...draws(300, 0.9), ...draws(300, 0.9, { task: 'law' })]);
      await ledger.alerts.observe(draws(100, 0.2));
      assert.equal(await ledger.alerts.claimWebhook(1000), undefined);
      await ledger.settings.put('drift', DriftSettings.parse({ webhooks: ['https://example.org/hook'] }));
      assert.equal(await ledger.alerts.claimWebhook(1000), undefined, 'what was before the webhook is not sent');
      await ledger.alerts.observe(draws(100, 0.2, { task: 'law' }));
      const claimed = await ledger.alerts.claimWebhook(1000);
      assert.equal(claimed!.task, 'law');
      assert.equal(await other.alerts.claimWebhook(1000), undefined);
      time.now += 1001;
      assert.deepEqual(await other.alerts.claimWebhook(1000), claimed, 'the first sender died');
      await other.alerts.endWebhook(claimed!.id);
      time.now += 5000;
      assert.equal(await ledger.alerts.claimWebhook(1000), undefined);
    });

    test('of two openers that claim at once, one does', async (t) => {
      const { ledger, openAgain } = await watched(store, t);
      const other = await openAgain();
      await ledger.settings.put('drift', DriftSettings.parse({ webhooks: ['https://example.org/hook'] }));
      await ledger.alerts.observe([...draws(300, 0.9), ...draws(100, 0.2)]);
      const jobs = await Promise.all([ledger, other].map(({ alerts }) => alerts.claimRetrain()));
      assert.deepEqual(jobs.map(({ length }) => length).toSorted(), [0, 1]);
      const senders = await Promise.all([ledger, other].map(({ alerts }) => alerts.claimWebhook(1000)));
      assert.equal(senders.filter((alert) => alert !== undefined).length, 1);
    });
  });
}
