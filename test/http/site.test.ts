import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { PointsmanError } from '../../src/base/errors.js';
import { createSite } from '../../src/http/kit/site.js';
import { temporaryFolder } from '../support/temporary.js';
import { startService, type Service } from './service.js';

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

let service: Service;
before(async () => (service = await startService()));
after(() => service.remove());

/** By Node's own client: `fetch` decodes, and corrects paths. */
async function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const asked = request(service.url, { path, headers, method });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return { status: response.statusCode!, headers: response.headers, body: Buffer.concat(parts) };
}

async function scriptName(): Promise<string> {
  return /dashboard\/index-[\w-]{8}\.js/.exec((await ask('/')).body.toString())![0];
}

describe('the dashboard’s files', () => {
  test('the page comes with a strict policy, and is asked for again each time', async () => {
    const { status, headers, body } = await ask('/');
    assert.deepEqual([status, headers['content-type']], [200, 'text/html; charset=utf-8']);
    assert.match(body.toString(), /<div id="app">/);
    assert.equal(headers['cache-control'], 'no-cache');
    const policy = String(headers['content-security-policy']);
    assert.match(policy, /^default-src 'none';/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe|https?:|\*/);
    assert.doesNotMatch(body.toString(), /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/);
  });

  test('it is compressed as the client takes it', async () => {
    const plain = await ask('/');
    assert.equal(plain.headers['content-encoding'], undefined);
    const brotli = await ask('/', { 'accept-encoding': 'gzip, deflate, br' });
    assert.equal(brotli.headers['content-encoding'], 'br');
    assert.deepEqual(brotliDecompressSync(brotli.body), plain.body);
    const zipped = await ask('/', { 'accept-encoding': 'gzip;q=0.8, br;q=0' });
    assert.equal(zipped.headers['content-encoding'], 'gzip');
    assert.deepEqual(gunzipSync(zipped.body), plain.body);
    for (const one of [plain, brotli, zipped]) {
      assert.equal(Number(one.headers['content-length']), one.body.byteLength);
      assert.match(one.headers['vary'] ?? '', /accept-encoding/i);
    }
  });

  test('what a client has already is not sent again', async () => {
    const { etag } = (await ask('/')).headers;
    for (const tag of [etag!, `"other", ${etag}`, `W/${etag}`]) {
      const { status, body, headers } = await ask('/', { 'if-none-match': tag });
      assert.deepEqual([status, body.byteLength, headers.etag], [304, 0, etag]);
    }
    assert.equal((await ask('/', { 'if-none-match': '"other"' })).status, 200);
  });

  test('files whose names hold a hash are kept for good', async () => {
    const { status, headers } = await ask(`/${await scriptName()}`);
    assert.deepEqual([status, headers['content-type']], [200, 'text/javascript; charset=utf-8']);
    assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
  });

  test('HEAD tells the same without the content', async () => {
    const [whole, head] = [await ask('/'), await ask('/', {}, 'HEAD')];
    assert.deepEqual([head.status, head.body.byteLength], [200, 0]);
    assert.equal(head.headers['content-length'], whole.headers['content-length']);
    assert.equal(head.headers.etag, whole.headers.etag);
  });

  test('nothing else is served: no folder, nothing above it, nothing that is not there', async () => {
    for (const path of [
      '/dashboard/nobody.js',
      '/dashboard/..',
      '/dashboard/.',
      '/dashboard/../index.html',
      '/dashboard/..%2f..%2fpackage.json',
      '/dashboard/%2e%2e%2f%2e%2e%2fpackage.json',
      '/dashboard/..%5c..%5cpackage.json',
      '/dashboard//etc/passwd',
      '/dashboard/%00',
      `/dashboard/${'x'.repeat(300)}`,
      '/dashboard/',
    ]) {
      const { status, headers, body } = await ask(path);
      assert.ok(status === 400 || status === 404, `${path}: ${status}`);
      assert.equal(headers['content-type'], 'application/problem+json', path);
      assert.doesNotMatch(body.toString(), /"name": "pointsman"|root:/, path);
    }
  });

  test('where it is not built, the error says so, and what makes it', async () => {
    const { path: folder, remove } = temporaryFolder();
    const site = createSite(folder);
    const plain = { headers: {} } as IncomingMessage;
    await assert.rejects(
      site.page(plain),
      (error: unknown) =>
        error instanceof PointsmanError &&
        error.code === 'dashboard_missing' &&
        error.message.includes('npm run build'),
    );
    // Once it is built, it is there.
    writeFileSync(join(folder, 'index.html'), '<p>here</p>');
    mkdirSync(join(folder, 'dashboard'));
    writeFileSync(join(folder, 'dashboard', 'odd.bin'), 'x');
    assert.equal((await site.page(plain)).headers['Content-Type'], 'text/html; charset=utf-8');
    const { headers } = await site.file('odd.bin', plain);
    assert.deepEqual([headers['Content-Type'], headers['Cache-Control']], ['application/octet-stream', 'no-cache']);
    remove();
  });
});
