import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ArtifactRecord } from '../../../src/store/ports/artifacts.js';
import { testBusy, type StoreUnderTest } from './store-under-test.js';

export function artifact(letter: string, createdAt: string, more: Partial<ArtifactRecord> = {}): ArtifactRecord {
  return {
    version: letter.repeat(16) as ArtifactRecord['version'],
    created_at: createdAt,
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

const [FIRST, SECOND, THIRD] = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00.500Z', '2026-01-03T00:00:00Z'] as const;

export function describeArtifactStore(store: StoreUnderTest): void {
  describe('artifacts', () => {
    test('they are listed newest first; one is active at a time', async (t) => {
      const { artifacts } = (await store.open(t)).ledger;
      assert.equal(await artifacts.activeVersion(), null);
      assert.deepEqual(await artifacts.list(), []);
      const [old, recent, same] = [
        artifact('a', FIRST),
        artifact('b', SECOND),
        artifact('c', '2026-01-01T00:00:00.000Z'),
      ];
      for (const each of [recent, old, same]) await artifacts.register([each]);
      assert.deepEqual(await artifacts.list(), [recent, same, old]);
      await artifacts.activate(old.version);
      assert.equal(await artifacts.activeVersion(), old.version);
      assert.deepEqual(await artifacts.get(old.version), { ...old, active: true });
      await artifacts.activate(recent.version);
      assert.deepEqual(
        (await artifacts.list()).map((each) => each.active),
        [true, false, false],
      );
      assert.equal(await artifacts.get('0'.repeat(16)), undefined);
    });

    test('registering again replaces, and `active` activates', async (t) => {
      const { artifacts } = (await store.open(t)).ledger;
      await artifacts.register([artifact('a', FIRST)]);
      const again = artifact('a', THIRD, { active: true, metrics: { score: 0.7 } });
      await artifacts.register([again]);
      assert.deepEqual(await artifacts.list(), [again]);
      assert.equal(await artifacts.activeVersion(), again.version);
    });

    test('several are registered at once, the active one of them in force', async (t) => {
      const { artifacts } = (await store.open(t)).ledger;
      await artifacts.register([]);
      assert.deepEqual(await artifacts.list(), []);
      const [one, two] = [artifact('a', FIRST, { active: true }), artifact('b', SECOND)];
      await artifacts.register([one, two]);
      assert.deepEqual(await artifacts.list(), [two, one]);
      const three = artifact('c', THIRD);
      await artifacts.register([three]);
      assert.equal(await artifacts.activeVersion(), one.version, 'one that is not active leaves the active one');
    });

    test('where one of several cannot be written, none is, and the active one stays', async (t) => {
      const { ledger } = await store.open(t);
      const { artifacts } = ledger;
      const kept = artifact('a', FIRST, { active: true });
      await artifacts.register([kept]);
      const before = await ledger.changes.revisions();
      const faulty = { ...artifact('c', THIRD), snapshot: null as never };
      await assert.rejects(artifacts.register([artifact('b', SECOND, { active: true }), faulty]));
      await assert.rejects(artifacts.register([{ ...kept, metrics: { score: 0 } }, faulty]));
      assert.deepEqual(await artifacts.list(), [kept]);
      assert.equal(await artifacts.activeVersion(), kept.version);
      assert.deepEqual(await ledger.changes.revisions(), before);
    });

    test('activating an unknown version is refused and changes nothing', async (t) => {
      const { artifacts } = (await store.open(t)).ledger;
      await artifacts.register([artifact('a', FIRST, { active: true })]);
      await assert.rejects(artifacts.activate('f'.repeat(16)), {
        code: 'version_not_found',
        message: /ffffffffffffffff/,
      });
      assert.equal(await artifacts.activeVersion(), 'a'.repeat(16));
    });

    test('two openers see each other’s artifacts, and one is in force for both', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const other = await openAgain();
      await Promise.all([
        ledger.artifacts.register([artifact('a', FIRST, { active: true })]),
        other.artifacts.register([artifact('b', SECOND, { active: true })]),
      ]);
      assert.deepEqual(await ledger.artifacts.list(), await other.artifacts.list());
      assert.equal((await ledger.artifacts.list()).filter(({ active }) => active).length, 1);
      await ledger.artifacts.activate('a'.repeat(16));
      assert.equal(await other.artifacts.activeVersion(), 'a'.repeat(16));
    });

    testBusy(
      store,
      {
        register: ({ artifacts }) => artifacts.register([artifact('b', SECOND)]),
        activate: ({ artifacts }) => artifacts.activate('a'.repeat(16)),
      },
      ({ ledger }) => ledger.artifacts.register([artifact('a', FIRST)]),
    );
  });
}
