import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PointsmanError } from '../../src/base/errors.js';
import { sha256 } from '../../src/base/hash.js';
import type { ArtifactRecord } from '../../src/store/ports/artifacts.js';
import { decisionRecord } from '../support/decision.js';
import { openFor, tempFolder, tempLedger } from './support.js';

const DECISION = decisionRecord('d1', { at: 17, ranking: '[{"model":"a"}]', propensity: 0.5 });

test('decisions are kept as given, and the first of an id stays', async (t) => {
  const ledger = tempLedger(t);
  const second = { ...DECISION, id: 'd2', task: 't', version: '0123456789abcdef' };
  await ledger.decisions.append([DECISION, second]);
  await ledger.decisions.append([{ ...DECISION, model: 'other' }]);
  await ledger.decisions.append([]);
  assert.deepEqual(ledger.getDecision('d1'), { ...DECISION, queryHash: sha256('q') });
  assert.deepEqual(ledger.getDecision('d2'), { ...second, queryHash: sha256('q') });
  assert.equal(ledger.getDecision('d3'), undefined);
});

test('embeddings are cached per encoder; missing ones are absent', async (t) => {
  const ledger = tempLedger(t);
  const whole = new Float32Array([9, 0.5, -1.25, 3, 9]);
  await ledger.embeddings.put('e1', [
    ['h1', whole.subarray(1, 4)],
    ['h2', new Float32Array(0)],
  ]);
  await ledger.embeddings.put('e2', [['h1', new Float32Array([7])]]);
  assert.deepEqual(
    await ledger.embeddings.get('e1', ['h1', 'h2', 'h3']),
    new Map([
      ['h1', new Float32Array([0.5, -1.25, 3])],
      ['h2', new Float32Array(0)],
    ]),
  );
  assert.deepEqual(await ledger.embeddings.get('e2', ['h1']), new Map([['h1', new Float32Array([7])]]));
  await ledger.embeddings.put('e2', [['h1', new Float32Array([8])]]);
  assert.deepEqual((await ledger.embeddings.get('e2', ['h1'])).get('h1'), new Float32Array([8]));
});

test('embeddings come from a generator in any number', async (t) => {
  const ledger = tempLedger(t);
  const hashes = Array.from({ length: 1201 }, (_, i) => `h${i}`);
  await ledger.embeddings.put(
    'e',
    hashes.map((hash, i): [string, Float32Array] => [hash, new Float32Array([i])]).values(),
  );
  const found = await ledger.embeddings.get('e', hashes);
  assert.equal(found.size, 1201);
  assert.equal(found.get('h1200')![0], 1200);
});

function artifact(version: string, created_at: string, more: Partial<ArtifactRecord> = {}): ArtifactRecord {
  return {
    version: version as ArtifactRecord['version'],
    created_at,
    active: false,
    snapshot: 'abc',
    design: 'flat',
    router: 'learned',
    status: 'accepted',
    comparison: [],
    seed: 1,
    backend: 'cpu',
    metrics: { score: 0.61 },
    files: [{ name: 'weights.safetensors', bytes: 12, sha256: 'ff' }],
    ledger_rows: 40,
    ...more,
  };
}

test('artifacts are listed newest first; one is active at a time', async (t) => {
  const ledger = tempLedger(t);
  assert.equal(await ledger.artifacts.activeVersion(), null);
  const [old, recent, same] = [
    artifact('a'.repeat(16), '2026-01-01T00:00:00Z'),
    artifact('b'.repeat(16), '2026-01-02T00:00:00.500Z'),
    artifact('c'.repeat(16), '2026-01-01T00:00:00.000Z'),
  ];
  for (const each of [recent, old, same]) ledger.registerArtifact(each);
  assert.deepEqual(await ledger.artifacts.list(), [recent, same, old]);
  await ledger.artifacts.activate(old.version);
  assert.equal(await ledger.artifacts.activeVersion(), old.version);
  assert.deepEqual(await ledger.artifacts.get(old.version), { ...old, active: true });
  await ledger.artifacts.activate(recent.version);
  assert.deepEqual(
    (await ledger.artifacts.list()).map((each) => each.active),
    [true, false, false],
  );
  assert.equal(await ledger.artifacts.get('0'.repeat(16)), undefined);
});

test('registering again replaces, and `active` activates', async (t) => {
  const ledger = tempLedger(t);
  ledger.registerArtifact(artifact('a'.repeat(16), '2026-01-01T00:00:00Z'));
  const again = artifact('a'.repeat(16), '2026-01-03T00:00:00Z', { active: true, metrics: { score: 0.7 } });
  ledger.registerArtifact(again);
  assert.deepEqual(await ledger.artifacts.list(), [again]);
  assert.equal(await ledger.artifacts.activeVersion(), again.version);
});

test('activating an unknown version is refused and changes nothing', async (t) => {
  const ledger = tempLedger(t);
  ledger.registerArtifact(artifact('a'.repeat(16), '2026-01-01T00:00:00Z', { active: true }));
  await assert.rejects(
    async () => await ledger.artifacts.activate('f'.repeat(16)),
    (error: PointsmanError) => error.code === 'version_not_found' && error.message.includes('ffffffffffffffff'),
  );
  assert.equal(await ledger.artifacts.activeVersion(), 'a'.repeat(16));
});

test('there is one schedule; it outlives the process', async (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const ledger = openFor(t, path);
  assert.equal(await ledger.schedule.get(), undefined);
  assert.equal(await ledger.schedule.delete(), false);
  await ledger.schedule.put({ pattern: '0 3 * * *', min_new_interactions: 5 });
  await ledger.schedule.put({ pattern: '0 4 * * *', min_new_interactions: 0 });
  assert.deepEqual({ ...openFor(t, path).getSchedule() }, { pattern: '0 4 * * *', min_new_interactions: 0 });
  assert.equal(await ledger.schedule.delete(), true);
  assert.equal(await ledger.schedule.get(), undefined);
});
