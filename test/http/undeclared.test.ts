import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { FeedbackReceipt } from '../../src/schema/feedback.js';
import { RouteResponse } from '../../src/schema/route.js';
import { importFiles } from '../../src/importer/index.js';
import { tempFolder } from '../store/support.js';
import { ask, LLMS, postJson, problemIn, rowsIn, startService, type Service } from './service.js';

let service: Service;
beforeEach(async () => (service = await startService()));
afterEach(() => service.remove());

const post = (body: unknown): Promise<Response> => postJson(`${service.url}/v1/feedback`, body);
const set = async (settings: object): Promise<void> =>
  assert.equal((await ask(service, 'PUT', '/v1/catalog', settings)).status, 200);
const declare = (id: string): Promise<{ status: number }> => ask(service, 'PUT', `/v1/models/${id}`, {});
const route = async (fields: object = {}): Promise<RouteResponse> =>
  RouteResponse.parse((await ask(service, 'POST', '/v1/route', { query: 'q', ...fields })).body);
interface Listed {
  models: { id: string }[];
  undeclared?: { count: number; ids: string[] };
}
const listed = async (): Promise<Listed> => (await ask(service, 'GET', '/v1/models')).body as Listed;

test('300 answers of score 1 do not make an LLM that nobody declared a candidate; declaring it does', async () => {
  for (let i = 0; i < 30; i++) {
    const items = Array.from({ length: 10 }, (_, j) => ({ query: `q ${i} ${j}`, model: 'evil/llm', score: 1 }));
    const receipt = (await (await post(items)).json()) as FeedbackReceipt;
    assert.deepEqual(receipt.undeclared, ['evil/llm']);
    const { model, ranking } = await route({ query: `q ${i} 0` });
    assert.ok(LLMS.includes(model) && ranking.length === LLMS.length);
  }
  assert.deepEqual((await listed()).undeclared, { count: 1, ids: ['evil/llm'] });
  for (const path of ['/v1/models/evil/llm', '/v1/models/evil%2Fllm'])
    assert.equal((await ask(service, 'GET', path)).status, 404);
  assert.equal((await ask(service, 'POST', '/v1/route', { query: 'q', models: ['evil/llm'] })).status, 422);
  assert.equal((await ask(service, 'POST', '/v1/health', { model: 'evil/llm', ok: true })).status, 422);

  assert.equal((await declare('evil/llm')).status, 201);
  assert.equal((await route()).model, 'evil/llm', 'with all that was said of it');
  assert.equal((await listed()).undeclared, undefined);
});

test('thousands of invented LLMs stop at max_models, under any setting, and change no answer', async () => {
  const flood = async (): Promise<string[]> => {
    const codes: string[] = [];
    for (let i = 0; i < 30; i++) {
      const batches = Array.from({ length: 10 }, (_, j) => `invented/${i}/${j}`);
      const invented = (names: string) =>
        Array.from({ length: 10 }, (_, k) => ({ query: 'q', model: `${names}/${k}`, score: 1 }));
      const answers = await Promise.all(batches.map((names) => post(invented(names))));
      for (const answer of answers)
        codes.push(answer.status === 201 ? 'stored' : ((await answer.json()) as { code: string }).code);
    }
    return codes;
  };
  await set({ max_models: 53 });
  const known = await flood();
  assert.equal(known.filter((code) => code === 'stored').length, 5, '50 of the 53 that there may be');
  assert.equal(known.filter((code) => code === 'catalog_full').length, 295);
  assert.deepEqual([(await route()).ranking.length, (await listed()).undeclared?.count], [3, 50]);

  await set({ max_models: 53, register_unknown: 'candidate' });
  const candidates = await flood();
  assert.equal(candidates.filter((code) => code === 'stored').length, 5);
  const { ranking } = await route();
  assert.equal(ranking.length, 53);
  assert.equal((await declare('one/more')).status, 409);
  const text = await (await postJson(`${service.url}/v1/route`, { query: 'q' })).text();
  assert.ok(text.length < 12_000, `${text.length} characters`);
});

test('feedback that names one may be refused: 422 names the field, and nothing of the request is stored', async () => {
  await set({ register_unknown: 'refuse' });
  const before = await rowsIn(service.ledger);
  const problem = await problemIn(
    await post([
      { query: 'q', model: 'a/small', score: 1 },
      { query: 'q', better_model: 'nobody', worse_model: 'a/small' },
    ]),
  );
  assert.deepEqual([problem.status, problem.code], [422, 'unknown_model']);
  assert.deepEqual(problem.issues, [
    { field: '[1].better_model', expected: 'the id of a known LLM (see GET /v1/models)', received: '"nobody"' },
  ]);
  assert.equal(await rowsIn(service.ledger), before);
  // Who posts at the same time is not refused for it.
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => post({ query: 'q', model: i % 2 ? 'nobody' : 'a/small', score: 1 })),
  );
  assert.deepEqual(
    answers.map(({ status }) => status),
    answers.map((_, i) => (i % 2 ? 422 : 201)),
  );
  assert.equal(await rowsIn(service.ledger), before + 10);
});

test('what an operator imports is a candidate, whatever is set for feedback', async (t) => {
  await post({ query: 'q', model: 'imported/too', score: 1 });
  await set({ register_unknown: 'refuse' });
  const file = join(tempFolder(t), 'log.jsonl');
  const rows = ['imported/new', 'imported/too'].map((model) => ({ query: 'q2', model, score: 1 }));
  writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'));
  const report = await importFiles(service.ledger, [file]);
  assert.deepEqual(report.new_models, ['imported/new', 'imported/too']);
  await service.live.follower.catchUp();
  assert.equal((await route()).ranking.length, 5);
});

test('without a candidate, the error names those that only have to be declared', async (t) => {
  const empty = await startService({ llms: [] });
  t.after(() => empty.remove());
  const items = Array.from({ length: 7 }, (_, i) => ({ query: 'q', model: `m${i}`, score: 1 }));
  assert.equal((await postJson(`${empty.url}/v1/feedback`, items)).status, 201);
  const { detail } = await problemIn(await postJson(`${empty.url}/v1/route`, { query: 'q' }));
  assert.match(detail, /PUT \/v1\/models\/\{id\} .* nobody declared: m0, m1, m2, m3, m4 and 2 more\.$/);
});
