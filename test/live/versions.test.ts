import assert from 'node:assert/strict';
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test, type TestContext } from 'node:test';
import { openArtifactFolder } from '../../src/artifact/files/folder.js';
import type { TrainedModel } from '../../src/artifact/model.js';
import { writeArtifact } from '../../src/artifact/write.js';
import { dataPaths } from '../../src/base/paths.js';
import { openLiveVersions } from '../../src/live/versions.js';
import type { Version } from '../../src/schema/ids.js';
import { LlmProfile } from '../../src/schema/profile.js';
import { openBackend } from '../../src/tensor/backend.js';
import { keptLog, temporaryLedger } from '../decision/parts.js';
import { encoder } from '../support/learn.js';
import { smallLog } from '../support/log.js';
import { factsOf, randomModel } from '../support/model.js';

const [FIRST, SECOND] = ['00000000000000aa', '00000000000000bb'] as [Version, Version];
const QUERY = 'a verse about numbers';
const rows = smallLog({ queries: 30 });
let models: TrainedModel[];
before(async () => {
  const { tf } = await openBackend('wasm');
  models = [(await randomModel(tf, rows, { seed: 3 })).model, (await randomModel(tf, rows, { seed: 4 })).model];
});

async function prepare(t: TestContext) {
  const { ledger, folder, remove } = await temporaryLedger();
  t.after(remove);
  const place = dataPaths(folder).artifacts;
  const artifacts = openArtifactFolder(place);
  for (const llm of rows.llms) await ledger.catalog.put(llm);
  for (const [i, version] of [FIRST, SECOND].entries()) await writeArtifact(artifacts, models[i]!, factsOf(version));
  const { log, lines } = keptLog();
  return { ledger, place, lines, versions: openLiveVersions({ ledger, artifacts, encoder, log }) };
}

describe('versions that are tried', () => {
  test('serve while they are wanted, each as it was trained', async (t) => {
    const { versions } = await prepare(t);
    assert.equal(versions.scorerOf(FIRST), null);
    await versions.want(new Set([FIRST, SECOND]));
    const scored = [FIRST, SECOND].map((version) => {
      const scorer = versions.scorerOf(version)!;
      assert.equal(scorer.version, version);
      return scorer.score(QUERY, encoder.encodeSync!(QUERY)).map(({ quality }) => quality);
    });
    assert.notDeepEqual(scored[0], scored[1]);
    await versions.want(new Set([SECOND]));
    assert.equal(versions.scorerOf(FIRST), null);
    assert.equal(versions.scorerOf(SECOND)?.version, SECOND);
  });

  test('follow the catalogue, and are not opened again where nothing changed', async (t) => {
    const { ledger, versions } = await prepare(t);
    await versions.want(new Set([FIRST]));
    const opened = versions.scorerOf(FIRST);
    await versions.refresh(new Set(['alerts']));
    assert.equal(versions.scorerOf(FIRST), opened);
    await ledger.catalog.put(LlmProfile.parse({ id: 'late', description: 'the LLM late' }));
    await versions.refresh(new Set(['catalog']));
    assert.ok(versions.scorerOf(FIRST)!.models.includes('late'));
  });

  test('are refused with the reason where their files are damaged or gone, and the others serve', async (t) => {
    const { place, lines, versions } = await prepare(t);
    truncateSync(join(place, FIRST, 'weights.safetensors'), 10);
    const gone = '00000000000000cc';
    await versions.want(new Set([FIRST, SECOND, gone]));
    assert.equal(versions.scorerOf(FIRST), null);
    assert.match(versions.refusal(FIRST)!, /version 00000000000000aa in .* is refused: .*activate another version/);
    assert.match(versions.refusal(gone)!, /00000000000000cc/);
    assert.equal(versions.refusal(SECOND), null);
    assert.equal(versions.scorerOf(SECOND)?.version, SECOND);
    assert.equal(lines.filter((line) => JSON.stringify(line).includes('artifact refused')).length, 2);
    await versions.want(new Set());
    assert.equal(versions.refusal(FIRST), null, 'nobody wants it');
  });
});
