import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { MAP_FILE } from '../../src/artifact/map.js';
import { PROFILES_FILE, ProfileTexts, QUOTED_FILE, QuotedQueries } from '../../src/artifact/manifest.js';
import { openArtifactFolder } from '../../src/artifact/files/folder.js';
import { readArtifact } from '../../src/serving/read.js';
import { dataPaths } from '../../src/base/paths.js';
import { Database } from '../../src/store/sqlite/database.js';
import type { Ledger } from '../../src/store/open.js';
import type { FeedbackRecord } from '../../src/store/ports/feedback.js';
import { Interaction } from '../../src/schema/feedback.js';
import type { TrainProgress, TrainRequest } from '../../src/schema/training.js';
import { createTrainer, trainAndActivate, type TrainerParts } from '../../src/training/trainer.js';
import { keptLog, temporaryLedger } from '../decision/parts.js';
import { smallLog } from '../support/log.js';

const WASM: TrainRequest = { backend: 'wasm', seed: 3 };
/** The design that trains soonest. */
const FLAT: TrainRequest = { ...WASM, design: 'flat' };

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

async function prepare(
  t: TestContext,
  queries: number,
): Promise<{ ledger: Ledger; artifacts: string; parts: TrainerParts; activations: () => number }> {
  const { ledger, folder, remove } = await temporaryLedger();
  t.after(remove);
  if (queries > 0) await ledger.feedback.append([{ records: feedback(queries) }]);
  let activations = 0;
  const parts = {
    ledger,
    dataDir: folder,
    encoder: 'hashing',
    options: { maxSteps: 6 },
    log: keptLog().log,
    onActivated: async () => void activations++,
  };
  return { ledger, artifacts: dataPaths(folder).artifacts, parts, activations: () => activations };
}

describe('training in a process of its own', () => {
  test('reports progress, writes an artifact and puts it in force; the same again is not made again', async (t) => {
    const { ledger, artifacts, parts, activations } = await prepare(t, 30);
    const reports: TrainProgress[] = [];
    const first = await trainAndActivate(parts, WASM, (progress) => void reports.push(progress));
    assert.deepEqual(
      [first.created, first.activated, await ledger.artifacts.activeVersion(), activations()],
      [true, true, first.version, 1],
    );
    assert.deepEqual([...new Set(reports.map((r) => r.phase))], ['snapshot', 'encode', 'train', 'evaluate', 'write']);
    assert.deepEqual(
      reports.map((r) => r.fraction),
      reports.map((r) => r.fraction).toSorted((a, b) => a - b),
    );
    assert.ok(reports.every((r) => r.fraction >= 0 && r.fraction <= 1));
    const { epochs, losses = [] } = reports.at(-1)!;
    assert.deepEqual(
      losses.map(({ epoch }) => epoch),
      Array.from({ length: epochs! }, (_, i) => i + 1),
    );
    assert.ok(losses.every(({ loss }) => loss > 0));

    const { manifest } = await readArtifact(openArtifactFolder(artifacts), first.version);
    const record = (await ledger.artifacts.get(first.version))!;
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

  test('makes another version of another seed, and of what came since', async (t) => {
    const { ledger, parts } = await prepare(t, 12);
    const versions = [
      (await trainAndActivate(parts, FLAT, () => undefined)).version,
      (await trainAndActivate(parts, { ...FLAT, seed: 4 }, () => undefined)).version,
    ];
    await ledger.feedback.append([{ records: feedback(13).slice(-3) }]);
    versions.push((await trainAndActivate(parts, FLAT, () => undefined)).version);
    assert.equal(new Set(versions).size, 3);
    assert.equal(await ledger.artifacts.activeVersion(), versions[2]);
  });

  test('activates nothing where it is asked not to, and registers what it made', async (t) => {
    const { ledger, parts } = await prepare(t, 6);
    const kept = await trainAndActivate(parts, { ...WASM, activate: false }, () => undefined);
    assert.deepEqual(
      [kept.created, kept.activated, kept.in_force, await ledger.artifacts.activeVersion()],
      [true, false, null, null],
    );
    assert.match(kept.reason, /too few to hold any out.*asked not to activate it/);
    assert.equal((await ledger.artifacts.get(kept.version))?.active, false);
    const now = await trainAndActivate(parts, WASM, () => undefined);
    assert.deepEqual([now.created, now.activated, now.in_force], [false, true, kept.version]);
  });

  test('tries what the gate lets through in a canary where it is asked to, and ends the canary before', async (t) => {
    const { ledger, parts } = await prepare(t, 12);
    const trying = { ...parts, activation: 'canary' as const };
    const first = await trainAndActivate(trying, FLAT, () => undefined);
    assert.equal(first.activated, true, 'there was nothing to try it beside');
    assert.deepEqual(await ledger.experiments.list(), []);
    const second = await trainAndActivate(trying, { ...FLAT, seed: 4 }, () => undefined);
    assert.deepEqual([second.activated, second.in_force], [false, first.version]);
    const name = `retrain-${second.version.slice(0, 12)}`;
    assert.match(second.reason, new RegExp(`tried in the canary ${name} beside version ${first.version}`));
    const [canary] = await ledger.experiments.list();
    assert.deepEqual([canary?.name, canary?.state, canary?.step], [name, 'running', 0]);
    assert.deepEqual(canary?.body.kind === 'canary' && canary.body.candidate, { version: second.version });

    const third = await trainAndActivate(trying, { ...FLAT, seed: 5 }, () => undefined);
    assert.deepEqual(
      (await ledger.experiments.list()).map((one) => [one.name, one.state, one.why]),
      [
        [name, 'ended', `version ${third.version} was trained`],
        [`retrain-${third.version.slice(0, 12)}`, 'running', canary!.why],
      ],
    );
    const asked = await trainAndActivate(trying, { ...FLAT, seed: 6, activation: 'gate' }, () => undefined);
    assert.equal(asked.in_force, asked.version, 'a request goes before the setting');
  });

  test('leaves what serves in force where another design was not shown to be better', async (t) => {
    const { ledger, parts } = await prepare(t, 6);
    const flat: TrainRequest = { ...WASM, design: 'flat' };
    const first = await trainAndActivate(parts, flat, () => undefined);
    assert.equal(await ledger.artifacts.activeVersion(), first.version);
    const other = await trainAndActivate(parts, WASM, () => undefined);
    assert.deepEqual([other.activated, other.in_force], [false, first.version]);
    assert.match(other.reason, /another design is in force/);
    await ledger.artifacts.activate(other.version);
    const known = await trainAndActivate(parts, flat, () => undefined);
    assert.deepEqual([known.created, known.activated, known.in_force], [false, false, other.version]);
    assert.match(known.reason, /not compared with version [0-9a-f]{16}, of the design structured-trainable/);
  });

  test(
    'trains at the priority that it is told, ten by default, and never above the service',
    { skip: process.platform === 'linux' ? false : 'reads /proc' },
    async (t) => {
      const { parts } = await prepare(t, 6);
      const niceOf = async (priority: number | undefined, seed: number): Promise<number> => {
        let nice = NaN;
        const seen = new AbortController();
        const look = ({ phase }: TrainProgress): void => {
          if (phase !== 'train') return;
          const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
          nice = getPriority(Number(children.trim().split(' ').at(-1)));
          seen.abort();
        };
        const run = trainAndActivate({ ...parts, priority }, { ...WASM, seed }, look, { signal: seen.signal });
        await assert.rejects(run, { code: 'training_failed' });
        return nice;
      };
      assert.equal(await niceOf(undefined, 1), Math.max(10, getPriority()));
      assert.equal(await niceOf(17, 2), Math.max(17, getPriority()));
      assert.equal(await niceOf(0, 3), getPriority());
    },
  );

  test('waits for another process’s writes before it records what it made', async (t) => {
    const { ledger, parts } = await prepare(t, 6);
    const other = new Database(dataPaths(parts.dataDir).ledger);
    t.after(() => other.close());
    const result = await trainAndActivate(parts, FLAT, ({ phase }) => {
      if (phase !== 'write') return;
      other.exec('BEGIN IMMEDIATE');
      setTimeout(() => other.exec('COMMIT'), 1_000);
    });
    assert.equal(await ledger.artifacts.activeVersion(), result.version);
  });

  test('says that there is nothing to learn from', async (t) => {
    const { ledger, artifacts, parts } = await prepare(t, 0);
    await assert.rejects(
      trainAndActivate(parts, WASM, () => undefined),
      { code: 'no_data', message: /no LLM yet/ },
    );
    await ledger.catalog.put(smallLog({ queries: 1 }).llms[0]!);
    await assert.rejects(
      trainAndActivate(parts, WASM, () => undefined),
      { code: 'no_data', message: /no interaction and no preference yet \(1 LLMs/ },
    );
    assert.ok(!existsSync(artifacts));
  });

  test('weighs answers by age where a half-life is asked for: another snapshot of the same ledger', async (t) => {
    const { ledger, parts } = await prepare(t, 10);
    await ledger.feedback.append([
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
      await trainAndActivate(parts, FLAT, () => undefined),
      await trainAndActivate(parts, { ...FLAT, half_life_days: 30 }, () => undefined),
      await trainAndActivate(parts, { ...FLAT, half_life_days: 30 }, () => undefined),
    ];
    assert.deepEqual([plain.created, ageing.created, again.created], [true, true, false]);
    assert.notEqual(
      (await ledger.artifacts.get(plain.version))!.snapshot,
      (await ledger.artifacts.get(ageing.version))!.snapshot,
    );
  });

  test('compares by traffic where that is asked for: another run of the same snapshot', async (t) => {
    const { ledger, artifacts, parts } = await prepare(t, 30);
    // One query is asked again and again: its answers are one in the profile.
    const [again] = feedback(1);
    await ledger.feedback.append([{ records: Array.from({ length: 40 }, () => again!) }]);
    const [plain, popular, repeated] = [
      await trainAndActivate(parts, FLAT, () => undefined),
      await trainAndActivate(parts, { ...FLAT, weigh: 'traffic' }, () => undefined),
      await trainAndActivate(parts, { ...FLAT, weigh: 'traffic' }, () => undefined),
    ];
    assert.deepEqual([plain.created, popular.created, repeated.created], [true, true, false]);
    const [one, other] = [(await ledger.artifacts.get(plain.version))!, (await ledger.artifacts.get(popular.version))!];
    assert.equal(one.snapshot, other.snapshot);
    assert.equal(one.metrics['training_loss'], other.metrics['training_loss']);
    const texts = ProfileTexts.parse(JSON.parse(readFileSync(join(artifacts, plain.version, PROFILES_FILE), 'utf8')));
    assert.deepEqual(
      one.files.map(({ name }) => name),
      ['weights.safetensors', PROFILES_FILE, QUOTED_FILE, MAP_FILE],
    );
    const quoted = QuotedQueries.parse(JSON.parse(readFileSync(join(artifacts, plain.version, QUOTED_FILE), 'utf8')));
    assert.ok(quoted.length > 0 && quoted.every((hash) => /^[0-9a-f]{64}$/.test(hash)));
    for (const { flat, structured } of Object.values(texts)) assert.ok(flat.length > 20 && structured.length > 20);
  });

  test('hands on what the process has against a setting', async (t) => {
    const { parts } = await prepare(t, 6);
    await assert.rejects(
      trainAndActivate({ ...parts, encoder: 'no such encoder' }, WASM, () => undefined),
      { code: 'invalid_config', message: /no such encoder/ },
    );
  });

  test('ends at once when it is stopped, and leaves nothing behind', async (t) => {
    const { ledger, artifacts, parts } = await prepare(t, 60);
    const stop = new AbortController();
    const begun = trainAndActivate(parts, WASM, (progress) => progress.phase === 'train' && stop.abort(), {
      signal: stop.signal,
    });
    await assert.rejects(begun, { code: 'training_failed', message: 'Training was stopped' });
    assert.equal(await ledger.artifacts.activeVersion(), null);
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

  test('goes on only when enough came since the last one; one that was asked for goes on always', async (t) => {
    const { ledger, parts } = await prepare(t, 10);
    const trainer = createTrainer({ ...parts, backend: 'wasm' });
    assert.equal(await trainer({}, context(31)), null);
    const first = await trainer({ seed: 3, design: 'flat' }, context(30));
    assert.match(first!.backend, /wasm/, 'the worker’s own backend, where the request names none');
    assert.equal(first?.created, true);
    assert.equal(await trainer(FLAT, context(1)), null);
    await ledger.feedback.append([{ records: feedback(11).slice(-3) }]);
    assert.equal(await trainer(FLAT, context(4)), null);
    const second = await trainer(FLAT, context(3));
    assert.notEqual(second?.version, first?.version);
    assert.equal((await trainer(FLAT, context(1_000, 'request')))?.created, false);
  });
});
