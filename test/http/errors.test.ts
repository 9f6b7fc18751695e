import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { after, before, test } from 'node:test';
import { postJson, problemIn, startService, type Service } from './service.js';

let service: Service;
before(async () => {
  service = await startService({ app: { maxBodyBytes: 10_000 } });
});
after(() => service.remove());

test('an error is a problem document with a stable code', async () => {
  const problem = await problemIn(await postJson(`${service.url}/v1/route`, { query: 1 }));
  assert.deepEqual(problem, {
    type: 'urn:pointsman:problem:invalid_request',
    title: 'The request is not valid',
    status: 400,
    detail: 'query: expected string, got 1',
    code: 'invalid_request',
    issues: [{ field: 'query', expected: 'string', received: '1' }],
  });
});

test('malformed JSON: where it stops being JSON', async () => {
  const cases: [string, RegExp][] = [
    ['{"query": "x",}', /unexpected "}" at position 14 \(line 1, column 15\)/],
    ['{\n"query": \'x\'}', /unexpected "'" at position 11 \(line 2, column 10\)/],
    ['{"query": "x"', /unexpected the end of the body at position 13/],
    ['[1] 2', /position 4/],
    ['undefined', /position 0/],
  ];
  for (const [body, expected] of cases) {
    const problem = await problemIn(await postJson(`${service.url}/v1/route`, body));
    assert.equal(problem.code, 'invalid_json');
    assert.match(problem.detail, expected);
  }
});

test('a malformed body is not quoted back, nor logged', async () => {
  const problem = await problemIn(await postJson(`${service.url}/v1/route`, '{"query": "my secret", oops}'));
  assert.ok(!JSON.stringify(problem).includes('secret'));
  assert.ok(!service.logLines.some((line) => line.includes('secret')));
});

test('another content type is 415, none at all too', async () => {
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/jsonp',
    'application/json; charset=iso-8859-1',
  ]) {
    const problem = await problemIn(
      await postJson(`${service.url}/v1/route`, '{"query":"x"}', { 'content-type': type }),
    );
    assert.deepEqual([problem.code, problem.status], ['unsupported_media_type', 415], type);
  }
  const bare = await fetch(`${service.url}/v1/route`, {
    method: 'POST',
    body: new Uint8Array(Buffer.from('{"query":"x"}')),
  });
  assert.equal((await problemIn(bare)).code, 'unsupported_media_type');
  assert.equal(
    (await postJson(`${service.url}/v1/route`, '{"query":"x"}', { 'content-type': 'Application/JSON; Charset=UTF-8' }))
      .status,
    200,
  );
});

test('no body is refused as such', async () => {
  const problem = await problemIn(await fetch(`${service.url}/v1/route`, { method: 'POST' }));
  assert.equal(problem.code, 'invalid_request');
  assert.match(problem.detail, /nothing/);
});

test('a body over the bound is 413, packed or not', async () => {
  const body = JSON.stringify({ query: 'x'.repeat(10_000) });
  const plain = await problemIn(await postJson(`${service.url}/v1/route`, body));
  assert.deepEqual([plain.code, plain.status], ['payload_too_large', 413]);
  assert.match(plain.detail, /10000 bytes/);
  const packed = await fetch(`${service.url}/v1/route`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    body: gzipSync(body),
  });
  assert.equal((await problemIn(packed)).code, 'payload_too_large');
  const fits = await fetch(`${service.url}/v1/route`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    body: gzipSync('{"query":"x"}'),
  });
  assert.equal(fits.status, 200);
});

function chatOf(size: number): object {
  return { messages: [{ role: 'user', content: 'x'.repeat(size) }] };
}

test('the bound is one mebibyte by default', async () => {
  const other = await startService();
  assert.equal((await postJson(`${other.url}/v1/route`, chatOf(1_000_000))).status, 200);
  assert.equal((await postJson(`${other.url}/v1/route`, chatOf(1_048_577))).status, 413);
  await other.remove();
});

test('an unknown path is 404', async () => {
  for (const path of ['/v1', '/v1/routes', '/v2/route', '/v1/weights/a/b/c', '/../etc/passwd']) {
    const problem = await problemIn(await fetch(service.url + path));
    assert.deepEqual([problem.code, problem.status], ['route_not_found', 404], path);
  }
});

test('another method is 405 with Allow; OPTIONS answers', async () => {
  const cases: [string, string, string][] = [
    ['DELETE', '/v1/route', 'POST, GET, HEAD, OPTIONS'],
    ['GET', '/v1/feedback', 'POST, OPTIONS'],
    ['PATCH', '/v1/models/a/small', 'GET, PUT, DELETE, HEAD, OPTIONS'],
    ['POST', '/healthz', 'GET, HEAD, OPTIONS'],
    ['GET', '/v1/weights/0123456789abcdef/activate', 'POST, OPTIONS'],
  ];
  for (const [method, path, allow] of cases) {
    const response = await fetch(service.url + path, { method });
    assert.equal(response.headers.get('allow'), allow, path);
    assert.equal((await problemIn(response)).code, 'method_not_allowed');
    const options = await fetch(service.url + path, { method: 'OPTIONS' });
    assert.deepEqual([options.status, options.headers.get('allow')], [204, allow]);
  }
});

test('what goes wrong inside is logged under an incident, and not told', async () => {
  const failing = await startService({
    around: (ledger) => ({
      ...ledger,
      feedback: {
        ...ledger.feedback,
        append: () => Promise.reject(new Error('disk /secret/path is full')),
      },
    }),
  });
  const problem = await problemIn(
    await postJson(`${failing.url}/v1/feedback`, { query: 'private text', model: 'a/small', score: 1 }),
  );
  assert.deepEqual([problem.code, problem.status], ['internal', 500]);
  assert.ok(!problem.detail.includes('secret'));
  const incident = /incident (\S+)/.exec(problem.detail)?.[1] ?? assert.fail();
  const line = failing.logLines.find((one) => one.includes(incident)) ?? assert.fail();
  assert.match(line, /disk \/secret\/path is full/);
  assert.ok(!line.includes('private text'));
  await failing.remove();
});

test('what goes wrong again and again is logged once, and its incident is that of the first', async () => {
  const failing = await startService({
    around: (ledger) => ({
      ...ledger,
      feedback: { ...ledger.feedback, append: () => Promise.reject(new Error(`row ${Math.random()} is broken`)) },
    }),
  });
  const incidents = new Set<string>();
  for (let i = 0; i < 20; i++) {
    const problem = await problemIn(
      await postJson(`${failing.url}/v1/feedback`, { query: `q${i}`, model: 'a/small', score: 1 }),
    );
    incidents.add(/incident (\S+)/.exec(problem.detail)?.[1] ?? assert.fail());
    await postJson(`${failing.url}/v1/retrain`, {});
  }
  assert.equal(incidents.size, 1);
  const lines = failing.logLines.filter((line) => line.includes('request failed'));
  assert.equal(lines.length, 2);
  assert.ok(lines[0]!.includes([...incidents][0]!));
  assert.ok(lines[1]!.includes('queue_unavailable'));
  await failing.remove();
});

test('an unreachable queue is 503 with Retry-After', async () => {
  const response = await postJson(`${service.url}/v1/retrain`, {});
  assert.equal(response.headers.get('retry-after'), '5');
  assert.equal((await problemIn(response)).code, 'queue_unavailable');
});

test('deep nesting is refused, not crashed on', async () => {
  const wide = await startService();
  for (const path of ['/v1/route', '/v1/feedback']) {
    const response = await postJson(wide.url + path, `${'['.repeat(200_000)}${']'.repeat(200_000)}`);
    assert.equal(response.status, 400);
  }
  assert.equal((await fetch(`${wide.url}/healthz`)).status, 200);
  await wide.remove();
});
