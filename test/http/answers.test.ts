import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { operationsIn, type NamedOperation, type OpenApiDocument } from '../../scripts/openapi/document.js';
import { startProvider, type LocalProvider } from '../../scripts/provider/server.js';
import { sha256 } from '../../src/base/hash.js';
import { openQueue } from '../../src/queue/index.js';
import type { Version } from '../../src/schema/ids.js';
import type { Alert } from '../../src/schema/drift.js';
import { EXPERIMENT_ACTIONS } from '../../src/schema/experiment-status.js';
import { keptLog } from '../decision/parts.js';
import { smallMap } from '../support/map.js';
import { LEDGER_ID, prepareQueue } from '../support/queue-folder.js';
import { eventually } from '../support/wait.js';
import { addArtifact, ask, makeKey, postJson, serveBaseline, startService, type Service } from './service.js';

const VERSION = '00000000000000aa';
const MAPPED = '00000000000000dd' as Version;
const UNKNOWN_ID = '0199b2c0-0000-7000-8000-000000000000';
const LLM = 'b/large';
/** An LLM that can be called, by its name here and at its provider. */
const [CALLED, LOCAL] = ['local/small', 'small'];

/** Of a policy that nothing else is asked by here. */
const CANARY = { kind: 'canary', of: 'latency', candidate: { models: [LLM] } };

let service: Service;
let provider: LocalProvider;
let operations: NamedOperation[];
/** For each path of the document, a path whose parameters name what is there. */
let known: Record<string, string>;
before(async () => {
  service = await startService({
    app: { open: true },
    queue: async (folder) => {
      await prepareQueue(folder);
      return openQueue({ dataDir: folder, ledgerId: LEDGER_ID, log: keptLog().log });
    },
  });
  operations = operationsIn((await ask(service, 'GET', '/openapi.json')).body as OpenApiDocument).filter(
    // Their own test holds the dashboard's files.
    ({ path }) => path !== '/' && !path.startsWith('/dashboard/'),
  );
  await addArtifact(service, VERSION, [1, 2, 3]);
  const made = (await ask(service, 'POST', '/v1/route', { query: 'q', cascade: {} })).body as { decision_id: string };
  const { job_id: job } = (await ask(service, 'POST', '/v1/retrain', {})).body as { job_id: string };
  await ask(service, 'PUT', '/v1/policies/mine', { models: [LLM] });
  provider = await startProvider({ models: { [LOCAL]: {} } });
  await ask(service, 'PUT', '/v1/providers/local', { base_url: provider.baseUrl });
  await ask(service, 'PUT', '/v1/providers/spare', { base_url: provider.baseUrl });
  await ask(service, 'PUT', `/v1/models/${CALLED}`, { deployments: [{ provider: 'local', model: LOCAL }] });
  await ask(service, 'PUT', '/v1/schedule', { pattern: '0 3 * * *' });
  const alert = await raiseAlert();
  await serveBaseline(service, MAPPED, smallMap());
  const { id: key } = await makeKey(service, {});
  for (const name of ['mine', ...EXPERIMENT_ACTIONS]) await ask(service, 'PUT', `/v1/experiments/${name}`, CANARY);
  await ask(service, 'POST', '/v1/experiments/resume/pause', {});
  known = {
    '/v1/experiments/{name}': '/v1/experiments/mine',
    '/v1/experiments/{name}/disagreements': '/v1/experiments/mine/disagreements',
    ...Object.fromEntries(
      EXPERIMENT_ACTIONS.map((action) => [`/v1/experiments/{name}/${action}`, `/v1/experiments/${action}/${action}`]),
    ),
    '/v1/route/{decision_id}/next': `/v1/route/${made.decision_id}/next`,
    '/v1/policies/{name}': '/v1/policies/mine',
    '/v1/decisions/{id}': `/v1/decisions/${made.decision_id}`,
    '/v1/decisions/{id}/conversation': `/v1/decisions/${made.decision_id}/conversation`,
    '/v1/alerts/{id}': `/v1/alerts/${alert.id}`,
    '/v1/alerts/{id}/resolve': `/v1/alerts/${alert.id}/resolve`,
    '/v1/health/{id}': `/v1/health/${LLM}`,
    '/v1/models/{id}': `/v1/models/${encodeURIComponent(LLM)}`,
    '/v1/providers/{name}': '/v1/providers/spare',
    '/v1/keys/{id}': `/v1/keys/${key}`,
    '/v1/keys/{id}/rotate': `/v1/keys/${key}/rotate`,
    '/v1/jobs/{id}': `/v1/jobs/${job}`,
    '/v1/jobs/{id}/events': `/v1/jobs/${job}/events`,
    '/v1/queries/{hash}': `/v1/queries/${sha256('question 1')}`,
    '/v1/weights/{version}': `/v1/weights/${VERSION}`,
    '/v1/weights/{version}/activate': `/v1/weights/${VERSION}/activate`,
    '/v1/weights/{version}/{file}': `/v1/weights/${VERSION}/manifest.json`,
  };
});
after(async () => {
  await service.remove();
  await provider.close();
});

async function send(path: string, init: RequestInit): Promise<{ status: number; text: string }> {
  const response = await fetch(service.url + path, init);
  return { status: response.status, text: await response.text() };
}

/** Has an LLM get worse on a task until an alert says so. */
async function raiseAlert(): Promise<Alert> {
  const items = Array.from({ length: 500 }, (_, i) => ({
    query: `question ${i}`,
    task: 'space',
    model: LLM,
    score: Number(i < 400 ? i % 10 > 0 : i % 5 === 0),
  }));
  await postJson(`${service.url}/v1/feedback`, items);
  return eventually('the alert', async () => (await service.ledger.alerts.open())[0]);
}

/** What is called and how, by the operation: one that streams has each of them answered in events, too. */
const CALLS: Record<string, object> = {
  'POST /v1/chat/completions': { model: 'auto', messages: [{ role: 'user', content: 'q' }] },
  'POST /v1/responses': { model: 'auto:cost', input: 'q' },
  'POST /v1/messages': { model: CALLED, max_tokens: 100, messages: [{ role: 'user', content: 'q' }] },
  'POST /v1/embeddings': { model: CALLED, input: ['q', 'r'] },
};

/** Bodies that are taken. */
const BODIES: Record<string, unknown> = {
  ...CALLS,
  'POST /v1/messages/count_tokens': { model: 'auto', messages: [{ role: 'user', content: 'q' }] },
  'POST /v1/route': { query: 'q', explain: true },
  'POST /route': { messages: [{ role: 'user', content: 'q' }] },
  'POST /v1/route/batch': { requests: [{ query: 'q' }, { query: 'r', cascade: {} }] },
  'POST /v1/route/{decision_id}/next': { score: 1 },
  'POST /v1/embed': { query: 'q' },
  'POST /v1/feedback': [
    { query: 'q', model: LLM, score: 1 },
    { query: 'q', better_model: LLM, worse_model: 'a/small' },
  ],
  'POST /feedback': { query: 'q', model: LLM, error: 'timeout' },
  'POST /v1/policies/preview': { body: { models: [LLM] } },
  'PUT /v1/policies/{name}': { models: [LLM] },
  'PUT /v1/experiments/{name}': CANARY,
  'POST /v1/health': { model: LLM, ok: true },
  'PUT /v1/health/{id}': { state: 'open' },
  'PUT /v1/models/{id}': { size_b: 8, extra: { any: ['thing'] } },
  'PUT /v1/providers/{name}': { base_url: 'http://127.0.0.1:9/v1', headers: { 'X-Team': 'a' } },
  'PUT /v1/schedule': { pattern: '0 3 * * *' },
  'POST /v1/keys': { name: 'app', scopes: ['route'], limits: { requests_per_minute: 600 } },
  'POST /v1/forget': { query: 'q' },
};
const QUERIES: Record<string, string> = { 'GET /v1/route': '?query=q&explain=1', 'GET /route': '?query=q' };

function pathOf({ path }: NamedOperation): string {
  return known[path] ?? path;
}

/** A request that the operation takes; null where its answer would not end. */
function goodRequest(one: NamedOperation): [method: string, path: string, body?: unknown] {
  const body = one.operation.requestBody === undefined ? undefined : (BODIES[one.name] ?? {});
  // The job waits, as nobody works here: its events would not end.
  const method = one.path.endsWith('/events') ? 'HEAD' : one.method;
  return [method, pathOf(one) + (QUERIES[one.name] ?? ''), body];
}

/** Deleting comes last, so that there is something to read. */
const deletes = ({ method }: NamedOperation): boolean => method === 'DELETE';

const statusesOf = ({ name }: NamedOperation, from: number, below: number): number[] =>
  [...(service.answers.statuses.get(name) ?? [])].filter((status) => status >= from && status < below);

test('a good answer of every operation is as documented', async () => {
  for (const one of [...operations.filter((each) => !deletes(each)), ...operations.filter(deletes)]) {
    const [method, path, body] = goodRequest(one);
    const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const { status, text } = await send(path, { method, ...(body === undefined ? {} : json) });
    assert.ok(status < 300, `${one.name}: ${status} ${text.slice(0, 300)}`);
  }
  service.answers.settle();
  for (const one of operations) assert.ok(statusesOf(one, 200, 300).length > 0, one.name);
});

test('a good answer of a call that streams is as documented, and so is a decision without a call', async () => {
  for (const [name, body] of Object.entries(CALLS)) {
    const path = name.split(' ')[1]!;
    const typeOf = async (fields: object, headers: Record<string, string> = {}): Promise<string | null> => {
      const response = await postJson(service.url + path, { ...body, ...fields }, headers);
      const text = await response.text();
      assert.equal(response.status, 200, `${name}: ${text.slice(0, 300)}`);
      return response.headers.get('content-type');
    };
    if (path !== '/v1/embeddings') assert.equal(await typeOf({ stream: true }), 'text/event-stream');
    assert.equal(await typeOf({}, { 'x-pointsman-dry-run': 'true' }), 'application/json');
  }
  service.answers.settle();
});

/** Requests that an operation can't take: wrong, empty or unknown in each way that it has room for. */
function badRequests({ method, path, operation }: NamedOperation): [path: string, init: RequestInit][] {
  const json = { 'content-type': 'application/json' };
  const bad: [string, RequestInit][] = [];
  const good = known[path] ?? path;
  if (operation.parameters.some((one) => one.in === 'path'))
    for (const value of ['nobody', UNKNOWN_ID, '%zz', '%00', 'x'.repeat(3000)])
      bad.push([path.replaceAll(/\{\w+\}/g, value), { method, body: null }]);
  if (operation.parameters.some((one) => one.in === 'query')) bad.push([`${good}?nobody=knows`, { method }]);
  if (operation.requestBody !== undefined) {
    for (const body of ['', '{', '[1]', '"text"', '7', 'null', '{"nobody":{"knows":"this"}}'])
      bad.push([good, { method, headers: json, body }]);
    bad.push([good, { method, headers: { 'content-type': 'text/csv' }, body: 'a,b' }]);
  }
  if ('406' in operation.responses) bad.push([good, { method, headers: { accept: 'image/png' } }]);
  return bad;
}

/** Whether an operation takes anything that can be wrong. */
function takesAnything({ operation }: NamedOperation): boolean {
  return operation.requestBody !== undefined || operation.parameters.length > 0 || '406' in operation.responses;
}

test('a bad answer of every operation that takes something is as documented', async () => {
  for (const one of operations) for (const [path, init] of badRequests(one)) await send(path, init);
  service.answers.settle();
  for (const one of operations.filter(takesAnything)) assert.ok(statusesOf(one, 400, 500).length > 0, one.name);
});

test('so are answers to HEAD, OPTIONS, methods that a path has not got and paths that are not there', async () => {
  for (const { path } of operations)
    for (const method of ['HEAD', 'OPTIONS', 'PATCH', 'DELETE'])
      await send(path.replaceAll(/\{\w+\}/g, 'nobody'), { method });
  for (const path of ['/', '/v1', '/v1/nothing', '/v1/jobs/a/b/c', '/v1/models/', '/v1//models', '/%zz'])
    for (const method of ['GET', 'POST', 'OPTIONS']) await send(path, { method });
  service.answers.settle();
});
