import assert from 'node:assert/strict';
import { before, describe, test, type TestContext } from 'node:test';
import { openArtifactFolder } from '../../src/artifact/files/folder.js';
import type { ArtifactFiles } from '../../src/artifact/files/types.js';
import { readArtifact } from '../../src/serving/read.js';
import { createArtifactStore } from '../../src/serving/store.js';
import { dataPaths } from '../../src/base/paths.js';
import { writeArtifact } from '../../src/artifact/write.js';
import type { Version } from '../../src/schema/ids.js';
import { sha256 } from '../../src/base/hash.js';
import type { GraphRows } from '../../src/graph/rows.js';
import type { Ledger } from '../../src/store/open.js';
import { checkpointsIn } from '../../src/learned/train/checkpoint.js';
import { openLiveScorer } from '../../src/live/scorer.js';
import { openBackend, type Backend } from '../../src/tensor/backend.js';
import type { DesignName } from '../../src/schema/training.js';
import type { GnnOptions } from '../../src/learned/train/options.js';
import { runTraining, snapshotOf, type Trained, type TrainingTarget } from '../../src/training/run.js';
import { recordOf } from '../../src/training/trainer.js';
import { keptLog, temporaryLedger } from '../decision/parts.js';
import { encoder, QUICK } from '../support/learn.js';
import { blankModel } from '../support/model.js';
import { smallLog } from '../support/log.js';
import { handLog, STALE } from '../support/rows.js';

let backend: Backend;
before(async () => {
  backend = await openBackend('wasm');
});

/** A ledger, and where artifacts and checkpoints of its log go. */
interface Place extends Pick<TrainingTarget, 'checkpoints'> {
  ledger: Ledger;
  artifacts: ArtifactFiles;
}

async function place(t: TestContext): Promise<Place> {
  const { ledger, folder, remove } = await temporaryLedger();
  t.after(remove);
  const path = dataPaths(folder).artifacts;
  return { ledger, artifacts: openArtifactFolder(path), checkpoints: checkpointsIn(path) };
}

function train(
  rows: GraphRows,
  { artifacts, checkpoints }: Pick<Place, 'artifacts' | 'checkpoints'>,
  options: Partial<GnnOptions>,
  { inForce = null, previous = null, last = previous, ledgerRows = 0 }: Partial<TrainingTarget> = {},
  design: DesignName = 'structured-trainable',
): Promise<Trained> {
  const input = {
    rows,
    graph: snapshotOf(rows, 'structured-trainable'),
    vectors: Array.from(rows.queries, (q) => encoder.encodeSync!(q.text)),
    design,
    seed: 3,
    encoder,
    textsOf: async (hashes: readonly string[]) => {
      const texts = new Map(Array.from(rows.queries, (q) => [q.hash, q.text]));
      return hashes.map((hash) => texts.get(hash));
    },
    options: { ...QUICK, ...options },
  };
  return runTraining(
    input,
    { artifacts, checkpoints, ledgerRows, inForce, previous, last },
    { backend, clock: Date.now, report: () => undefined },
  );
}

describe('a run whose profile a baseline beats', () => {
  test('keeps it, rejected, with the table that says why; the baseline serves; an operator may overrule', async (t) => {
    const at = await place(t);
    const { ledger, artifacts } = at;
    const rows = smallLog({ queries: 300 });
    for (const llm of rows.llms) await ledger.catalog.put(llm);
    // One step learns nothing of tasks.
    const { manifest, instead: baseline, reason } = await train(rows, at, { maxSteps: 1, epochs: 1 });
    assert.equal(manifest.status, 'rejected');
    assert.match(reason, /is better by 0\.\d+ \(p = 0\.0\d+\)/);
    const better = manifest.comparison.filter((c) => c.better && !c.told).map((c) => c.name);
    assert.ok(better.includes(baseline!.router), String(better));
    assert.deepEqual(
      [manifest.serve, baseline!.serve, baseline!.status],
      [baseline!.version, baseline!.version, 'accepted'],
    );

    await ledger.artifacts.register([recordOf(manifest, false)]);
    await ledger.artifacts.register([recordOf(baseline!, true)]);
    const scorer = await openLiveScorer({ ledger, artifacts, encoder, log: keptLog().log });
    const scoresOf = (text: string): Record<string, number> =>
      Object.fromEntries(
        scorer
          .current()
          .score(text, encoder.encodeSync!(text))
          .map((s) => [s.model, s.quality]),
      );
    assert.deepEqual([scorer.current().version, scorer.current().router], [baseline!.version, baseline!.router]);
    const [sum, verse] = [scoresOf('sum minus digits total multiply'), scoresOf('rhyme verse sonnet moon stanza')];
    assert.ok(sum['calculator']! > sum['poet']! && verse['poet']! > verse['calculator']!, JSON.stringify([sum, verse]));
    assert.ok([...Object.values(sum), ...Object.values(verse)].every((s) => s >= 0 && s <= 1));

    const again = await train(rows, at, { maxSteps: 1, epochs: 1 });
    assert.deepEqual(
      [again.created, again.manifest.version, again.instead!.version],
      [false, manifest.version, baseline!.version],
    );

    await createArtifactStore({
      files: artifacts,
      ledger,
      onActivated: () => scorer.refresh(),
      encoder: encoder.id,
    }).activate(manifest.version);
    assert.deepEqual([scorer.current().version, scorer.current().router], [manifest.version, 'learned']);
  });

  test('leaves the version in force where that is better still', async (t) => {
    const at = await place(t);
    const good = await train(smallLog({ queries: 200 }), at, { maxSteps: 80 });
    assert.equal(good.manifest.status, 'accepted', good.reason);
    const { manifest, instead: baseline } = await train(
      smallLog({ queries: 300 }),
      at,
      { maxSteps: 1, epochs: 1 },
      { inForce: good.manifest.version },
    );
    const inForce = manifest.comparison.find((c) => c.name === 'in-force')!;
    assert.ok(inForce.better && inForce.mean! > 0.7, JSON.stringify(inForce));
    assert.equal(manifest.status, 'rejected');
    assert.ok(baseline === null || baseline.comparison.find((c) => c.name === baseline.router)!.mean! >= inForce.mean!);
  });
});

describe('the reference of a line of runs', () => {
  test('is the first version, held against those after it whatever is in force, until one is better', async (t) => {
    const at = await place(t);
    const first = await train(smallLog({ queries: 200 }), at, { maxSteps: 80 });
    assert.deepEqual([first.manifest.serve, first.manifest.reference], [first.manifest.version, null]);
    const bad = { maxSteps: 1, epochs: 1 };
    const second = await train(smallLog({ queries: 300 }), at, bad, { last: first.manifest.version });
    assert.equal(second.manifest.status, 'rejected');
    assert.equal(second.manifest.reference, first.manifest.version);
    const third = await train(smallLog({ queries: 310 }), at, bad, { last: second.manifest.version });
    const reference = third.manifest.comparison.find((c) => c.name === 'reference')!;
    assert.match(reference.title, new RegExp(first.manifest.version));
    assert.ok(reference.better && reference.mean! > 0.7, JSON.stringify(reference));
    assert.equal(third.manifest.reference, first.manifest.version);
    const gone = await train(smallLog({ queries: 320 }), at, bad, { last: 'f'.repeat(16) });
    assert.equal(gone.manifest.reference, null);
  });
});

describe('a run beside a version in force of another kind', () => {
  const quick = { maxSteps: 1, epochs: 1 };

  test('compares with one of another design on its own graph, which stays unless this is better', async (t) => {
    const at = await place(t);
    const good = await train(smallLog({ queries: 200 }), at, { maxSteps: 80 });
    const rows = smallLog({ queries: 210 });
    for (const design of ['flat', 'structured-trainable-1hop'] as const) {
      const { manifest, instead: baseline } = await train(rows, at, quick, { inForce: good.manifest.version }, design);
      const inForce = manifest.comparison.find((c) => c.name === 'in-force')!;
      assert.ok(inForce.mean! > 0.7, JSON.stringify(inForce));
      assert.deepEqual([manifest.serve, baseline], [null, null]);
    }
  });

  test('says so where that cannot be compared with: another encoder, or files that are gone', async (t) => {
    const at = await place(t);
    const model = blankModel();
    const facts = {
      version: 'a'.repeat(16) as Version,
      created_at: new Date().toISOString(),
      snapshot: 'a'.repeat(64),
      design: 'flat' as const,
      seed: 1,
      backend: 'cpu',
      metrics: {},
      ledger_rows: 0,
      weigh: 'queries' as const,
      continues: null,
      reference: null,
      status: 'accepted' as const,
      comparison: [],
      serve: null,
    };
    await writeArtifact(at.artifacts, model, facts);
    const rows = smallLog({ queries: 60 });
    const foreign = await train(rows, at, quick, { inForce: facts.version });
    assert.match(foreign.reason, /version in force, a{16}, could not be compared: it was trained with the encoder /);
    assert.ok(foreign.reason.includes(model.names.encoder) && foreign.reason.includes(encoder.id), foreign.reason);
    assert.notEqual(foreign.manifest.serve, null);
    const gone = await train(smallLog({ queries: 61 }), at, quick, { inForce: 'b'.repeat(16) });
    assert.match(gone.reason, /version in force, b{16}, could not be compared: it could not be read/);
  });
});

describe('a run after another', () => {
  const quick = { maxSteps: 40, continuedSteps: 8 };

  test('goes on from what was learned where the log is long and hardly grew', async (t) => {
    const at = await place(t);
    const { artifacts } = at;
    const first = await train(smallLog({ queries: 200 }), at, quick, { ledgerRows: 600 });
    assert.equal(first.manifest.continues, null);
    const after = { previous: first.manifest.version, ledgerRows: 630 };
    const next = await train(smallLog({ queries: 210 }), at, quick, after);
    assert.deepEqual(next.manifest.continues, { version: first.manifest.version, began_at_rows: 600 });
    assert.ok(next.manifest.metrics['epochs']! <= 8 && first.manifest.metrics['epochs']! > 8);
    const [learned, earlier] = [next.manifest.metrics['score_learned']!, first.manifest.metrics['score_learned']!];
    assert.ok(learned > earlier - 0.03, `${learned} after ${earlier}`);
    const meaning = 'semantic/basis';
    const [was, is] = await Promise.all(
      [first, next].map(async ({ manifest }) => (await readArtifact(artifacts, manifest.version)).model.tables),
    );
    assert.deepEqual(is![meaning], was![meaning], 'weights go with the axes that they were learned on');
    assert.notDeepEqual(is!['query/kernel'], was!['query/kernel']);

    const third = await train(smallLog({ queries: 215 }), at, quick, {
      previous: next.manifest.version,
      ledgerRows: 645,
    });
    assert.deepEqual(third.manifest.continues, { version: next.manifest.version, began_at_rows: 600 });
    assert.equal(
      (await train(smallLog({ queries: 215 }), at, quick, { previous: third.manifest.version, ledgerRows: 645 }))
        .created,
      false,
    );
  });

  test('begins from nothing where the log grew by a tenth or is short, or the version damaged or unfit', async (t) => {
    const at = await place(t);
    const few = { maxSteps: 7, continuedSteps: 2 };
    const first = await train(smallLog({ queries: 100 }), at, few, { ledgerRows: 300 });
    const previous = first.manifest.version;
    const continued = await train(smallLog({ queries: 105 }), at, few, { previous, ledgerRows: 315 });
    assert.equal(continued.manifest.continues?.version, previous);
    const others: [GraphRows, Partial<GnnOptions>, Partial<TrainingTarget>][] = [
      [smallLog({ queries: 115 }), few, { previous, ledgerRows: 345 }],
      [smallLog({ queries: 101 }), { ...few, maxSteps: 5 }, { previous, ledgerRows: 303 }],
      [smallLog({ queries: 102 }), { ...few, hidden: 12 }, { previous, ledgerRows: 306 }],
      [smallLog({ queries: 103 }), few, { previous: 'ffffffffffffffff', ledgerRows: 309 }],
    ];
    for (const [rows, options, target] of others)
      assert.equal((await train(rows, at, options, target)).manifest.continues, null);
  });
});

/**
 * A log in which `calculator` gets every sum wrong since it changed, in the last fifth; `weight` is what its answers
 * before count.
 */
function afterChange(weight: number): GraphRows {
  const rows = smallLog({ queries: 300 });
  const { query, llm, score, count } = rows.scores;
  const since = (e: number): boolean => query[e]! >= 240;
  const of = (e: number): boolean => rows.llms[llm[e]!]!.id === 'calculator';
  return {
    ...rows,
    scores: {
      query,
      llm,
      score: score.map((s, e) => (of(e) && since(e) ? 0 : s)),
      count: count.map((n, e) => (of(e) && !since(e) ? weight : n)),
    },
  };
}

describe('a run after an LLM changed', () => {
  test('profiles it by what it does now, where answers from before count little, and judges by that', async (t) => {
    const at = await place(t);
    const { artifacts } = at;
    const meanOf = async (weight: number): Promise<Record<string, number>> => {
      const { manifest } = await train(afterChange(weight), at, { maxSteps: 60 });
      const { names, tables } = (await readArtifact(artifacts, manifest.version)).model;
      const sums = names.tasks.indexOf('arithmetic');
      return {
        score: manifest.metrics['score_learned']!,
        oracle: manifest.metrics['score_oracle']!,
        ...Object.fromEntries(
          names.llms.map((id, l) => [id, tables['record/task']!.data[l * names.tasks.length + sums]!]),
        ),
      };
    };
    const [as, by] = [await meanOf(1), await meanOf(STALE)];
    assert.ok(as['calculator']! > as['middling']! && by['calculator']! < by['middling']!, JSON.stringify([as, by]));
    // Of its answers from before none is left to be chosen.
    assert.ok(by['oracle']! < as['oracle']! - 0.1 && by['score']! < as['score']!, JSON.stringify([as, by]));
  });

  test('is another snapshot, and so another version', () => {
    assert.notEqual(
      snapshotOf(afterChange(STALE), 'structured-trainable').hash,
      snapshotOf(afterChange(1), 'structured-trainable').hash,
    );
  });
});

describe('a run on an odd log ends with an artifact that scores', () => {
  const one = smallLog({ queries: 40 });
  const long = 'lorem ipsum '.repeat(100_000);
  const logs: Record<string, GraphRows> = {
    'of one LLM': handLog(
      ['only'],
      Array.from({ length: 30 }, (_, i) => ({ text: `query ${i}`, scores: { only: (i % 3) / 2 } })),
    ),
    'of one interaction': handLog(['only'], [{ text: 'hello', scores: { only: 1 } }]),
    'of one comparison': handLog(['a', 'b'], [{ text: 'hello', pairs: [['a', 'b']] }]),
    'whose scores are all equal': { ...one, scores: { ...one.scores, score: one.scores.score.map(() => 1) } },
    'with a task that nobody was asked about': { ...one, tasks: [...one.tasks, { id: 'unseen', description: '' }] },
    'without a description': {
      ...one,
      llms: one.llms.map(({ id }) => ({ id })),
      families: [],
      tasks: one.tasks.map(({ id }) => ({ id, description: '' })),
    },
    // The same text is one query, and its answers are averaged: one with 10,000 of them.
    'of one query, answered 10,000 times': {
      ...handLog(['a', 'b'], [{ text: 'again', scores: { a: 0.4, b: 0.6 } }]),
      scores: {
        query: Int32Array.of(0, 0),
        llm: Int32Array.of(0, 1),
        score: Float32Array.of(0.4, 0.6),
        count: Float32Array.of(10_000, 10_000),
      },
    },
    'of queries that differ in nothing but a space': handLog(
      ['a', 'b'],
      Array.from({ length: 60 }, (_, i) => ({
        text: `the same${' '.repeat(i)}`,
        scores: { a: i % 2, b: 1 - (i % 2) },
      })),
    ),
    'of texts without end': handLog(
      ['a', 'b'],
      Array.from({ length: 24 }, (_, i) => ({ text: `${long}${i}`, scores: { a: i % 2, b: 0.5 } })),
    ),
    'whose comparisons contradict each other': handLog(
      ['a', 'b'],
      Array.from({ length: 40 }, (_, i) => ({
        text: `query ${i}`,
        pairs: [
          ['a', 'b'],
          ['b', 'a'],
        ] as [string, string][],
      })),
    ),
    'of answers that are all from before a change': {
      ...one,
      scores: { ...one.scores, count: one.scores.count.map(() => 1 / 64) },
    },
    'of texts with nothing in them': handLog(
      ['a', 'b'],
      Array.from({ length: 30 }, (_, i) => ({ text: ' '.repeat(i + 1), scores: { a: 1, b: 0 } })),
    ),
  };
  for (const [what, rows] of Object.entries(logs))
    test(what, async (t) => {
      const at = await place(t);
      const { ledger, artifacts } = at;
      const { manifest, instead: baseline } = await train(rows, at, { maxSteps: 6 });
      assert.ok(Object.values(manifest.metrics).every(Number.isFinite));
      const serving = baseline ?? manifest;
      await readArtifact(artifacts, serving.version);
      for (const llm of rows.llms) await ledger.catalog.put({ ...llm, family: undefined });
      await ledger.artifacts.register([recordOf(serving, true)]);
      const scorer = (await openLiveScorer({ ledger, artifacts, encoder, log: keptLog().log })).current();
      assert.equal(scorer.version, serving.version);
      for (const text of ['hello', '', rows.queries.textOf(0), sha256('x').repeat(100)]) {
        for (const { quality, uncertainty } of scorer.score(text, encoder.encodeSync!(text)))
          assert.ok(quality >= 0 && quality <= 1 && Number.isFinite(uncertainty), `${quality} ± ${uncertainty}`);
      }
    });
});
