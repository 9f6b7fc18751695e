import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PointsmanError } from '../../src/base/errors.js';
import { sha256 } from '../../src/base/hash.js';
import type { ArtifactRecord } from '../../src/store/ports/artifacts.js';
import { decisionRecord } from '../support/decision.js';
import { openFor, tempFolder, tempLedger } from './support.js';

const DECISION = decisionRecord('d1', { at: 17, ranking: '[{"model":"a"}]', propensity: 0.5 });

test('decisions are kept as given, and the first of an id stays', (t) => {
  const ledger = tempLedger(t);
  const second = { ...DECISION, id: 'd2', task: 't', version: '0123456789abcdef' };
  ledger.appendDecisions([DECISION, second]);
  ledger.appendDecisions([{ ...DECISION, model: 'other' }]);
  ledger.appendDecisions([]);
  assert.deepEqual(ledger.getDecision('d1'), { ...DECISION, queryHash: sha256('q') });
  assert.deepEqual(ledger.getDecision('d2'), { ...second, queryHash: sha256('q') });
  assert.equal(ledger.getDecision('d3'), undefined);
});

test('embeddings are cached per encoder; missing ones are absent', (t) => {
  const ledger = tempLedger(t);
  const whole = new Float32Array([9, 0.5, -1.25, 3, 9]);
  ledger.putEmbeddings('e1', [
    ['h1', whole.subarray(1, 4)],
    ['h2', new Float32Array(0)],
  ]);
  ledger.putEmbeddings('e2', [['h1', new Float32Array([7])]]);
  assert.deepEqual(
    ledger.getEmbeddings('e1', ['h1', 'h2', 'h3']),
    new Map([
      ['h1', new Float32Array([0.5, -1.25, 3])],
      ['h2', new Float32Array(0)],
    ]),
  );
  assert.deepEqual(ledger.getEmbeddings('e2', ['h1']), new Map([['h1', new Float32Array([7])]]));
  ledger.putEmbeddings('e2', [['h1', new Float32Array([8])]]);
  assert.deepEqual(ledger.getEmbeddings('e2', ['h1']).get('h1'), new Float32Array([8]));
});

test('embeddings come from a generator in any number', (t) => {
  const ledger = tempLedger(t);
  const hashes = Array.from({ length: 1201 }, (_, i) => `h${i}`);
  ledger.putEmbeddings('e', hashes.map((hash, i): [string, Float32Array] => [hash, new Float32Array([i])]).values());
  const found = ledger.getEmbeddings('e', hashes);
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

test('artifacts are listed newest first; one is active at a time', (t) => {
  const ledger = tempLedger(t);
  assert.equal(ledger.activeVersion(), null);
  const [old, recent, same] = [
    artifact('a'.repeat(16), '2026-01-01T00:00:00Z'),
    artifact('b'.repeat(16), '2026-01-02T00:00:00.500Z'),
    artifact('c'.repeat(16), '2026-01-01T00:00:00.000Z'),
  ];
  for (const each of [recent, old, same]) ledger.registerArtifact(each);
  assert.deepEqual(ledger.listArtifacts(), [recent, same, old]);
  ledger.activateArtifact(old.version);
  assert.equal(ledger.activeVersion(), old.version);
  assert.deepEqual(ledger.getArtifact(old.version), { ...old, active: true });
  ledger.activateArtifact(recent.version);
  assert.deepEqual(
    ledger.listArtifacts().map((each) => each.active),
    [true, false, false],
  );
  assert.equal(ledger.getArtifact('0'.repeat(16)), undefined);
});

test('registering again replaces, and `active` activates', (t) => {
  const ledger = tempLedger(t);
  ledger.registerArtifact(artifact('a'.repeat(16), '2026-01-01T00:00:00Z'));
  const again = artifact('a'.repeat(16), '2026-01-03T00:00:00Z', { active: true, metrics: { score: 0.7 } });
  ledger.registerArtifact(again);
  assert.deepEqual(ledger.listArtifacts(), [again]);
  assert.equal(ledger.activeVersion(), again.version);
});

test('activating an unknown version is refused and changes nothing', (t) => {
  const ledger = tempLedger(t);
  ledger.registerArtifact(artifact('a'.repeat(16), '2026-01-01T00:00:00Z', { active: true }));
  assert.throws(
    () => ledger.activateArtifact('f'.repeat(16)),
    (error: PointsmanError) => error.code === 'version_not_found' && error.message.includes('ffffffffffffffff'),
  );
  assert.equal(ledger.activeVersion(), 'a'.repeat(16));
});

test('there is one schedule; it outlives the process', (t) => {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const ledger = openFor(t, path);
  assert.equal(ledger.getSchedule(), undefined);
  assert.equal(ledger.deleteSchedule(), false);
  ledger.putSchedule({ pattern: '0 3 * * *', min_new_interactions: 5 });
  ledger.putSchedule({ pattern: '0 4 * * *', min_new_interactions: 0 });
  assert.deepEqual({ ...openFor(t, path).getSchedule() }, { pattern: '0 4 * * *', min_new_interactions: 0 });
  assert.equal(ledger.deleteSchedule(), true);
  assert.equal(ledger.getSchedule(), undefined);
});
