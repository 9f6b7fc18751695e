import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { Ledger } from '../../src/store/open.js';
import { openLiveCorrections, type LiveCorrections } from '../../src/live/corrections.js';
import { DriftSettings } from '../../src/schema/drift.js';
import { createPriorScorer } from '../../src/scoring/prior.js';
import { groupsOf } from '../../src/scoring/groups.js';
import type { ScoredLlm, Scorer } from '../../src/scoring/types.js';
import { addLlms, keptLog, temporaryLedger } from '../decision/parts.js';
import { interaction, signal } from '../store/support.js';

const NOTHING = new Float32Array(0);
let ledger: Ledger;

/** A version that expects 0.6 of every trained LLM, and knows two kinds of query by their first letter. */
async function versionOf(version: string, trainedOn: readonly string[], encode?: Scorer['encode']): Promise<Scorer> {
  const prior = createPriorScorer(await ledger.catalog.list(), []);
  const kind = (vector: Float32Array): string => (vector[0] === 1 ? 'sums' : 'verse');
  return {
    ...prior,
    version,
    trainedOn: new Set(trainedOn),
    encode: encode ?? ((query) => Float32Array.of(query.startsWith('s') ? 1 : 0)),
    score: (...asked) => prior.score(...asked).map((llm) => ({ ...llm, quality: 0.6, uncertainty: 0.1 })),
    kindsOf: (vector) => [{ kind: kind(vector), probability: 1 }],
  };
}

async function answered(query: string, model: string, score: number, times: number, fields = {}): Promise<void> {
  await ledger.feedback.append([
    { records: Array.from({ length: times }, (_, i) => interaction(`${query} ${i}`, model, score, fields)) },
  ]);
}

const correctionsOf = (current: Scorer): LiveCorrections =>
  openLiveCorrections({ ledger, scorer: { current: () => current }, log: keptLog().log });

/** Expected scores of `a`, `b` and `c` for a query. */
function expected(corrections: LiveCorrections, scorer: Scorer, query = 'sum'): ScoredLlm[] {
  const vector = scorer.encode(query) as Float32Array;
  return corrections.adjust(scorer.score(query, vector), scorer, () => groupsOf(scorer, vector).shares);
}
const qualities = (...asked: Parameters<typeof expected>): number[] =>
  expected(...asked).map(({ quality }) => Number(quality.toFixed(6)));

describe('live corrections', () => {
  let remove: () => Promise<void>;
  const open = async (t: TestContext): Promise<void> => {
    ({ ledger, remove } = await temporaryLedger());
    t.after(remove);
    await addLlms(ledger, ['a', 'b', 'c']);
  };

  test('follow answers of trained LLMs by kind, and say by how much; not newcomers and failures', async (t) => {
    await open(t);
    const scorer = await versionOf('v1', ['a', 'b']);
    const corrections = correctionsOf(scorer);
    await corrections.refresh();
    assert.deepEqual(qualities(corrections, scorer), [0.6, 0.6, 0.6]);
    await answered('s', 'a', 0.1, 80);
    await answered('s', 'c', 0.1, 80);
    await answered('s', 'b', 0, 80, { error: 'timeout' });
    await corrections.refresh();
    const [a, b, c] = expected(corrections, scorer) as [ScoredLlm, ScoredLlm, ScoredLlm];
    assert.ok(a.quality < 0.2, String(a.quality));
    assert.equal(a.quality, 0.6 + a.correction!);
    assert.equal(a.uncertainty, Math.hypot(0.1, a.correction! / 2));
    assert.ok(Math.abs(b.quality - 0.6) < 0.1);
    assert.deepEqual(c, scorer.score('', NOTHING)[2], 'its level follows its answers by itself');
    assert.deepEqual(qualities(corrections, scorer, 'verse'), [0.6, 0.6, 0.6]);
  });

  test('tell of a newcomer by which trained LLM it is like, and how much is to be learned of it', async (t) => {
    await open(t);
    const version = await versionOf('v1', ['a', 'b']);
    // `a` is good at sums, `b` at verse; nothing is known of `c` but what is declared.
    const scorer: Scorer = {
      ...version,
      score: (query, ...asked) =>
        version.score(query, ...asked).map((llm) => {
          if (llm.model === 'c') return { ...llm, quality: 0.5, declared: 0.5 };
          return { ...llm, quality: (llm.model === 'a') === query.startsWith('s') ? 0.9 : 0.3 };
        }),
    };
    const corrections = correctionsOf(scorer);
    await corrections.refresh();
    const [, , before] = expected(corrections, scorer);
    assert.equal(before!.quality, 0.5);
    assert.ok(before!.learnable! > 0.2, String(before!.learnable));
    await answered('s', 'c', 0.9, 40);
    await answered('v', 'c', 0.3, 40);
    await corrections.refresh();
    const [[, , sums], [, , verse]] = [expected(corrections, scorer), expected(corrections, scorer, 'verse')];
    assert.ok(sums!.quality > 0.8 && verse!.quality < 0.4, `${sums!.quality} ${verse!.quality}`);
    assert.ok(sums!.learnable! < before!.learnable! / 3, String(sums!.learnable));
  });

  test('say how likely an LLM that got worse is as good again', async (t) => {
    await open(t);
    const scorer = await versionOf('v1', ['a', 'b']);
    const corrections = correctionsOf(scorer);
    await answered('s', 'a', 0.1, 80);
    await corrections.refresh();
    const [fallen] = expected(corrections, scorer);
    await answered('s', 'b', 0.6, 200);
    await corrections.refresh();
    const [waited, other] = expected(corrections, scorer);
    assert.ok(waited!.recovery!.chance > fallen!.recovery!.chance + 0.1);
    assert.equal(other!.recovery, undefined);
  });

  test('are the same in a process that reads along, and one that starts later', async (t) => {
    await open(t);
    const scorer = await versionOf('v1', ['a', 'b', 'c']);
    const along = correctionsOf(scorer);
    for (const [model, score] of [
      ['a', 0.2],
      ['b', 0.9],
      ['a', 0.1],
      ['c', 0.6],
    ] as const) {
      await answered('s', model, score, 30);
      await along.refresh();
      await along.refresh();
    }
    const later = correctionsOf(scorer);
    await later.catchUp();
    assert.deepEqual(qualities(later, scorer), qualities(along, scorer));
    assert.notDeepEqual(qualities(later, scorer), [0.6, 0.6, 0.6]);
  });

  test('another version’s are made again; before anything is trained, or switched off, there are none', async (t) => {
    await open(t);
    let scorer = await versionOf('v1', ['a', 'b', 'c']);
    const corrections = openLiveCorrections({ ledger, scorer: { current: () => scorer }, log: keptLog().log });
    await answered('s', 'a', 0.1, 80);
    await corrections.refresh(new Set(['feedback']));
    const before = qualities(corrections, scorer);
    scorer = await versionOf('v2', ['b', 'c']);
    await corrections.refresh(new Set());
    assert.notDeepEqual(qualities(corrections, scorer), before, 'it was not trained on that LLM');
    scorer = await versionOf('v3', ['a', 'b', 'c']);
    await corrections.refresh(new Set());
    assert.deepEqual(qualities(corrections, scorer), before);
    await ledger.settings.put('drift', DriftSettings.parse({ correction: { enabled: false } }));
    await corrections.refresh(new Set(['settings']));
    assert.deepEqual(qualities(corrections, scorer), [0.6, 0.6, 0.6]);
    await ledger.settings.put('drift', DriftSettings.parse({}));
    await corrections.refresh(new Set(['settings']));
    assert.deepEqual(qualities(corrections, scorer), before);
    const untrained = createPriorScorer(await ledger.catalog.list(), []);
    scorer = untrained;
    await corrections.refresh(new Set());
    assert.deepEqual(expected(corrections, untrained), untrained.score('sum', NOTHING));
  });

  test('an encoder that fails leaves what was known, and no answer counts twice once it is back', async (t) => {
    await open(t);
    let left = 40;
    const failing = await versionOf('v1', ['a', 'b', 'c'], async (query) => {
      if (left-- <= 0) throw new Error('away');
      return Float32Array.of(query.startsWith('s') ? 1 : 0);
    });
    const corrections = correctionsOf(failing);
    await corrections.refresh();
    await answered('s', 'a', 0.1, 80);
    await assert.rejects(corrections.refresh(), /away/);
    left = Infinity;
    await corrections.refresh();
    const whole = await versionOf('v1', ['a', 'b', 'c']);
    const straight = correctionsOf(whole);
    await straight.catchUp();
    assert.deepEqual(qualities(corrections, whole), qualities(straight, whole));
  });

  test('an answer whose query is never encoded is left out after three tries, and those after it count', async (t) => {
    await open(t);
    const refusing = await versionOf('v1', ['a', 'b', 'c'], async (query) => {
      if (query === 's 3') throw new Error('too long');
      return Float32Array.of(query.startsWith('s') ? 1 : 0);
    });
    await answered('s', 'a', 0.1, 80);
    const corrections = correctionsOf(refusing);
    for (let tries = 1; tries < 3; tries++) await assert.rejects(corrections.refresh(), /too long/);
    await corrections.refresh();
    const whole = await versionOf('v1', ['a', 'b', 'c']);
    assert.ok(qualities(corrections, whole)[0]! < 0.2, 'a first reading goes on where it was');
  });

  test('those of one version are not another’s, nor count signals of what was scored or failed before', async (t) => {
    await open(t);
    const scorer = await versionOf('v1', ['a', 'b', 'c']);
    const corrections = correctionsOf(scorer);
    await answered('s', 'a', 0.1, 80);
    await corrections.refresh();
    const before = qualities(corrections, scorer);
    const next = await versionOf('v2', ['a', 'b', 'c']);
    assert.deepEqual(qualities(corrections, next), [0.6, 0.6, 0.6]);
    const decision_id = '01890000-0000-7000-8000-000000000001';
    const failed = '01890000-0000-7000-8000-000000000002';
    await ledger.feedback.append([
      { records: [interaction('s', 'a', undefined, { decision_id: failed, error: 'late' })] },
      { records: [signal('s', 'a', 0, { decision_id: failed })] },
    ]);
    await corrections.refresh();
    assert.deepEqual(qualities(corrections, scorer), before);
    const once = async (): Promise<void> => {
      await ledger.feedback.append([{ records: [signal('s', 'a', 1, { decision_id })] }]);
      await corrections.refresh();
    };
    await once();
    const first = qualities(corrections, scorer);
    assert.notDeepEqual(first, before);
    await once();
    assert.deepEqual(qualities(corrections, scorer), first);
  });
});
