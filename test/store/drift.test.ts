import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { Database } from '../../src/store/sqlite/database.js';
import type { DriftObservation } from '../../src/machines/drift-stream.js';
import type { ArtifactRecord } from '../../src/store/ports/artifacts.js';
import type { Ledger } from '../../src/store/open.js';
import { DriftSettings } from '../../src/schema/drift.js';
import { interaction, openFor, profile, START, tempFolder } from './support.js';

const HOUR = 3_600_000;

/** A ledger at a path, whose clock a test moves. */
function ledgerAt(
  t: Parameters<typeof openFor>[0],
  path = join(tempFolder(t), 'ledger.sqlite'),
): { ledger: Ledger; path: string; time: { now: number } } {
  const time = { now: START };
  const ledger = openFor(t, path, { clock: () => time.now });
  await ledger.catalog.put(profile('m'));
  await ledger.catalog.describe('task', 'math', '');
  return { ledger, path, time };
}

const rng = createRng(9);
/** Observations of `m` on `task`, of which the share `rate` is 1. */
const draws = (
  n: number,
  rate: number,
  { task = 'math', signal = 'score' as DriftObservation['signal'], from = START } = {},
): DriftObservation[] =>
  Array.from({ length: n }, (_, i) => ({
    model: 'm',
    task,
    signal,
    value: Number(rng.next() < rate),
    predicted: null,
    version: null,
    at: from + i,
  }));

function artifact(version: string, createdAt: number, rows: number): ArtifactRecord {
  return {
    version: version.repeat(16) as ArtifactRecord['version'],
    created_at: new Date(createdAt).toISOString(),
    active: true,
    snapshot: 'x',
    design: 'flat',
    router: 'learned',
    status: 'accepted',
    comparison: [],
    seed: 1,
    backend: 'cpu',
    metrics: {},
    files: [],
    ledger_rows: rows,
  };
}

test(
  'a worsening opens one alert and marks when the LLM changed; it survives a restart and is seen by other ' +
    'processes',
  async (t) => {
    const { ledger, path } = ledgerAt(t);
    const other = openFor(t, path);
    assert.deepEqual(await ledger.alerts.observe(draws(400, 0.8)), []);
    // Half of it goes through another process: both know what the other observed.
    const alerts = [
      ...other.observeDrift(draws(60, 0.3, { from: START + 1000 })),
      ...ledger.observeDrift(draws(60, 0.3, { from: START + 1060 })),
    ];
    assert.equal(alerts.length, 1);
    const [alert] = alerts;
    assert.ok(
      alert!.direction === 'worse' && alert!.before > 0.7 && alert!.after < 0.5 && alert!.resolution === null,
      JSON.stringify(alert),
    );
    assert.deepEqual(
      openFor(t, path)
        .openAlerts()
        .map(({ id }) => id),
      [alert!.id],
    );
    const db = new Database(path, { readonly: true });
    t.after(() => db.close());
    const [change] = db
      .prepare<[], { name: string; at: number; cause: string }>(
        'SELECT t.name, at, cause FROM change_point JOIN task t ON t.id = change_point.task',
      )
      .all();
    assert.deepEqual({ name: change!.name, cause: change!.cause }, { name: 'math', cause: 'drift' });
    assert.ok(Math.abs(change!.at - (START + 1000)) < 1000, String(change!.at));
    assert.equal(Date.parse(alert!.since), change!.at);
  },
);

test('a second drop supersedes the first, and the way back resolves it', async (t) => {
  const { ledger } = ledgerAt(t);
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
  const { ledger } = ledgerAt(t);
  await ledger.alerts.observe([
    ...draws(200, 0.9),
    ...draws(200, 0.01, { signal: 'error' }),
    ...draws(200, 0.9, { task: 'unknown' }),
  ]);
  assert.deepEqual(await ledger.alerts.observe(draws(9, 0.5, { task: 'law' }).map((one) => ({ ...one, model: 'nobody' }))), []);
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
  const { ledger, time } = ledgerAt(t);
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
  const { ledger, time } = ledgerAt(t);
  await ledger.settings.put('drift', DriftSettings.parse({ min_new_interactions: 200 }));
  const log = async (n: number): void =>
    void await ledger.feedback.append([
      { records: Array.from({ length: n }, (_, i) => interaction(`q${i}`, 'm', 0, { task: 'math' })) },
    ]);
  log(100);
  await ledger.alerts.observe(draws(300, 0.9));
  await ledger.alerts.observe(draws(100, 0.2));
  const { id, observations } = (await ledger.alerts.open())[0]!;
  const tried = async (version: string, createdAt: number, rows: number): string[] => {
    ledger.registerArtifact(artifact(version, createdAt, rows));
    return await ledger.alerts.resolveRetrained(version.repeat(16));
  };
  assert.deepEqual(tried('a', START - 1, 100), [], 'trained before the alert');
  assert.deepEqual(tried('b', START + HOUR, 100), [], `${observations} interactions since the change are too few`);
  log(200 - observations);
  assert.deepEqual(tried('c', START + HOUR, 250 - observations), [], 'it was trained before most of them came');
  time.now += HOUR;
  assert.deepEqual(tried('d', START + HOUR, 300 - observations), [id]);
  assert.deepEqual(
    (await ledger.alerts.list(1)).map(({ resolution, reason }) => [resolution, reason]),
    [['retrained', 'd'.repeat(16)]],
  );
});

test('jobs are claimed once, no more often than the settings say, and not for latency', async (t) => {
  const { ledger, path, time } = ledgerAt(t);
  const other = openFor(t, path, { clock: () => time.now });
  await ledger.alerts.observe([
    ...draws(300, 0.9),
    ...draws(300, 0.9, { task: 'law' }),
    ...draws(300, 0, { signal: 'latency' }),
  ]);
  await ledger.alerts.observe([...draws(100, 0.2), ...draws(200, 1, { signal: 'latency' })]);
  assert.deepEqual(
    ledger
      .openAlerts()
      .map(({ signal }) => signal)
      .toSorted(),
    ['latency', 'score'],
  );
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
  const { ledger, path, time } = ledgerAt(t);
  const other = openFor(t, path, { clock: () => time.now });
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
