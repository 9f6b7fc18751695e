import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { problemIn, startService, type Service } from './service.js';

let service: Service;
before(async () => {
  service = await startService();
});
after(() => service.remove());

/** As much of a path and query as Node takes, with the headers of a request. */
const BYTES = 15_000;
const get = (target: string): Promise<Response> => fetch(service.url + target);
const fill = (piece: string, bytes = BYTES): string => piece.repeat(Math.floor(bytes / piece.length));

test('all parameters of a query count, however many', async () => {
  const many = 'models=a/small&'.repeat(980);
  assert.equal((await get(`/v1/route?${many}query=x`)).status, 200);
  const last = await problemIn(await get(`/v1/jobs?${'a=1&'.repeat(1001)}b=2`));
  assert.match(last.detail, /b: expected no such field/);
  const unknown = Array.from({ length: 1100 }, (_, i) => `k${i}=1`).join('&');
  assert.equal((await problemIn(await get(`/v1/route?${unknown}`))).issues?.length, 100);
});

test('long and odd paths and queries are answered, not crashed on', async () => {
  for (const target of [
    fill('/'),
    `/v1/models/${fill('/')}`,
    `/v1/models/${fill('a/')}`,
    `/v1/models/${fill('%20')}a`,
    `/v1/models/${fill('%41')}`,
    `/v1/models/${fill('%')}`,
    `/v1/models/${fill('%c3')}`,
    `/v1/weights/${fill('../')}etc/passwd`,
    `/v1/route?query=${fill('%zz')}`,
    `/v1/route?query=${fill('+')}`,
    `/v1/route?query=x&models=${fill(',')}`,
    `/v1/route?${fill('&')}`,
    `/v1/route?${fill('=')}`,
    `/v1/route?query=x&quality_weight=${fill('1')}`,
    `/v1/route?query=x&quality_weight=${fill('1')}x`,
    '/v1/route?__proto__=1&constructor=2&query=x',
  ]) {
    const response = await get(target);
    assert.ok(response.status < 500, `${target.slice(0, 40)}: ${response.status}`);
    await response.arrayBuffer();
  }
  assert.equal((await get('/healthz')).status, 200);
});

test('a query too long for a target is told where it fits', async () => {
  assert.equal((await problemIn(await get(`/v1/route?query=${'x'.repeat(20_000)}`))).code, 'headers_too_large');
});
