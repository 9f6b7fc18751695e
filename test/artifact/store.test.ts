import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createArtifactStore } from '../../src/serving/store.js';
import type { ArtifactStore } from '../../src/artifact/types.js';
import { writeArtifact } from '../../src/artifact/write.js';
import { dataPaths } from '../../src/base/paths.js';
import type { Version } from '../../src/schema/ids.js';
import { temporaryLedger } from '../decision/parts.js';
import { blankModel, factsOf } from '../support/model.js';

const [FIRST, SECOND, UNKNOWN] = ['00000000000000aa', '00000000000000bb', '00000000000000cc'] as Version[] as [
  Version,
  Version,
  Version,
];

let parts: ReturnType<typeof temporaryLedger>;
let artifacts: string;
let activated: number;
let store: ArtifactStore;
beforeEach(async () => {
  parts = temporaryLedger();
  ({ artifacts } = dataPaths(parts.folder));
  activated = 0;
  store = createArtifactStore(artifacts, parts.ledger, async () => void activated++, 'none');
  for (const version of [FIRST, SECOND]) {
    const { files } = await writeArtifact(artifacts, blankModel(), factsOf(version));
    parts.ledger.registerArtifact({ ...factsOf(version), router: 'learned', files, active: version === FIRST });
  }
});
afterEach(() => parts.remove());

async function refused(version: string, code: string, message = /./): Promise<void> {
  await assert.rejects(store.activate(version), { code, message });
  assert.equal(await parts.ledger.artifacts.activeVersion(), FIRST);
  assert.equal(activated, 0);
}

describe('the artifact store', () => {
  it('answers the path of the two files of a version', () => {
    for (const file of ['weights.safetensors', 'manifest.json'])
      assert.equal(store.filePath(FIRST, file), join(artifacts, FIRST, file));
  });

  it('never leaves the folder of a version', () => {
    writeFileSync(join(artifacts, 'secret'), 'x');
    writeFileSync(join(artifacts, FIRST, 'secret'), 'x');
    for (const file of [
      '../secret',
      '..%2Fsecret',
      '%2e%2e/secret',
      './manifest.json',
      `../${SECOND}/manifest.json`,
      '..',
      '.',
      '',
      'secret',
      '/etc/passwd',
      'manifest.json\0',
      'MANIFEST.JSON',
      '..\\secret',
    ])
      assert.throws(() => store.filePath(FIRST, file), { code: 'file_not_found' }, file);
    for (const version of [UNKNOWN, '', '.', '..', `${FIRST}/../${SECOND}`, `${FIRST}/`, '../..', FIRST.toUpperCase()])
      assert.throws(() => store.filePath(version, 'manifest.json'), { code: 'version_not_found' }, version);
  });

  it('puts a version in force, and goes back', async () => {
    await store.activate(SECOND);
    assert.equal(await parts.ledger.artifacts.activeVersion(), SECOND);
    await store.activate(FIRST);
    assert.equal(await parts.ledger.artifacts.activeVersion(), FIRST);
    assert.equal(activated, 2);
  });

  it('changes nothing for a version that nobody knows', async () => {
    for (const version of [UNKNOWN, '', '../x']) await refused(version, 'version_not_found');
  });

  it('changes nothing for one that is damaged', async () => {
    truncateSync(join(artifacts, SECOND, 'weights.safetensors'), 10);
    await refused(SECOND, 'artifact_damaged', /checksum/);
  });

  it('changes nothing for one of another encoder', async () => {
    const model = blankModel();
    model.names.encoder = 'another';
    await writeArtifact(artifacts, model, factsOf(SECOND));
    await refused(SECOND, 'artifact_damaged', /trained with the encoder another, and this process runs none/);
    await createArtifactStore(artifacts, parts.ledger, async () => undefined).activate(SECOND);
    assert.equal(await parts.ledger.artifacts.activeVersion(), SECOND);
  });
});
