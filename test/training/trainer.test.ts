import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { openArtifactFolder } from '../../src/artifact/files/folder.js';
import { readArtifact } from '../../src/serving/read.js';
import { dataPaths } from '../../src/base/paths.js';
import { Database } from '../../src/store/sqlite/database.js';
import type { Ledger } from '../../src/store/open.js';
import type { FeedbackRecord } from '../../src/store/types.js';
import { Interaction } from '../../src/schema/feedback.js';
import type { TrainProgress, TrainRequest } from '../../src/schema/training.js';
import { createTrainer, trainAndActivate, type TrainerParts } from '../../src/training/trainer.js';
import { keptLog, temporaryLedger } from '../decision/parts.js';
import { smallLog } from '../support/log.js';

const WASM: TrainRequest = { backend: 'wasm', seed: 3 };

/** The scores of a small log as feedback. */
function feedback(queries: number): FeedbackRecord[] {
  const rows = smallLog({ queries });
  return Array.from(rows.scores.query, (q, e) => ({
    kind: 'interaction' as const,
    value: Interaction.parse({
      query: rows.queries.textOf(q),
      task: rows.tasks[rows.queries.taskOf(q)]!.id,
      model: rows.llms[rows.scores.llm[e]!]!.id,
      score: rows.scores.score[e],
    }),
  }));
}

function prepare(
  t: TestContext,
  queries: number,
): { ledger: Ledger; artifacts: string; parts: TrainerParts; activations: () => number } {
  const { ledger, folder, remove } = temporaryLedger();
  t.after(remove);
  if (queries > 0) ledger.appendFeedback([{ records: feedback(queries) }]);
  let activations = 0;
  const parts = {
    ledger,
    dataDir: folder,
    encoder: 'hashing',
    log: keptLog().log,
    onActivated: async () => void activations++,
  };
  return { ledger, artifacts: dataPaths(folder).artifacts, parts, activations: () => activations };
}

describe('training in a process of its own', () => {
  it('reports how far it is, writes a whole artifact and puts it in force; the same again is not made again', async (t) => {
    const { ledger, artifacts, parts, activations } = prepare(t, 30);
    const reports: TrainProgress[] = [];
    const first = await trainAndActivate(parts, WASM, (progress) => void reports.push(progress));
    assert.deepEqual(
      [first.created, first.activated, ledger.activeVersion(), activations()],
      [true, true, first.version, 1],
    );
    assert.deepEqual([...new Set(reports.map((r) => r.phase))], ['snapshot', 'encode', 'train', 'evaluate', 'write']);
    assert.deepEqual(
      reports.map((r) => r.fraction),
      reports.map((r) => r.fraction).toSorted((a, b) => a - b),
    );
    assert.ok(reports.every((r) => r.fraction >= 0 && r.fraction <= 1));

    const { manifest } = await readArtifact(openArtifactFolder(artifacts), first.version);
    const record = ledger.getArtifact(first.version)!;
    assert.deepEqual(
      [record.metrics, record.files, record.seed, record.backend],
      [manifest.metrics, manifest.files, 3, first.backend],
    );
    assert.match(first.backend, /wasm/);
    assert.equal(record.ledger_rows, 90);
    assert.equal(first.metrics['held_out_queries'], 9);
    for (const value of Object.values(first.metrics)) assert.ok(Number.isFinite(value));

    const again = await trainAndActivate(parts, WASM, () => undefined);
    assert.deepEqual([again.version, again.created, again.activated], [first.version, false, false]);
    assert.deepEqual(readdirSync(artifacts), [first.version]);
  });

  it('makes another version of another seed, and of what came since', async (t) => {
    const { ledger, parts } = prepare(t, 12);
    const versions = [
      (await trainAndActivate(parts, WASM, () => undefined)).version,
      (await trainAndActivate(parts, { ...WASM, seed: 4 }, () => undefined)).version,
    ];
    ledger.appendFeedback([{ records: feedback(13).slice(-3) }]);
    versions.push((await trainAndActivate(parts, WASM, () => undefined)).version);
    assert.equal(new Set(versions).size, 3);
    assert.equal(ledger.activeVersion(), versions[2]);
  });

  it('waits for another process’s writes before it records what it made', async (t) => {
    const { ledger, parts } = prepare(t, 6);
    const other = new Database(dataPaths(parts.dataDir).ledger);
    t.after(() => other.close());
    const result = await trainAndActivate(parts, WASM, ({ phase }) => {
      if (phase !== 'write') return;
      other.exec('BEGIN IMMEDIATE');
      setTimeout(() => other.exec('COMMIT'), 1_000);
    });
    assert.equal(ledger.activeVersion(), result.version);
  });

  it('says that there is nothing to learn from', async (t) => {
    const { ledger, artifacts, parts } = prepare(t, 0);
    await assert.rejects(
      trainAndActivate(parts, WASM, () => undefined),
      { code: 'no_data', message: /no LLM yet/ },
    );
    ledger.catalog.putLlm(smallLog({ queries: 1 }).llms[0]!);
    await assert.rejects(
      trainAndActivate(parts, WASM, () => undefined),
      { code: 'no_data', message: /no interaction and no preference yet \(1 LLMs/ },
    );
    assert.ok(!existsSync(artifacts));
  });

  it('weighs answers by age where a half-life is asked for: another snapshot of the same ledger', async (t) => {
    const { ledger, parts } = prepare(t, 10);
    ledger.appendFeedback([
      {
        records: feedback(12)
          .slice(-6)
          .map(
            ({ kind, value }) =>
              ({ kind, value: { ...(value as Interaction), at: '2020-01-01T00:00:00.000Z' } }) as FeedbackRecord,
          ),
      },
    ]);
    const [plain, ageing, again] = [
      await trainAndActivate(parts, WASM, () => undefined),
      await trainAndActivate(parts, { ...WASM, half_life_days: 30 }, () => undefined),
      await trainAndActivate(parts, { ...WASM, half_life_days: 30 }, () => undefined),
    ];
    assert.deepEqual([plain.created, ageing.created, again.created], [true, true, false]);
    assert.notEqual(ledger.getArtifact(plain.version)!.snapshot, ledger.getArtifact(ageing.version)!.snapshot);
  });

  it('hands on what the process has against a setting', async (t) => {
    const { parts } = prepare(t, 6);
    await assert.rejects(
      trainAndActivate({ ...parts, encoder: 'no such encoder' }, WASM, () => undefined),
      { code: 'invalid_config', message: /no such encoder/ },
    );
  });

  it('ends at once when it is stopped, and leaves nothing behind', async (t) => {
    const { ledger, artifacts, parts } = prepare(t, 60);
    const stop = new AbortController();
    const begun = trainAndActivate(parts, WASM, (progress) => progress.phase === 'train' && stop.abort(), {
      signal: stop.signal,
    });
    await assert.rejects(begun, { code: 'training_failed', message: 'Training was stopped' });
    assert.equal(ledger.activeVersion(), null);
    assert.ok(!existsSync(artifacts) || readdirSync(artifacts).length === 0);
    await assert.rejects(
      trainAndActivate(parts, WASM, () => undefined, { signal: AbortSignal.abort() }),
      { code: 'training_failed' },
    );
  });
});

describe('a scheduled run', () => {
  const context = (minNewInteractions: number, trigger: 'schedule' | 'request' = 'schedule') => ({
    jobId: 'j',
    trigger,
    minNewInteractions,
    report: () => undefined,
    signal: new AbortController().signal,
  });

  it('goes on only when enough came since the last one; one that was asked for goes on always', async (t) => {
    const { ledger, parts } = prepare(t, 10);
    const trainer = createTrainer({ ...parts, backend: 'wasm' });
    assert.equal(await trainer({}, context(31)), null);
    const first = await trainer({ seed: 3 }, context(30));
    assert.match(first!.backend, /wasm/, 'the worker’s own backend, where the request names none');
    assert.equal(first?.created, true);
    assert.equal(await trainer(WASM, context(1)), null);
    ledger.appendFeedback([{ records: feedback(11).slice(-3) }]);
    assert.equal(await trainer(WASM, context(4)), null);
    const second = await trainer(WASM, context(3));
    assert.notEqual(second?.version, first?.version);
    assert.equal((await trainer(WASM, context(1_000, 'request')))?.created, false);
  });
});
