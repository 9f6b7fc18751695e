import assert from 'node:assert/strict';
import { request } from 'node:http';
import { readFileSync, rmSync, statSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { dataPaths } from '../../src/base/paths.js';
import { sha256 } from '../../src/base/hash.js';
import { ArtifactSummary } from '../../src/schema/training.js';
import { addArtifact, problemIn, startService, type Service } from './service.js';

const OLD = '00000000000000aa';
const NEW = '00000000000000bb';
const VALUES = Array.from({ length: 75_000 }, (_, i) => i / 7);

let service: Service;
before(async () => {
  service = await startService();
  await addArtifact(service, OLD, VALUES);
  await addArtifact(service, NEW, [1, 2, 3]);
});
after(() => service.remove());

function fileOf(version: string): string {
  return join(dataPaths(service.folder).artifacts, version, 'weights.safetensors');
}

function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${service.url}/v1/weights${path}`, { headers });
}

/** Status of a GET as it stands: fetch would resolve dots in its path and forbid cached answers. */
function getRaw(path: string, headers: Record<string, string> = {}): Promise<number> {
  const { hostname, port } = new URL(service.url);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

test('lists versions and reads one', async () => {
  const { weights } = (await (await get('')).json()) as { weights: unknown[] };
  assert.deepEqual(weights.map((one) => ArtifactSummary.parse(one).version as string).toSorted(), [OLD, NEW]);
  assert.equal(ArtifactSummary.parse(await (await get(`/${OLD}`)).json()).files[0]?.name, 'weights.safetensors');
  for (const version of ['ffffffffffffffff', 'x', '..'])
    assert.equal(
      (await problemIn(await get(`/${encodeURIComponent(version)}${version === '..' ? '/x' : ''}`))).status,
      404,
    );
});

test('downloads files as they are, with type, length and checksum', async () => {
  const weights = await get(`/${OLD}/weights.safetensors`);
  assert.equal(weights.headers.get('content-type'), 'application/octet-stream');
  const onDisk = readFileSync(fileOf(OLD));
  assert.equal(weights.headers.get('content-length'), String(onDisk.length));
  assert.equal(weights.headers.get('etag'), `"${sha256(onDisk)}"`);
  assert.ok(onDisk.equals(Buffer.from(await weights.arrayBuffer())));
  const manifest = await get(`/${OLD}/manifest.json`);
  assert.match(manifest.headers.get('content-type') ?? '', /^application\/json/);
  assert.equal(((await manifest.json()) as { version: string }).version, OLD);
});

test('ranges, conditions and HEAD', async () => {
  const onDisk = readFileSync(fileOf(OLD));
  const part = await get(`/${OLD}/weights.safetensors`, { range: 'bytes=0-9' });
  assert.equal(part.status, 206);
  assert.deepEqual(Buffer.from(await part.arrayBuffer()), onDisk.subarray(0, 10));
  assert.equal(await getRaw(`/v1/weights/${OLD}/weights.safetensors`, { 'if-none-match': `"${sha256(onDisk)}"` }), 304);
  const { mtime } = statSync(fileOf(OLD));
  const [written, earlier] = [mtime.toUTCString(), new Date(mtime.getTime() - 60_000).toUTCString()];
  const manifest = `/v1/weights/${OLD}/manifest.json`;
  assert.equal((await get(`/${OLD}/manifest.json`)).headers.get('etag'), null);
  assert.equal((await get(`/${OLD}/weights.safetensors`)).headers.get('last-modified'), written);
  for (const [path, headers, status] of [
    [manifest, { 'if-modified-since': new Date().toUTCString() }, 304],
    [manifest, { 'if-modified-since': earlier }, 200],
    [manifest, { 'if-match': '*' }, 400],
    [`/v1/weights/${OLD}/weights.safetensors`, { 'if-match': `"${sha256(onDisk)}"` }, 200],
  ] as const)
    assert.equal(await getRaw(path, headers), status, JSON.stringify(headers));
  const head = await fetch(`${service.url}/v1/weights/${OLD}/weights.safetensors`, { method: 'HEAD' });
  assert.deepEqual(
    [head.status, head.headers.get('content-length'), await head.text()],
    [200, String(onDisk.length), ''],
  );
});

test('no path leads out of the artifact', async () => {
  for (const path of [
    '/../../ledger.sqlite',
    `/${OLD}/../../../ledger.sqlite`,
    `/${OLD}/..%2F..%2Fledger.sqlite`,
    `/${OLD}/%2e%2e%2f${NEW}%2fweights.safetensors`,
    `/..%2f${OLD}/manifest.json`,
    `/${OLD}/manifest.json%00.txt`,
    `/${OLD}/..`,
    `/${OLD}/%2fetc%2fpasswd`,
  ])
    assert.equal(await getRaw(`/v1/weights${path}`), 404, path);
});

test('a file that is listed but gone is an error, not a hang', async () => {
  await addArtifact(service, '00000000000000cc', [1]);
  rmSync(fileOf('00000000000000cc'));
  assert.equal((await problemIn(await get('/00000000000000cc/weights.safetensors'))).code, 'file_not_found');
});

test('a file that cannot be read is an error, not a connection that breaks off', async () => {
  await addArtifact(service, '00000000000000ce', [1]);
  rmSync(fileOf('00000000000000ce'));
  // A link to itself: unreadable for every user.
  symlinkSync('weights.safetensors', fileOf('00000000000000ce'));
  assert.equal((await problemIn(await get('/00000000000000ce/weights.safetensors'))).code, 'internal');
});

test('activates a version and goes back', async () => {
  for (const version of [NEW, OLD]) {
    const response = await fetch(`${service.url}/v1/weights/${version}/activate`, { method: 'POST' });
    assert.equal(response.status, 200);
    assert.equal(ArtifactSummary.parse(await response.json()).active, true);
    assert.equal(await service.ledger.artifacts.activeVersion(), version);
  }
  const unknown = await problemIn(
    await fetch(`${service.url}/v1/weights/ffffffffffffffff/activate`, { method: 'POST' }),
  );
  assert.equal(unknown.code, 'version_not_found');
  assert.equal(await service.ledger.artifacts.activeVersion(), OLD);
});

test('a damaged version is refused, and the one in force stays', async () => {
  await addArtifact(service, '00000000000000dd', [1, 2]);
  truncateSync(fileOf('00000000000000dd'), 10);
  const damaged = await problemIn(
    await fetch(`${service.url}/v1/weights/00000000000000dd/activate`, { method: 'POST' }),
  );
  assert.deepEqual([damaged.code, damaged.status], ['artifact_damaged', 409]);
  assert.equal(await service.ledger.artifacts.activeVersion(), OLD);
});
