import assert from 'node:assert/strict';
import {
  cpSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  mkdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { openArtifactFolder } from '../../src/artifact/files/folder.js';
import type { ArtifactFiles } from '../../src/artifact/files/types.js';
import { FORMAT, MANIFEST_FILE, WEIGHTS_FILE, type Manifest } from '../../src/artifact/manifest.js';
import { readArtifact } from '../../src/serving/read.js';
import { encodeSafetensors } from '../../src/artifact/safetensors.js';
import { writeArtifact } from '../../src/artifact/write.js';
import { sha256 } from '../../src/base/hash.js';
import type { Version } from '../../src/schema/ids.js';
import type { TrainedModel } from '../../src/artifact/model.js';
import { openBackend } from '../../src/tensor/backend.js';
import { smallLog } from '../support/log.js';
import { blankModel, factsOf, randomModel, VERSION } from '../support/model.js';
import { temporaryFolder } from '../support/temporary.js';

let model: TrainedModel;
let whole: ReturnType<typeof temporaryFolder>;
before(async () => {
  whole = temporaryFolder();
  ({ model } = await randomModel((await openBackend('wasm')).tf, smallLog({ queries: 30 })));
  await writeArtifact(openArtifactFolder(whole.path), model, factsOf());
});
after(() => whole.remove());

let folder: ReturnType<typeof temporaryFolder>;
let files: ArtifactFiles;
beforeEach(() => {
  folder = temporaryFolder();
  files = openArtifactFolder(folder.path);
  cpSync(whole.path, folder.path, { recursive: true });
});
afterEach(() => folder.remove());

const pathOf = (file: string): string => join(folder.path, VERSION, file);

function changeManifest(change: (manifest: Manifest & Record<string, unknown>) => void): void {
  const manifest = JSON.parse(readFileSync(pathOf(MANIFEST_FILE), 'utf8')) as Manifest & Record<string, unknown>;
  change(manifest);
  writeFileSync(pathOf(MANIFEST_FILE), JSON.stringify(manifest));
}

/** Writes other weights, with a manifest that vouches for them. */
function forgeWeights(weights: Buffer): void {
  writeFileSync(pathOf(WEIGHTS_FILE), weights);
  changeManifest((m) => (m.files = [{ name: WEIGHTS_FILE, bytes: weights.length, sha256: sha256(weights) }]));
}

/** The model with one table changed, whole as a file. */
async function writeWith(
  name: string,
  change: (table: { shape: number[]; data: Float32Array }) => { shape: number[]; data: Float32Array } | undefined,
): Promise<void> {
  const { [name]: table, ...rest } = model.tables;
  const changed = change({ shape: [...table!.shape], data: table!.data.slice() });
  await writeArtifact(
    files,
    { ...model, tables: changed === undefined ? rest : { ...rest, [name]: changed } },
    factsOf(),
  );
}

describe('an artifact', () => {
  test('is read as it was written', async () => {
    const { manifest, model: read } = await readArtifact(files, VERSION);
    assert.deepEqual(read, model);
    assert.deepEqual(Object.keys(manifest.tensors), Object.keys(model.tables));
    assert.equal(manifest.files[0]!.bytes, readFileSync(pathOf(WEIGHTS_FILE)).length);
    assert.deepEqual(readdirSync(folder.path), [VERSION]);
  });

  test('of no LLM and no logged query is whole, too', async () => {
    const blank = blankModel();
    await writeArtifact(files, blank, factsOf('00000000000000aa' as Version));
    assert.deepEqual((await readArtifact(files, '00000000000000aa')).model, blank);
  });

  test('of a baseline is read in formats that knew no kinds, too', async () => {
    const baseline = {
      names: { ...model.names, router: 'best-single', domains: [], anchors: [] },
      tables: { mean: { shape: [3], data: Float32Array.of(0.25, 0.5, 0.75) } },
    };
    await writeArtifact(files, baseline, factsOf());
    changeManifest((m) => {
      m.format = 3;
      for (const unknown of ['kinds', 'domains'] as const) delete (m as Partial<Manifest>)[unknown];
    });
    assert.deepEqual((await readArtifact(files, VERSION)).model, baseline);
  });

  test('takes the place of a damaged one', async () => {
    truncateSync(pathOf(WEIGHTS_FILE), 100);
    writeFileSync(join(folder.path, VERSION, 'stray'), '');
    await writeArtifact(files, model, factsOf());
    assert.deepEqual((await readArtifact(files, VERSION)).model, model);
    assert.deepEqual(readdirSync(folder.path), [VERSION]);
    assert.deepEqual(readdirSync(join(folder.path, VERSION)).toSorted(), [MANIFEST_FILE, WEIGHTS_FILE]);
  });

  test('clears away what dead writers left long ago, and nothing that is being written now', async () => {
    const [old, young] = ['.writing-00000000000000aa-1', '.writing-00000000000000bb-2'].map((name) =>
      join(folder.path, name),
    );
    for (const path of [old!, young!]) mkdirSync(path);
    const hoursAgo = new Date(Date.now() - 2 * 60 * 60 * 1000);
    utimesSync(old!, hoursAgo, hoursAgo);
    await writeArtifact(files, model, factsOf());
    assert.deepEqual(readdirSync(folder.path).toSorted(), ['.writing-00000000000000bb-2', VERSION]);
  });

  const damages: [what: string, damage: () => unknown, message: RegExp][] = [
    [
      'whose weights end early',
      () => truncateSync(pathOf(WEIGHTS_FILE), 1000),
      /weights\.safetensors.*1000 bytes.*checksum/,
    ],
    [
      'with one bit turned round',
      () => {
        const bytes = readFileSync(pathOf(WEIGHTS_FILE));
        bytes[bytes.length - 10]! ^= 4;
        writeFileSync(pathOf(WEIGHTS_FILE), bytes);
      },
      /checksum/,
    ],
    ['without weights', () => rmSync(pathOf(WEIGHTS_FILE)), /weights\.safetensors can't be read/],
    ['without a manifest', () => rmSync(pathOf(MANIFEST_FILE)), /manifest\.json can't be read/],
    [
      'that is not there',
      () => rmSync(join(folder.path, VERSION), { recursive: true }),
      /manifest\.json can't be read/,
    ],
    [
      'under another version’s name',
      () => changeManifest((m) => (m.version = '00000000000000aa' as Version)),
      /holds version 00000000000000aa/,
    ],
    ['whose manifest ends early', () => truncateSync(pathOf(MANIFEST_FILE), 300), /manifest\.json is not JSON/],
    [
      'of an earlier format',
      () => changeManifest((m) => ((m as Record<string, unknown>)['format'] = 1)),
      /written by an earlier version of Pointsman \(format 1, expected 7\): train again/,
    ],
    [
      'of a format that held other tables of learned versions',
      () => changeManifest((m) => (m.format = 3)),
      /written by an earlier version of Pointsman \(format 3, expected 7\): train again/,
    ],
    [
      'of a format to come',
      () => changeManifest((m) => ((m as Record<string, unknown>)['format'] = FORMAT + 1)),
      /format: expected/,
    ],
    ['whose manifest has a field too many', () => changeManifest((m) => (m['extra'] = true)), /extra/],
    ['whose manifest lacks a field', () => changeManifest((m) => delete (m as Partial<Manifest>).llms), /llms/],
    ['of more hops than there are', () => changeManifest((m) => (m.hops = 1_000_000_000)), /hops/],
    ['whose manifest lists no weights', () => changeManifest((m) => (m.files = [])), /checksum/],
    [
      'whose manifest has another shape',
      () => changeManifest((m) => (m.tensors['embedding/llm'] = [1, 2])),
      /embedding\/llm.*\[1, 2\]/,
    ],
    [
      'whose manifest names a tensor that is not there',
      () => changeManifest((m) => (m.tensors['other'] = [1])),
      /tensor other/,
    ],
    [
      'whose manifest names an LLM too many',
      () => changeManifest((m) => m.llms.push('another')),
      /embedding\/llm has the shape \[3, 30\].*\[4, 30\]/,
    ],
    ['whose weights are no safetensors', () => forgeWeights(Buffer.from('nothing of the kind')), /header claims/],
    [
      'whose header lies of a size',
      () => {
        const bytes = encodeSafetensors(model.tables);
        forgeWeights(Buffer.from(bytes.toString('latin1').replace('"shape":[3,30]', '"shape":[9,30]'), 'latin1'));
      },
      /does not fit its shape \[9, 30\]/,
    ],
    [
      'with a number that is none',
      () => writeWith('query/bias', (t) => ({ ...t, data: t.data.with(3, NaN) })),
      /query\/bias holds numbers that are not finite/,
    ],
    [
      'with an infinite number',
      () => writeWith('embedding/task', (t) => ({ ...t, data: t.data.with(0, -Infinity) })),
      /embedding\/task holds numbers/,
    ],
    [
      'with a score past 1',
      () => writeWith('anchor/scores', (t) => ({ ...t, data: t.data.with(0, 1.5) })),
      /anchor\/scores holds scores outside/,
    ],
    ['that lacks a table', () => writeWith('record/task', () => undefined), /record\/task is missing/],
    [
      'whose table has another shape',
      () => writeWith('gain/own', () => ({ shape: [2], data: new Float32Array(2) })),
      /gain\/own has the shape \[2\].*\[1\]/,
    ],
  ];
  for (const [what, damage, message] of damages)
    test(`${what} is refused`, async () => {
      await damage();
      await assert.rejects(readArtifact(files, VERSION), { code: 'artifact_damaged', message });
    });

  test('in a renamed folder is refused', async () => {
    renameSync(join(folder.path, VERSION), join(folder.path, 'fedcba9876543210'));
    await assert.rejects(readArtifact(files, 'fedcba9876543210'), {
      code: 'artifact_damaged',
      message: /holds version 0123456789abcdef/,
    });
  });

  test('is not begun where it can’t be written', async () => {
    const file = join(folder.path, 'a file');
    writeFileSync(file, '');
    await assert.rejects(writeArtifact(openArtifactFolder(file), model, factsOf()), { code: 'ENOTDIR' });
  });
});
