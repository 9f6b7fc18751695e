import assert from 'node:assert/strict';
import { request } from 'node:http';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { sha256 } from '../../src/base/hash.js';
import { ArtifactSummary } from '../../src/schema/training.js';
import { addArtifact, problemIn, startService, type Service } from './service.js';

const OLD = '00000000000000aa';
const NEW = '00000000000000bb';
const WEIGHTS = 'w'.repeat(300_000);

let service: Service;
before(async () => {
  service = await startService();
  addArtifact(service, OLD, { 'weights.safetensors': WEIGHTS, 'manifest.json': '{"a":1}' });
  addArtifact(service, NEW, { 'weights.safetensors': 'new' });
});
after(() => service.remove());

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
  assert.equal(ArtifactSummary.parse(await (await get(`/${OLD}`)).json()).files.length, 2);
  for (const version of ['ffffffffffffffff', 'x', '..']) assert.equal((await problemIn(await get(`/${encodeURIComponent(version)}${version === '..' ? '/x' : ''}`))).status, 404);
});

test('downloads files as they are, with type, length and checksum', async () => {
  const weights = await get(`/${OLD}/weights.safetensors`);
  assert.equal(weights.headers.get('content-type'), 'application/octet-stream');
  assert.equal(weights.headers.get('content-length'), String(WEIGHTS.length));
  assert.equal(weights.headers.get('etag'), `"${sha256(WEIGHTS)}"`);
  assert.equal(await weights.text(), WEIGHTS);
  const manifest = await get(`/${OLD}/manifest.json`);
  assert.match(manifest.headers.get('content-type') ?? '', /^application\/json/);
  assert.deepEqual(await manifest.json(), { a: 1 });
});

test('ranges, conditions and HEAD', async () => {
  const part = await get(`/${OLD}/weights.safetensors`, { range: 'bytes=0-9' });
  assert.deepEqual([part.status, await part.text()], [206, 'w'.repeat(10)]);
  assert.equal(await getRaw(`/v1/weights/${OLD}/weights.safetensors`, { 'if-none-match': `"${sha256(WEIGHTS)}"` }), 304);
  const head = await fetch(`${service.url}/v1/weights/${OLD}/weights.safetensors`, { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers.get('content-length'), await head.text()], [200, String(WEIGHTS.length), '']);
});

test('no path leads out of the artifact', async () => {
  for (const path of ['/../../ledger.sqlite', `/${OLD}/../../../ledger.sqlite`, `/${OLD}/..%2F..%2Fledger.sqlite`, `/${OLD}/%2e%2e%2f${NEW}%2fweights.safetensors`, `/..%2f${OLD}/manifest.json`, `/${OLD}/manifest.json%00.txt`, `/${OLD}/..`, `/${OLD}/%2fetc%2fpasswd`])
    assert.equal(await getRaw(`/v1/weights${path}`), 404, path);
});

test('a file that is listed but gone is an error, not a hang', async () => {
  addArtifact(service, '00000000000000cc', { 'weights.safetensors': 'gone' });
  rmSync(join(service.folder, 'artifacts', '00000000000000cc', 'weights.safetensors'));
  const response = await get('/00000000000000cc/weights.safetensors');
  assert.ok(response.status >= 400);
  await problemIn(response);
});

test('activates a version and goes back', async () => {
  for (const version of [NEW, OLD]) {
    const response = await fetch(`${service.url}/v1/weights/${version}/activate`, { method: 'POST' });
    assert.equal(response.status, 200);
    assert.equal(ArtifactSummary.parse(await response.json()).active, true);
    assert.equal(service.ledger.activeVersion(), version);
  }
  const unknown = await problemIn(await fetch(`${service.url}/v1/weights/ffffffffffffffff/activate`, { method: 'POST' }));
  assert.equal(unknown.code, 'version_not_found');
  assert.equal(service.ledger.activeVersion(), OLD);
});
