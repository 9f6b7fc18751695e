import assert from 'node:assert/strict';
import { renameSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { operationsIn, type OpenApiDocument } from '../../scripts/openapi/document.js';
import { codesIn } from '../../scripts/openapi/errors.js';
import { startProvider, type LocalProvider } from '../../scripts/provider/server.js';
import { systemClock } from '../../src/base/clock.js';
import { PointsmanError } from '../../src/base/errors.js';
import { dataPaths } from '../../src/base/paths.js';
import { openQueue } from '../../src/queue/index.js';
import type { LiveScorer } from '../../src/live/scorer.js';
import type { Version } from '../../src/schema/ids.js';
import type { KeyMade } from '../../src/schema/key.js';
import { openLedger } from '../../src/store/open.js';
import { keptLog } from '../decision/parts.js';
import { LEDGER_ID, prepareQueue } from '../support/queue-folder.js';
import {
  ACCESS_CODES,
  addArtifact,
  ask,
  errorIn,
  makeKey,
  postJson,
  serveBaseline,
  startService,
  type Service,
} from './service.js';

/**
 * Which of the services a request is sent to: one that has all, without a queue, without LLMs, without an encoder, with
 * as many LLMs as it may have, or one that takes no LLMs that nobody declared, and
 * keeps no texts.
 */
type Where = 'whole' | 'noQueue' | 'noModels' | 'noEncoder' | 'full' | 'refusing';

/** A request that has to fail. */
interface Failing {
  /** Of the operation, with its parameters filled in and a query string. */
  path: string;
  where?: Where;
  /** JSON, unless it is a text. */
  body?: unknown;
  headers?: Record<string, string>;
  /** Another connection holds the write lock of the ledger meanwhile. */
  locked?: true;
  /** The file of the ledger is somewhere else meanwhile. */
  moved?: true;
}

/** What fails with each code. */
type Failures = Record<string, Failing>;

/** Codes that no request provokes, and why. */
const UNPROVOKED: Record<string, string> = {
  ...Object.fromEntries(ACCESS_CODES.map((code) => [code, 'access.test.ts provokes it of every operation'])),
  dashboard_missing: 'a dashboard that is not built; site.test.ts asks for one',
  internal: 'a fault of the service’s own; errors.test.ts answers one through a ledger that throws',
};

/** The same, of what writes to the ledger. */
const UNPROVOKED_WRITING: Record<string, string> = {
  ledger_full: 'a full disk: unfit.test.ts fills one',
  ledger_failed: 'a broken disk',
  ledger_damaged: 'a file that is damaged for good: unfit.test.ts damages one',
};

const VERSION = '00000000000000aa';
const DAMAGED = '00000000000000bb';
const UNKNOWN_ID = '0199b2c0-0000-7000-8000-000000000000';
const UNKNOWN_KEY = '00000000000000cc';
const MAX_BODY_BYTES = 2_000;
const feedback = { query: 'q', model: 'a/small', score: 1 };
/** Of more LLMs that nobody declared than there may be. */
const NEWCOMERS = ['w', 'x', 'y', 'z'].map((model) => ({ ...feedback, model }));

/** What every operation that takes a body refuses; `wrong` is a body that its schema does. */
function bodyFailures(path: string, wrong: unknown = { nobody: 'knows this' }): Failures {
  return {
    invalid_json: { path, body: '{' },
    invalid_request: { path, body: wrong },
    payload_too_large: { path, body: { query: 'x'.repeat(MAX_BODY_BYTES) } },
    unsupported_media_type: { path, body: 'text', headers: { 'content-type': 'text/plain' } },
  };
}

function writeFailures(path: string, body?: unknown): Failures {
  const request = { path, ...(body === undefined ? {} : { body }) };
  return { ledger_busy: { ...request, locked: true }, ledger_gone: { ...request, moved: true } };
}

function settingsFailures(path: string): Failures {
  return { ...bodyFailures(path), ...writeFailures(path, {}) };
}

/** Keys that may less than anybody: of one LLM and policy, and of next to no money. */
let narrow: KeyMade;
let [poor, elsewhere] = ['', ''];
const bearing = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

const unacceptable = { accept: 'text/html' };

/** What goes wrong in choosing an LLM, of a request that `ask` makes of its fields. */
function routeFailures(make: (fields: object) => Omit<Failing, 'where'>): Failures {
  return {
    model_not_allowed: { ...make({ models: ['b/large'] }), headers: bearing(narrow.key) },
    policy_not_allowed: { ...make({ policy: 'cost' }), headers: bearing(narrow.key) },
    budget_exhausted: { ...make({ models: ['a/small'] }), headers: bearing(poor) },
    unknown_model: make({ models: ['nobody'] }),
    unknown_policy: make({ policy: 'nobody' }),
    no_candidate: make({ min_quality: 1 }),
    no_models: { ...make({}), where: 'noModels' },
    encoder_unavailable: { ...make({}), where: 'noEncoder' },
  };
}

const posted = (path: string): Failures => ({
  ...bodyFailures(path),
  ...routeFailures((fields) => ({ path, body: { query: 'q', ...fields } })),
});
const asked = (path: string): Failures => ({
  invalid_request: { path: `${path}?nobody=knows` },
  ...routeFailures((fields) => {
    const search = new URLSearchParams({ query: 'q', ...fields });
    return { path: `${path}?${search}` };
  }),
});
const batch = '/v1/route/batch';

/** Of a policy that nothing else is asked by here. */
const CANARY = { kind: 'canary', of: 'latency', candidate: { policy: 'cost' } };

/** Of experiments that are there: one that runs, one that is paused, and one whose policy is gone. */
function experimentFailures(): Record<string, Failures> {
  const acting = (action: string, where: 'runs' | 'paused', more: Failures = {}): [string, Failures] => {
    const not = where === 'runs' ? 'paused' : 'runs';
    const conflict = action === 'promote' || action === 'rollback' || action === 'end' ? 'over' : not;
    return [
      `POST /v1/experiments/{name}/${action}`,
      {
        ...bodyFailures(`/v1/experiments/${where}/${action}`),
        ...writeFailures(`/v1/experiments/${where}/${action}`),
        experiment_not_found: { path: `/v1/experiments/nobody/${action}` },
        experiment_conflict: { path: `/v1/experiments/${conflict}/${action}` },
        ...more,
      },
    ];
  };
  const candidate = (fields: object): Failing => ({
    path: '/v1/experiments/new',
    body: { kind: 'canary', candidate: fields },
  });
  return {
    'GET /v1/experiments': {},
    'GET /v1/experiments/{name}': {
      invalid_request: { path: '/v1/experiments/%zz' },
      experiment_not_found: { path: '/v1/experiments/nobody' },
    },
    'GET /v1/experiments/{name}/disagreements': {
      invalid_request: { path: '/v1/experiments/%zz/disagreements' },
      experiment_not_found: { path: '/v1/experiments/nobody/disagreements' },
    },
    'PUT /v1/experiments/{name}': {
      ...bodyFailures('/v1/experiments/new'),
      ...writeFailures('/v1/experiments/new', CANARY),
      experiment_conflict: { path: '/v1/experiments/runs', body: { ...CANARY, unit: 'key' } },
      unknown_policy: candidate({ policy: 'nobody' }),
      version_not_found: candidate({ version: 'nobody' }),
      unknown_model: candidate({ models: ['nobody'] }),
    },
    'DELETE /v1/experiments/{name}': {
      ...writeFailures('/v1/experiments/nobody'),
      invalid_request: { path: '/v1/experiments/a b' },
      experiment_not_found: { path: '/v1/experiments/nobody' },
    },
    ...Object.fromEntries([
      acting('promote', 'runs', { unknown_policy: { path: '/v1/experiments/gone/promote' } }),
      acting('rollback', 'runs'),
      acting('pause', 'runs'),
      acting('resume', 'paused'),
      acting('end', 'runs'),
    ]),
  };
}

/** The same of experiments that are over, or wait, or have lost what they try. */
async function addExperiments(service: Service): Promise<void> {
  await ask(service, 'PUT', '/v1/policies/short-lived', {});
  for (const name of ['runs', 'paused', 'over']) await ask(service, 'PUT', `/v1/experiments/${name}`, CANARY);
  await ask(service, 'PUT', '/v1/experiments/gone', { ...CANARY, candidate: { policy: 'short-lived' } });
  await ask(service, 'DELETE', '/v1/policies/short-lived');
  await ask(service, 'POST', '/v1/experiments/paused/pause', {});
  await ask(service, 'POST', '/v1/experiments/over/rollback', {});
}

/** An LLM that answers, and such as don't: their provider does not know them, says nothing, or takes no more calls. */
const [GOOD, UNKNOWN, SILENT, LIMITED] = ['local/good', 'local/unknown', 'local/silent', 'local/limited'];
/** How long one that says nothing is waited for, in milliseconds. */
const PATIENCE_MS = 20;

/** What goes wrong in calling an LLM; `said` is what is asked of it. */
function callFailures(path: string, said: object): Failures {
  const call = (model: string, fields: object = {}): Omit<Failing, 'where'> => ({
    path,
    body: { ...said, model, ...fields },
  });
  const isEmbedding = path === '/v1/embeddings';
  // One that embeds is always named.
  const by = (policy: string): Failing =>
    isEmbedding ? { ...call(GOOD), headers: { 'x-pointsman-policy': policy } } : call(`auto:${policy}`);
  const narrowly = { ...call('a/small'), headers: { ...bearing(narrow.key), 'x-pointsman-policy': 'cost' } };
  return {
    ...bodyFailures(path),
    model_not_found: call('nobody'),
    decision_not_found: call(GOOD, { metadata: { pointsman_decision_id: UNKNOWN_ID, pointsman_score: '1' } }),
    model_not_allowed: { ...call('b/large'), headers: bearing(narrow.key) },
    policy_not_allowed: isEmbedding ? narrowly : { ...call('auto:cost'), headers: bearing(narrow.key) },
    budget_exhausted: { ...call(GOOD), headers: bearing(poor) },
    unknown_model: call(GOOD, { pointsman: { exclude: ['nobody'] } }),
    unknown_policy: by('nobody'),
    no_candidate: call(GOOD, { pointsman: { min_quality: 1 } }),
    ...(!isEmbedding && { no_models: { ...call('auto'), where: 'noModels' } }),
    encoder_unavailable: { ...call(isEmbedding ? 'a/small' : 'auto'), where: 'noEncoder' },
    provider_failed: call(UNKNOWN),
    provider_timeout: call(SILENT),
    provider_limited: call(LIMITED),
  };
}

const feedbackFailures = (path: string): Failures => ({
  ...bodyFailures(path),
  ...writeFailures(path, feedback),
  decision_not_found: { path, body: { decision_id: UNKNOWN_ID, score: 1 } },
  idempotency_key_reused: { path, body: { ...feedback, score: 0 }, headers: { 'idempotency-key': 'used' } },
  unknown_model: { path, body: { ...feedback, model: 'nobody' }, where: 'refusing' },
  catalog_full: { path, body: NEWCOMERS, where: 'full' },
});

/** For each operation, a request for each error that it may answer. Made once the services have their rows. */
function failuresOf(decisions: { cascade: string; unexplained: string }): Record<string, Failures> {
  const next = `/v1/route/${decisions.cascade}/next`;
  const report = { score: 0 };
  const messages = [{ role: 'user', content: 'q' }];
  return {
    'POST /v1/chat/completions': callFailures('/v1/chat/completions', { messages }),
    'POST /v1/responses': callFailures('/v1/responses', { input: 'q' }),
    'POST /v1/messages': callFailures('/v1/messages', { messages, max_tokens: 10 }),
    'POST /v1/messages/count_tokens': bodyFailures('/v1/messages/count_tokens'),
    'POST /v1/embeddings': callFailures('/v1/embeddings', { input: 'q' }),
    'POST /v1/route': posted('/v1/route'),
    'POST /route': posted('/route'),
    'GET /v1/route': asked('/v1/route'),
    'GET /route': asked('/route'),
    'POST /v1/route/batch': {
      ...bodyFailures(batch),
      ...routeFailures((fields) => ({ path: batch, body: { requests: [{ query: 'q', ...fields }] } })),
    },
    'POST /v1/embed': {
      ...bodyFailures('/v1/embed'),
      encoder_unavailable: { path: '/v1/embed', body: { query: 'q' }, where: 'noEncoder' },
    },
    'POST /v1/route/{decision_id}/next': {
      ...bodyFailures(next),
      ...writeFailures(next, report),
      decision_not_found: { path: `/v1/route/${UNKNOWN_ID}/next`, body: report },
      budget_exhausted: { path: next, body: { error: 'it failed' }, headers: bearing(poor) },
      policy_not_allowed: { path: next, body: report, headers: bearing(elsewhere) },
    },
    'POST /v1/feedback': feedbackFailures('/v1/feedback'),
    'POST /feedback': feedbackFailures('/feedback'),
    'GET /v1/policies': {},
    'POST /v1/policies/preview': {
      ...bodyFailures('/v1/policies/preview'),
      unknown_policy: { path: '/v1/policies/preview', body: { policy: 'nobody' } },
      unknown_model: { path: '/v1/policies/preview', body: { body: { models: ['nobody'] } } },
      version_not_found: { path: '/v1/policies/preview', body: { policy: 'quality', version: 'nobody' } },
      artifact_damaged: { path: '/v1/policies/preview', body: { policy: 'quality', version: DAMAGED } },
      no_data: { path: '/v1/policies/preview', body: { body: { min_quality: 1 } } },
      encoder_unavailable: { path: '/v1/policies/preview', body: { policy: 'quality' }, where: 'noEncoder' },
    },
    'GET /v1/policies/{name}': {
      invalid_request: { path: '/v1/policies/%zz' },
      policy_not_found: { path: '/v1/policies/nobody' },
    },
    'PUT /v1/policies/{name}': {
      ...settingsFailures('/v1/policies/mine'),
      unknown_model: { path: '/v1/policies/mine', body: { models: ['nobody'] } },
    },
    'DELETE /v1/policies/{name}': {
      ...writeFailures('/v1/policies/nobody'),
      invalid_request: { path: '/v1/policies/a b' },
      policy_not_found: { path: '/v1/policies/nobody' },
    },
    ...experimentFailures(),
    'GET /v1/decisions': {
      invalid_request: { path: '/v1/decisions?limit=0' },
      texts_not_kept: { path: '/v1/decisions?search=x', where: 'refusing' },
    },
    'GET /v1/decisions/{id}/conversation': {
      invalid_request: { path: '/v1/decisions/x/conversation' },
      decision_not_found: { path: `/v1/decisions/${UNKNOWN_ID}/conversation` },
    },
    'GET /v1/decisions/{id}': {
      invalid_request: { path: '/v1/decisions/x' },
      decision_not_found: { path: `/v1/decisions/${UNKNOWN_ID}` },
      encoder_unavailable: { path: `/v1/decisions/${decisions.unexplained}`, where: 'noEncoder' },
    },
    'GET /v1/decision-log': {},
    'PUT /v1/decision-log': settingsFailures('/v1/decision-log'),
    'GET /v1/signals': {},
    'PUT /v1/signals': settingsFailures('/v1/signals'),
    'GET /v1/texts': {},
    'PUT /v1/texts': settingsFailures('/v1/texts'),
    'GET /v1/retention': {},
    'PUT /v1/retention': settingsFailures('/v1/retention'),
    'POST /v1/forget': {
      ...bodyFailures('/v1/forget', {}),
      ...writeFailures('/v1/forget', { tenant: 'nobody' }),
    },
    'GET /v1/overview': { invalid_request: { path: '/v1/overview?range=1y' } },
    'GET /v1/summary': { invalid_request: { path: '/v1/summary?from=yesterday' } },
    'GET /v1/health': {},
    'POST /v1/health': {
      ...bodyFailures('/v1/health'),
      ...writeFailures('/v1/health', { model: 'a/small', ok: true }),
      unknown_model: { path: '/v1/health', body: { model: 'nobody', ok: true } },
    },
    'PUT /v1/health/{id}': {
      ...bodyFailures('/v1/health/a/small'),
      ...writeFailures('/v1/health/a/small', { state: 'open' }),
      model_not_found: { path: '/v1/health/nobody', body: { state: 'open' } },
    },
    'GET /v1/breaker': {},
    'PUT /v1/breaker': settingsFailures('/v1/breaker'),
    'GET /v1/alerts': { invalid_request: { path: '/v1/alerts?state=closed' } },
    'GET /v1/alerts/{id}': {
      invalid_request: { path: `/v1/alerts/${'a'.repeat(201)}` },
      alert_not_found: { path: '/v1/alerts/nobody' },
    },
    'POST /v1/alerts/{id}/resolve': {
      ...settingsFailures('/v1/alerts/nobody/resolve'),
      alert_not_found: { path: '/v1/alerts/nobody/resolve' },
    },
    'GET /v1/drift': {},
    'PUT /v1/drift': settingsFailures('/v1/drift'),
    'GET /v1/load': {},
    'GET /v1/judge': {},
    'GET /v1/judge/settings': {},
    'PUT /v1/judge/settings': {
      ...settingsFailures('/v1/judge/settings'),
      unknown_model: { path: '/v1/judge/settings', body: { model: 'nobody' } },
    },
    'GET /v1/catalog': {},
    'PUT /v1/catalog': settingsFailures('/v1/catalog'),
    'GET /v1/metrics': {},
    'PUT /v1/metrics': settingsFailures('/v1/metrics'),
    'GET /v1/schemas/profile.json': {},
    'GET /v1/models': { not_acceptable: { path: '/v1/models', headers: unacceptable } },
    'GET /v1/strengths': { invalid_request: { path: '/v1/strengths?by=size' } },
    'GET /v1/models/{id}': {
      invalid_request: { path: '/v1/models/%zz' },
      model_not_found: { path: '/v1/models/nobody' },
      not_acceptable: { path: '/v1/models/a/small', headers: unacceptable },
    },
    'PUT /v1/models/{id}': {
      ...settingsFailures('/v1/models/new'),
      invalid_yaml: { path: '/v1/models/new', body: 'a: [', headers: { 'content-type': 'text/yaml' } },
      not_acceptable: { path: '/v1/models/new', body: {}, headers: unacceptable },
      catalog_full: { path: '/v1/models/new', body: {}, where: 'full' },
    },
    'DELETE /v1/models/{id}': {
      ...writeFailures('/v1/models/a/small'),
      invalid_request: { path: '/v1/models/%zz' },
      model_not_found: { path: '/v1/models/nobody' },
    },
    'GET /v1/providers': {},
    'GET /v1/providers/{name}': {
      invalid_request: { path: '/v1/providers/-' },
      provider_not_found: { path: '/v1/providers/nobody' },
    },
    'PUT /v1/providers/{name}': {
      ...bodyFailures('/v1/providers/new', { base_url: 'ftp://new.test' }),
      ...writeFailures('/v1/providers/new', { base_url: 'http://new.test/v1' }),
    },
    'DELETE /v1/providers/{name}': {
      ...writeFailures('/v1/providers/nobody'),
      invalid_request: { path: '/v1/providers/-' },
      provider_not_found: { path: '/v1/providers/nobody' },
    },
    'POST /v1/retrain': {
      ...bodyFailures('/v1/retrain'),
      queue_unavailable: { path: '/v1/retrain', body: {}, where: 'noQueue' },
    },
    'GET /v1/jobs': {
      invalid_request: { path: '/v1/jobs?state=done' },
      queue_unavailable: { path: '/v1/jobs', where: 'noQueue' },
    },
    'GET /v1/jobs/{id}': {
      invalid_request: { path: '/v1/jobs/%zz' },
      job_not_found: { path: '/v1/jobs/nobody' },
      queue_unavailable: { path: '/v1/jobs/nobody', where: 'noQueue' },
    },
    'GET /v1/jobs/{id}/events': {
      invalid_request: { path: '/v1/jobs/%zz/events' },
      job_not_found: { path: '/v1/jobs/nobody/events' },
      queue_unavailable: { path: '/v1/jobs/nobody/events', where: 'noQueue' },
    },
    'GET /v1/schedule': {
      schedule_not_found: { path: '/v1/schedule', where: 'noModels' },
    },
    'PUT /v1/schedule': {
      ...bodyFailures('/v1/schedule'),
      ...writeFailures('/v1/schedule', { pattern: '0 4 * * *' }),
    },
    'DELETE /v1/schedule': {
      ...writeFailures('/v1/schedule'),
      schedule_not_found: { path: '/v1/schedule', where: 'noModels' },
    },
    'GET /v1/weights': {},
    'GET /v1/weights/{version}': {
      invalid_request: { path: '/v1/weights/%zz' },
      version_not_found: { path: '/v1/weights/x' },
    },
    'POST /v1/weights/{version}/activate': {
      ...writeFailures(`/v1/weights/${VERSION}/activate`),
      invalid_request: { path: '/v1/weights/%zz/activate' },
      version_not_found: { path: '/v1/weights/x/activate' },
      artifact_damaged: { path: `/v1/weights/${DAMAGED}/activate` },
    },
    'GET /v1/weights/{version}/{file}': {
      invalid_request: { path: `/v1/weights/${VERSION}/%zz` },
      version_not_found: { path: '/v1/weights/x/manifest.json' },
      file_not_found: { path: `/v1/weights/${VERSION}/nothing.json` },
    },
    ...Object.fromEntries(
      ['graph', 'map'].map((name) => [
        `GET /v1/${name}`,
        {
          invalid_request: { path: `/v1/${name}?queries=many` },
          not_trained: { path: `/v1/${name}`, where: 'noModels' },
          map_missing: { path: `/v1/${name}`, where: 'noQueue' },
        } satisfies Failures,
      ]),
    ),
    'GET /v1/queries/{hash}': {
      invalid_request: { path: '/v1/queries/x' },
      query_not_found: { path: `/v1/queries/${'0'.repeat(64)}` },
    },
    'GET /v1/keys': {},
    'POST /v1/keys': {
      ...bodyFailures('/v1/keys'),
      ...writeFailures('/v1/keys', { name: 'a', scopes: ['read'] }),
    },
    'GET /v1/keys/{id}': {
      invalid_request: { path: '/v1/keys/x' },
      key_not_found: { path: `/v1/keys/${UNKNOWN_KEY}` },
    },
    'POST /v1/keys/{id}/rotate': {
      ...bodyFailures(`/v1/keys/${UNKNOWN_KEY}/rotate`),
      ...writeFailures(`/v1/keys/${narrow.id}/rotate`, {}),
      key_not_found: { path: `/v1/keys/${UNKNOWN_KEY}/rotate`, body: {} },
    },
    'DELETE /v1/keys/{id}': {
      ...writeFailures(`/v1/keys/${UNKNOWN_KEY}`),
      invalid_request: { path: '/v1/keys/x' },
      key_not_found: { path: `/v1/keys/${UNKNOWN_KEY}` },
    },
    'GET /v1/audit': { invalid_request: { path: '/v1/audit?limit=0' } },
    'GET /': {},
    'GET /dashboard/{file}': {
      invalid_request: { path: '/dashboard/%zz' },
      route_not_found: { path: '/dashboard/nobody.js' },
    },
    'GET /v1/access': {},
    'GET /v1/events': {},
    'GET /healthz': {},
    'GET /readyz': {},
    'GET /metrics': {},
    'GET /openapi.json': {},
    'GET /docs': {},
  };
}

/** A scorer whose encoder is gone. */
function withoutEncoder(scorer: LiveScorer): LiveScorer {
  const gone = (): never => {
    throw new PointsmanError('encoder_unavailable', 'The encoder was taken away for this test');
  };
  return {
    ...scorer,
    current: () => (encoderIsGone ? { ...scorer.current(), encode: gone } : scorer.current()),
  };
}

let encoderIsGone = false;
let provider: LocalProvider;
let services: Record<Where, Service>;
let failures: Record<string, Failures>;
let documented: Record<string, string[]>;

/** Codes that OpenAPI lists, by operation. */
async function documentedBy({ url }: Service): Promise<Record<string, string[]>> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApiDocument;
  return Object.fromEntries(
    operationsIn(document).map(({ name, operation: { responses } }) => [
      name,
      Object.entries(responses)
        .filter(([status]) => Number(status) >= 400)
        .flatMap(([, { description }]) => codesIn(description)),
    ]),
  );
}

/** LLMs that can be called, and that fail as {@link callFailures} has it. */
async function addCalled(service: Service): Promise<void> {
  const { baseUrl } = provider;
  await ask(service, 'PUT', '/v1/providers/local', { base_url: baseUrl });
  await ask(service, 'PUT', '/v1/providers/impatient', { base_url: baseUrl, first_byte_ms: PATIENCE_MS });
  for (const id of [GOOD, UNKNOWN, SILENT, LIMITED]) {
    const deployments = [{ provider: id === SILENT ? 'impatient' : 'local', model: id }];
    await ask(service, 'PUT', `/v1/models/${id}`, { deployments, input_price: 1, output_price: 1 });
  }
}

async function routed(service: Service, fields: object = {}): Promise<string> {
  const { status, body } = await ask(service, 'POST', '/v1/route', { query: 'q', ...fields });
  assert.equal(status, 200);
  return (body as { decision_id: string }).decision_id;
}

before(async () => {
  const most = { maxBodyBytes: MAX_BODY_BYTES, maxLargeBodyBytes: MAX_BODY_BYTES };
  const limits = { app: { ...most, open: true }, busyLimitMs: 1 };
  provider = await startProvider({
    models: {
      [GOOD]: {},
      [SILENT]: { faults: { kind: 'stalls' } },
      [LIMITED]: { faults: { kind: 'status', status: 429 } },
    },
  });
  const whole = await startService({
    ...limits,
    queue: async (folder) => {
      await prepareQueue(folder);
      return openQueue({ dataDir: folder, ledgerId: LEDGER_ID, log: keptLog().log });
    },
  });
  const [noQueue, noModels, noEncoder, full, refusing] = await Promise.all([
    startService(limits),
    startService({ ...limits, llms: [] }),
    startService({ ...limits, aroundScorer: withoutEncoder }),
    startService(limits),
    startService(limits),
  ]);
  services = { whole, noQueue, noModels, noEncoder, full, refusing };
  // One from before versions had a map.
  await serveBaseline(noQueue, VERSION as Version);
  await ask(full, 'PUT', '/v1/catalog', { max_models: 3 });
  await ask(refusing, 'PUT', '/v1/catalog', { register_unknown: 'refuse' });
  await ask(refusing, 'PUT', '/v1/decision-log', { query_text_hours: 0 });
  await addArtifact(whole, VERSION, [1]);
  await addArtifact(whole, DAMAGED, [1]);
  truncateSync(join(dataPaths(whole.folder).artifacts, DAMAGED, 'weights.safetensors'), 10);
  await ask(whole, 'PUT', '/v1/schedule', { pattern: '0 3 * * *' });
  await postJson(`${whole.url}/v1/feedback`, feedback, { 'idempotency-key': 'used' });
  await ask(whole, 'PUT', '/v1/models/a/small', { input_price: 1, output_price: 1 });
  await addCalled(whole);
  await addExperiments(whole);
  // No breaker opens: each of the calls that fail is to fail by itself.
  await ask(whole, 'PUT', '/v1/breaker', { min_calls: 30, calls: 30 });
  const scopes = ['route', 'call'] as const;
  narrow = await makeKey(whole, { scopes: [...scopes], models: ['a/small'], policies: ['quality'] });
  elsewhere = (await makeKey(whole, { policies: ['cost'] })).key;
  poor = (await makeKey(whole, { scopes: [...scopes], limits: { usd_per_day: 1e-12 } })).key;
  failures = failuresOf({ cascade: await routed(whole, { cascade: {} }), unexplained: await routed(noEncoder) });
  documented = await documentedBy(whole);
  encoderIsGone = true;
});
after(async () => {
  await Promise.all(Object.values(services).map((service) => service.remove()));
  await provider.close();
});

/** Runs `work` while another connection holds the write lock of a ledger. */
async function whileLocked<T>({ folder }: Service, work: () => Promise<T>): Promise<T> {
  const other = await openLedger(dataPaths(folder).ledger, { clock: systemClock });
  const writer = await other.imports.begin();
  try {
    return await work();
  } finally {
    await writer.end();
    await other.close();
  }
}

/** Runs `work` while the file of a ledger is called otherwise. */
async function whileMoved<T>({ folder }: Service, work: () => Promise<T>): Promise<T> {
  const { ledger } = dataPaths(folder);
  renameSync(ledger, `${ledger}.moved`);
  try {
    return await work();
  } finally {
    renameSync(`${ledger}.moved`, ledger);
  }
}

async function send(
  operation: string,
  { path, where = 'whole', body, headers, locked, moved }: Failing,
): Promise<Response> {
  const service = services[where];
  const request = (): Promise<Response> =>
    fetch(service.url + path, {
      method: operation.split(' ')[0]!,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  if (moved) return whileMoved(service, request);
  return locked ? whileLocked(service, request) : request();
}

test('every error of every operation is provoked, and documented', async () => {
  const provoked: Record<string, string[]> = {};
  for (const [operation, codes] of Object.entries(failures)) {
    provoked[operation] = [];
    for (const [code, failing] of Object.entries(codes)) {
      const error = await errorIn(await send(operation, failing));
      assert.equal(error.code, code, `${operation}: ${error.message}`);
      provoked[operation].push(code);
    }
  }
  // Keys with limits have every operation write: access.test.ts provokes that.
  const isElsewhere = (operation: string, code: string): boolean =>
    code in UNPROVOKED ||
    code in UNPROVOKED_WRITING ||
    (['ledger_busy', 'ledger_gone'].includes(code) && !provoked[operation]?.includes(code));
  const sorted = (all: Record<string, string[]>): Record<string, string[]> =>
    Object.fromEntries(
      Object.entries(all).map(([operation, codes]) => [
        operation,
        codes.filter((code) => !isElsewhere(operation, code)).toSorted(),
      ]),
    );
  assert.deepEqual(sorted(provoked), sorted(documented));
});

test('what no request provokes is documented of every operation', () => {
  for (const [operation, codes] of Object.entries(documented))
    for (const code of [
      'internal',
      'host_not_allowed',
      ...(codes.includes('ledger_busy') ? Object.keys(UNPROVOKED_WRITING) : []),
    ])
      assert.ok(codes.includes(code), `${operation}: ${code}`);
});
