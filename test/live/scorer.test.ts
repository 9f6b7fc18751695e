import assert from 'node:assert/strict';
import { rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test, type TestContext } from 'node:test';
import { openArtifactFolder } from '../../src/artifact/files/folder.js';
import { writeArtifact } from '../../src/artifact/write.js';
import { dataPaths } from '../../src/base/paths.js';
import { Database } from '../../src/store/sqlite/database.js';
import type { Encoder } from '../../src/encoder/types.js';
import { openLedger, type Ledger } from '../../src/store/open.js';
import type { Version } from '../../src/schema/ids.js';
import { LlmProfile } from '../../src/schema/profile.js';
import { createFollower } from '../../src/live/follower.js';
import { openLiveScorer } from '../../src/live/scorer.js';
import type { TrainedModel } from '../../src/artifact/model.js';
import { openBackend } from '../../src/tensor/backend.js';
import { keptLog, temporaryLedger } from '../decision/parts.js';
import { encoder } from '../support/learn.js';
import { smallLog } from '../support/log.js';
import { factsOf, randomModel } from '../support/model.js';
import { eventually } from '../support/wait.js';

const [FIRST, SECOND] = ['00000000000000aa', '00000000000000bb'] as [Version, Version];
const QUERY = 'a verse about numbers';

const rows = smallLog({ queries: 30 });
let models: [TrainedModel, TrainedModel];
before(async () => {
  const { tf } = await openBackend('wasm');
  models = [(await randomModel(tf, rows, { seed: 3 })).model, (await randomModel(tf, rows, { seed: 4 })).model];
});

/**
 * A ledger with the log's LLMs, another connection to it as another process has one, and two artifacts of which none is
 * in force.
 */
async function prepare(t: TestContext) {
  const { ledger, folder, remove } = await temporaryLedger();
  const other = await openLedger(join(folder, 'ledger.sqlite'), { clock: Date.now });
  t.after(async () => {
    await other.close();
    await remove();
  });
  const { artifacts } = dataPaths(folder);
  for (const llm of rows.llms) await ledger.catalog.put(llm);
  for (const [i, version] of [FIRST, SECOND].entries()) await write(artifacts, ledger, version, models[i]!);
  const { log, lines } = keptLog();
  return {
    ledger,
    other,
    folder,
    artifacts,
    log,
    lines,
    open: (using: Encoder = encoder) =>
      openLiveScorer({ ledger, artifacts: openArtifactFolder(artifacts), encoder: using, log }),
  };
}

async function write(artifacts: string, ledger: Ledger, version: Version, model: TrainedModel): Promise<void> {
  const { files } = await writeArtifact(openArtifactFolder(artifacts), model, factsOf(version));
  await ledger.artifacts.register([{ ...factsOf(version), router: model.names.router, files, active: false }]);
}

const vector = encoder.encodeSync!(QUERY);
const newcomer = (id: string): LlmProfile => LlmProfile.parse({ id, description: `the LLM ${id}` });

describe('the live scorer', () => {
  test('serves the prior until a version is in force, and then that one', async (t) => {
    const { ledger, open } = await prepare(t);
    const scorer = await open();
    assert.equal(scorer.current().version, null);
    assert.deepEqual([...scorer.current().models].toSorted(), ['calculator', 'middling', 'poet']);
    const prior = scorer.current();
    await ledger.artifacts.activate(FIRST);
    assert.equal(scorer.current(), prior);
    await scorer.refresh();
    assert.equal(scorer.current().version, FIRST);
    assert.equal((await open()).current().version, FIRST);
  });

  test('follows what another process puts in force', async (t) => {
    const { ledger, other, open, log } = await prepare(t);
    const scorer = await open();
    const unfollow = createFollower(ledger.changes, [scorer], log).start(10);
    t.after(unfollow);
    for (const version of [FIRST, SECOND, FIRST]) {
      const former = scorer.current().score(QUERY, scorer.current().encode(QUERY) as Float32Array);
      await other.artifacts.activate(version);
      await eventually(`version ${version}`, () => scorer.current().version === version, 5_000);
      assert.notDeepEqual(scorer.current().score(QUERY, vector), former);
    }
    unfollow();
    await other.artifacts.activate(SECOND);
    await new Promise((resume) => setTimeout(resume, 100));
    assert.equal(scorer.current().version, FIRST, 'it no longer follows');
  });

  test('goes back to the prior where nothing is in force any more', async (t) => {
    const { ledger, folder, open } = await prepare(t);
    await ledger.artifacts.activate(FIRST);
    const scorer = await open();
    const db = new Database(join(folder, 'ledger.sqlite'));
    db.exec('DELETE FROM active_version');
    db.close();
    await scorer.refresh();
    assert.equal(scorer.current().version, null);
    assert.equal(scorer.current().score(QUERY, vector).length, 3);
  });

  test('opens a version that is not in force, and refuses one that is not there', async (t) => {
    const { open } = await prepare(t);
    const live = await open();
    const scorer = await live.open(SECOND);
    assert.equal(scorer.version, SECOND);
    assert.equal(scorer.score(QUERY, await scorer.encode(QUERY)).length, rows.llms.length);
    assert.equal(live.current().version, null);
    await assert.rejects(live.open('nothing'), { code: 'version_not_found' });
  });

  test('makes no other scorer where nothing has changed', async (t) => {
    const { ledger, open, log } = await prepare(t);
    await ledger.artifacts.activate(FIRST);
    const scorer = await open();
    const follower = createFollower(ledger.changes, [scorer], log);
    await follower.catchUp();
    const held = scorer.current();
    await follower.catchUp();
    assert.equal(scorer.current(), held);
    await scorer.refresh(new Set(['policies']));
    assert.equal(scorer.current(), held);
  });

  test('sees LLMs come and go in another process, trained or not', async (t) => {
    const { ledger, other, open } = await prepare(t);
    const scorer = await open();
    for (const version of [null, FIRST]) {
      if (version !== null) await ledger.artifacts.activate(version);
      await other.catalog.put(newcomer('late'));
      await scorer.refresh();
      assert.equal(scorer.current().version, version);
      assert.ok(scorer.current().models.includes('late'));
      assert.equal(scorer.current().score(QUERY, vector).length, 4);
      await other.catalog.delete('late');
      await scorer.refresh();
      assert.ok(!scorer.current().models.includes('late'));
    }
  });
});

describe('a damaged artifact in force', () => {
  test('is refused; the one before goes on serving and sees the catalogue change', async (t) => {
    const { ledger, artifacts, lines, open } = await prepare(t);
    await ledger.artifacts.activate(FIRST);
    const scorer = await open();
    truncateSync(join(artifacts, SECOND, 'weights.safetensors'), 500);
    await ledger.artifacts.activate(SECOND);
    for (let i = 0; i < 3; i++) await scorer.refresh();
    assert.equal(scorer.current().version, FIRST);
    const refusal = scorer.refusal() ?? assert.fail('nothing is said of it');
    for (const part of [SECOND, artifacts, 'checksum', 'activate another version'])
      assert.ok(refusal.includes(part), `${part} is not in: ${refusal}`);
    await ledger.artifacts.activate(FIRST);
    await scorer.refresh();
    assert.equal(scorer.refusal(), null, 'it is in force no more');
    await ledger.artifacts.activate(SECOND);
    await scorer.refresh();
    assert.notEqual(scorer.refusal(), null);
    await ledger.catalog.put(newcomer('late'));
    await scorer.refresh();
    assert.equal(scorer.current().version, FIRST);
    assert.ok(scorer.current().models.includes('late'));
    const refusals = lines.filter((line) => line.includes('artifact refused'));
    assert.equal(refusals.length, 1, 'said once, not at each look');
    assert.ok(refusals[0]!.includes(SECOND) && refusals[0]!.includes('checksum'), refusals[0]);
  });

  test('leaves a process that starts then with the prior', async (t) => {
    const { ledger, artifacts, open } = await prepare(t);
    rmSync(join(artifacts, FIRST), { recursive: true });
    await ledger.artifacts.activate(FIRST);
    const scorer = await open();
    assert.equal(scorer.current().version, null);
    assert.equal(scorer.current().models.length, 3);
  });

  test('serves once it is whole again', async (t) => {
    const { ledger, artifacts, open } = await prepare(t);
    await ledger.artifacts.activate(FIRST);
    rmSync(join(artifacts, FIRST, 'manifest.json'));
    const scorer = await open();
    assert.equal(scorer.current().version, null);
    await write(artifacts, ledger, FIRST, models[0]);
    await scorer.refresh();
    assert.equal(scorer.current().version, FIRST);
  });

  test('is left behind when another version is put in force', async (t) => {
    const { ledger, artifacts, open } = await prepare(t);
    rmSync(join(artifacts, FIRST), { recursive: true });
    await ledger.artifacts.activate(FIRST);
    const scorer = await open();
    await ledger.artifacts.activate(SECOND);
    await scorer.refresh();
    assert.equal(scorer.current().version, SECOND);
  });

  test('is also one of another encoder', async (t) => {
    const { ledger, lines, open } = await prepare(t);
    await ledger.artifacts.activate(FIRST);
    const scorer = await open({ ...encoder, id: 'another' });
    assert.equal(scorer.current().version, null);
    assert.ok(
      lines.some((line) => line.includes(`trained with the encoder ${encoder.id}, and this process runs another`)),
      lines.join(''),
    );
  });
});

describe('many refreshes at once', () => {
  test('show each caller what was there when it asked', async (t) => {
    const { ledger, other, open } = await prepare(t);
    const scorer = await open();
    const follower = createFollower(ledger.changes, [scorer], keptLog().log);
    const asked: Promise<void>[] = [];
    for (let i = 0; i < 20; i++) {
      await other.catalog.put(newcomer(`late ${i}`));
      if (i === 7) await ledger.artifacts.activate(FIRST);
      if (i === 13) await ledger.artifacts.activate(SECOND);
      asked.push(
        (async () => {
          await follower.catchUp();
          assert.ok(scorer.current().models.includes(`late ${i}`), `late ${i}`);
          if (i >= 13) assert.equal(scorer.current().version, SECOND);
        })(),
      );
      // Some come while an artifact is being read, some right after each other.
      if (i % 3 === 0) await new Promise((resume) => setTimeout(resume, 1));
    }
    await Promise.all(asked);
    assert.equal(scorer.current().models.length, 23);
  });

  test('leave the scorer in force when one fails, and the next one makes up for it', async (t) => {
    const { ledger, open } = await prepare(t);
    let down = true;
    // Only newcomers' facts are encoded when a scorer is made.
    const scorer = await open({
      id: encoder.id,
      dim: encoder.dim,
      encode: (texts) => (down ? Promise.reject(new Error('the encoder is away')) : encoder.encode(texts)),
    });
    const prior = scorer.current();
    await ledger.catalog.put(newcomer('late'));
    await ledger.artifacts.activate(FIRST);
    const outcomes = await Promise.allSettled([scorer.refresh(), scorer.refresh(), scorer.refresh()]);
    assert.ok(outcomes.every((one) => one.status === 'rejected' && /encoder is away/.test(String(one.reason))));
    assert.equal(scorer.current(), prior);
    down = false;
    await scorer.refresh();
    assert.equal(scorer.current().version, FIRST);
    assert.equal(scorer.current().models.length, 4);
  });
});
