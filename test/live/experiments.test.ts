import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { openLiveExperiments, type Unit } from '../../src/live/experiments.js';
import { NO_VERSIONS, type LiveVersions } from '../../src/live/versions.js';
import { ExperimentBody } from '../../src/schema/experiment.js';
import type { Scorer } from '../../src/scoring/types.js';
import { profile, START, tempLedger } from '../store/support.js';

const canary = (more: Record<string, unknown> = {}): ExperimentBody =>
  ExperimentBody.parse({ kind: 'canary', candidate: { policy: 'cost' }, steps: [{ share: 0.5, answers: 1 }], ...more });
const shadow = (more: Record<string, unknown> = {}): ExperimentBody =>
  ExperimentBody.parse({ kind: 'shadow', candidate: { policy: 'cost' }, ...more });

const asks = (query: string, more: Partial<Unit> = {}): Unit => ({
  policy: 'quality',
  key: null,
  conversation: null,
  query,
  ...more,
});
const queries = Array.from({ length: 400 }, (_, i) => `query ${i}`);

/** Versions that a test loads by their names alone. */
function handLoaded(): LiveVersions & { loaded: Map<string, Scorer>; wanted: string[] } {
  const loaded = new Map<string, Scorer>();
  const versions = {
    loaded,
    wanted: [] as string[],
    scorerOf: (version: string) => loaded.get(version) ?? null,
    refusal: () => null,
    async want(wanted: ReadonlySet<string>) {
      versions.wanted = [...wanted];
    },
  };
  return versions;
}

async function opened(t: TestContext, bodies: Record<string, ExperimentBody>, versions: LiveVersions = NO_VERSIONS) {
  const time = { now: START };
  const ledger = await tempLedger(t, { clock: () => time.now++ });
  for (const id of ['a', 'b']) await ledger.catalog.put(profile(id));
  for (const [name, body] of Object.entries(bodies)) await ledger.experiments.put(name, body);
  return { ledger, live: await openLiveExperiments({ ledger, versions }) };
}

describe('experiments that run', () => {
  test('a canary gets its share of units, the same ones each time and in every process', async (t) => {
    const { ledger, live } = await opened(t, { e: canary() });
    const other = await openLiveExperiments({ ledger, versions: NO_VERSIONS });
    const arms = queries.map((query) => live.assign(asks(query))!.arm);
    const share = arms.filter((arm) => arm === 'candidate').length / arms.length;
    assert.ok(share > 0.4 && share < 0.6, `${share}`);
    assert.deepEqual(
      queries.map((query) => other.assign(asks(query))!.arm),
      arms,
    );
  });

  test('who had the candidate at a small share keeps it at a larger one', async (t) => {
    const steps = [
      { share: 0.2, answers: 1 },
      { share: 0.6, answers: 1 },
    ];
    const { ledger, live } = await opened(t, { e: canary({ steps }) });
    const inCandidate = (): string[] => queries.filter((query) => live.assign(asks(query))!.arm === 'candidate');
    const early = inCandidate();
    const { startedAt } = (await ledger.experiments.get('e'))!;
    await ledger.experiments.move(
      'e',
      { state: 'running', step: 0, startedAt },
      { state: 'running', step: 1, why: 'w' },
    );
    await live.refresh();
    const late = new Set(inCandidate());
    assert.ok(early.every((query) => late.has(query)));
    assert.ok(late.size > 1.5 * early.length);
  });

  test('a conversation has one arm, or a key has one', async (t) => {
    const { live } = await opened(t, { e: canary(), k: canary({ of: 'cost', unit: 'key' }) });
    const armsOf = (unit: Partial<Unit>) => new Set(queries.map((query) => live.assign(asks(query, unit))!.arm)).size;
    assert.equal(armsOf({ conversation: 'c' }), 1);
    assert.equal(armsOf({ key: 'k' }), 2);
    assert.equal(armsOf({ key: 'k', policy: 'cost' }), 1);
    assert.equal(armsOf({ key: null, conversation: 'c', policy: 'cost' }), 1);
    assert.equal(armsOf({ policy: 'cost' }), 2);
  });

  test('other queries take part in nothing, and an arm that says nothing decides as what is in force', async (t) => {
    const arms = [
      { name: 'now', share: 0.2 },
      { name: 'only-a', share: 0.6, models: ['a'] },
    ];
    const { live } = await opened(t, { e: ExperimentBody.parse({ kind: 'ab', of: 'quality', arms }) });
    assert.equal(live.assign(asks('q', { policy: 'latency' })), null);
    const found = new Map(queries.map((query) => [live.assign(asks(query))!.arm, live.assign(asks(query))!.candidate]));
    assert.deepEqual(Object.fromEntries(found), { now: null, 'only-a': { models: ['a'] } });
  });

  test('of a policy, the oldest takes all its queries, and shadows go along', async (t) => {
    const { ledger, live } = await opened(t, { older: canary(), newer: canary(), s: shadow() });
    assert.equal(live.assign(asks('q'))!.experiment, 'older');
    assert.equal(live.idle('older'), null);
    assert.match(live.idle('newer')!, /older has its queries/);
    assert.deepEqual(
      live.shadows('quality').map(({ experiment }) => experiment),
      ['s'],
    );
    assert.equal(live.shadows('quality'), live.shadows('quality'));
    assert.deepEqual(live.shadows('cost'), []);
    await ledger.experiments.delete('older');
    await live.refresh();
    assert.equal(live.assign(asks('q'))!.experiment, 'newer');
  });

  test('where no policy is tried, queries of all policies take part, unless an older one has them', async (t) => {
    const { live } = await opened(t, {
      ours: canary({ of: 'cost' }),
      all: canary({ candidate: { models: ['a'] } }),
      latest: canary({ of: 'latency' }),
      s: shadow({ candidate: { models: ['b'] } }),
    });
    const experimentOf = (policy: string) => live.assign(asks('q', { policy }))!.experiment;
    assert.deepEqual(['quality', 'latency', 'any', 'cost'].map(experimentOf), ['all', 'all', 'all', 'ours']);
    assert.match(live.idle('latest')!, /all has its queries/);
    assert.deepEqual(
      ['cost', 'any'].map((policy) => live.shadows(policy).length),
      [1, 1],
    );
  });

  test('one that is paused or over decides nothing', async (t) => {
    const { ledger, live } = await opened(t, { e: canary(), s: shadow() });
    for (const name of ['e', 's']) {
      const { startedAt } = (await ledger.experiments.get(name))!;
      const from = { state: 'running', step: 0, startedAt } as const;
      await ledger.experiments.move(name, from, { state: 'paused', step: 0, why: 'asked' });
    }
    await live.refresh();
    assert.equal(live.assign(asks('q')), null);
    assert.deepEqual(live.shadows('quality'), []);
  });

  test('until its version is loaded nobody takes part, and then its scorer decides', async (t) => {
    const versions = handLoaded();
    const { live } = await opened(
      t,
      { e: canary({ candidate: { version: 'v' } }), s: shadow({ candidate: { version: 'v' } }) },
      versions,
    );
    assert.deepEqual(versions.wanted, ['v']);
    assert.equal(live.assign(asks('q')), null);
    assert.deepEqual(live.shadows('quality'), []);
    assert.match(live.idle('e')!, /version v is being loaded/);
    for (const scorer of [{ version: 'v' }, { version: 'v' }] as Scorer[]) {
      versions.loaded.set('v', scorer);
      const found = new Map(queries.map((query) => [live.assign(asks(query))!.arm, live.assign(asks(query))!.scorer]));
      assert.equal(found.get('candidate'), scorer);
      assert.equal(found.get('control'), null);
      assert.equal(live.shadows('quality')[0]!.scorer, scorer);
    }
    assert.equal(live.idle('e'), null);
  });

  test('where its policy or its LLMs are gone, nobody takes part', async (t) => {
    const { ledger, live } = await opened(t, {
      p: canary({ candidate: { policy: 'ours' } }),
      m: canary({ of: 'cost', candidate: { models: ['a'] } }),
    });
    assert.equal(live.assign(asks('q')), null);
    assert.match(live.idle('p')!, /no policy ours/);
    assert.notEqual(live.assign(asks('q', { policy: 'cost' })), null);
    await ledger.catalog.delete('a');
    await ledger.policies.put('ours', {});
    await live.refresh();
    assert.notEqual(live.assign(asks('q')), null);
    assert.equal(live.assign(asks('q', { policy: 'cost' })), null);
    assert.match(live.idle('m')!, /none of a is in the catalogue/);
  });
});
