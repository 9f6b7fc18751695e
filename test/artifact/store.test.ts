import assert from 'node:assert/strict';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { openArtifactFolder } from '../../src/artifact/files/folder.js';
import type { ArtifactFiles } from '../../src/artifact/files/types.js';
import { createArtifactStore } from '../../src/serving/store.js';
import type { ArtifactStore } from '../../src/artifact/types.js';
import { writeArtifact } from '../../src/artifact/write.js';
import { sha256 } from '../../src/base/hash.js';
import { dataPaths } from '../../src/base/paths.js';
import type { Version } from '../../src/schema/ids.js';
import { temporaryLedger } from '../decision/parts.js';
import { blankModel, factsOf } from '../support/model.js';

const [FIRST, SECOND, UNKNOWN] = ['00000000000000aa', '00000000000000bb', '00000000000000cc'] as Version[] as [
  Version,
  Version,
  Version,
];

let parts: Awaited<ReturnType<typeof temporaryLedger>>;
let artifacts: string;
let files: ArtifactFiles;
let activated: number;
let store: ArtifactStore;
beforeEach(async () => {
  parts = await temporaryLedger();
  ({ artifacts } = dataPaths(parts.folder));
  files = openArtifactFolder(artifacts);
  activated = 0;
  store = createArtifactStore({
    files,
    ledger: parts.ledger,
    onActivated: async () => void activated++,
    encoder: 'none',
  });
  for (const version of [FIRST, SECOND]) {
    const manifest = await writeArtifact(files, blankModel(), factsOf(version));
    await parts.ledger.artifacts.register([
      { ...factsOf(version), router: 'learned', files: manifest.files, active: version === FIRST },
    ]);
  }
});
afterEach(() => parts.remove());

async function refused(version: string, code: string, message = /./): Promise<void> {
  await assert.rejects(store.activate(version), { code, message });
  assert.equal(await parts.ledger.artifacts.activeVersion(), FIRST);
  assert.equal(activated, 0);
}

describe('the artifact store', () => {
  test('opens the two files of a version, with the checksum of the weights', async () => {
    const weights = await store.open(FIRST, 'weights.safetensors');
    const content = readFileSync(join(artifacts, FIRST, 'weights.safetensors'));
    assert.deepEqual([weights.bytes, weights.sha256], [content.length, sha256(content)]);
    assert.deepEqual(await buffer(weights.stream({ start: 8, end: 20 })), content.subarray(8, 20));
    await weights.close();
    const manifest = await store.open(FIRST, 'manifest.json');
    assert.equal(manifest.sha256, null);
    await manifest.close();
  });

  test('never leaves the folder of a version', async () => {
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
    ]) {
      await assert.rejects(store.open(FIRST, file), { code: 'file_not_found' }, file);
    }
    for (const version of [
      UNKNOWN,
      '',
      '.',
      '..',
      `${FIRST}/../${SECOND}`,
      `${FIRST}/`,
      '../..',
      FIRST.toUpperCase(),
    ]) {
      await assert.rejects(store.open(version, 'manifest.json'), { code: 'version_not_found' }, version);
    }
  });

  test('puts a version in force, and goes back', async () => {
    await store.activate(SECOND);
    assert.equal(await parts.ledger.artifacts.activeVersion(), SECOND);
    await store.activate(FIRST);
    assert.equal(await parts.ledger.artifacts.activeVersion(), FIRST);
    assert.equal(activated, 2);
  });

  test('changes nothing for a version that nobody knows', async () => {
    for (const version of [UNKNOWN, '', '../x']) await refused(version, 'version_not_found');
  });

  test('changes nothing for one that is damaged', async () => {
    truncateSync(join(artifacts, SECOND, 'weights.safetensors'), 10);
    await refused(SECOND, 'artifact_damaged', /checksum/);
  });

  test('changes nothing for one of another encoder', async () => {
    const model = blankModel();
    model.names.encoder = 'another';
    await writeArtifact(files, model, factsOf(SECOND));
    await refused(SECOND, 'artifact_damaged', /trained with the encoder another, and this process runs none/);
    await createArtifactStore({ files, ledger: parts.ledger, onActivated: async () => undefined }).activate(SECOND);
    assert.equal(await parts.ledger.artifacts.activeVersion(), SECOND);
  });
});
