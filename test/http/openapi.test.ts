import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startService, type Service } from './service.js';

interface Operation {
  operationId: string;
  parameters: { name: string; in: string; required: boolean; schema: object }[];
  requestBody?: { required: boolean; content: Record<string, { schema: object }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Record<string, unknown>> };
}

let service: Service;
let api: Document;
before(async () => {
  service = await startService();
  api = (await (await fetch(`${service.url}/openapi.json`)).json()) as Document;
});
after(() => service.remove());

const operations = (): [string, string, Operation][] =>
  Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, string, Operation] => [path, method, operation]),
  );

test('describes every path of the design, and each one answers', async () => {
  const expected: Record<string, string[]> = {
    '/v1/chat/completions': ['post'],
    '/v1/responses': ['post'],
    '/v1/messages': ['post'],
    '/v1/messages/count_tokens': ['post'],
    '/v1/embeddings': ['post'],
    '/v1/feedback': ['post'],
    '/feedback': ['post'],
    '/v1/route': ['get', 'post'],
    '/route': ['get', 'post'],
    '/v1/route/batch': ['post'],
    '/v1/route/{decision_id}/next': ['post'],
    '/v1/embed': ['post'],
    '/v1/policies': ['get'],
    '/v1/policies/preview': ['post'],
    '/v1/policies/{name}': ['delete', 'get', 'put'],
    '/v1/experiments': ['get'],
    '/v1/experiments/{name}': ['delete', 'get', 'put'],
    '/v1/experiments/{name}/disagreements': ['get'],
    '/v1/experiments/{name}/promote': ['post'],
    '/v1/experiments/{name}/rollback': ['post'],
    '/v1/experiments/{name}/pause': ['post'],
    '/v1/experiments/{name}/resume': ['post'],
    '/v1/experiments/{name}/end': ['post'],
    '/v1/decisions': ['get'],
    '/v1/decisions/{id}': ['get'],
    '/v1/decisions/{id}/conversation': ['get'],
    '/v1/decision-log': ['get', 'put'],
    '/v1/retention': ['get', 'put'],
    '/v1/signals': ['get', 'put'],
    '/v1/texts': ['get', 'put'],
    '/v1/forget': ['post'],
    '/v1/overview': ['get'],
    '/v1/summary': ['get'],
    '/v1/alerts': ['get'],
    '/v1/alerts/{id}': ['get'],
    '/v1/alerts/{id}/resolve': ['post'],
    '/v1/drift': ['get', 'put'],
    '/v1/health': ['get', 'post'],
    '/v1/health/{id}': ['put'],
    '/v1/breaker': ['get', 'put'],
    '/v1/load': ['get'],
    '/v1/judge': ['get'],
    '/v1/judge/settings': ['get', 'put'],
    '/v1/catalog': ['get', 'put'],
    '/v1/metrics': ['get', 'put'],
    '/v1/schemas/profile.json': ['get'],
    '/v1/models': ['get'],
    '/v1/strengths': ['get'],
    '/v1/models/{id}': ['delete', 'get', 'put'],
    '/v1/providers': ['get'],
    '/v1/providers/{name}': ['delete', 'get', 'put'],
    '/v1/retrain': ['post'],
    '/v1/jobs': ['get'],
    '/v1/jobs/{id}': ['get'],
    '/v1/jobs/{id}/events': ['get'],
    '/v1/schedule': ['delete', 'get', 'put'],
    '/v1/graph': ['get'],
    '/v1/map': ['get'],
    '/v1/queries/{hash}': ['get'],
    '/v1/weights': ['get'],
    '/v1/weights/{version}': ['get'],
    '/v1/weights/{version}/activate': ['post'],
    '/v1/weights/{version}/{file}': ['get'],
    '/v1/keys': ['get', 'post'],
    '/v1/keys/{id}': ['delete', 'get'],
    '/v1/keys/{id}/rotate': ['post'],
    '/v1/audit': ['get'],
    '/': ['get'],
    '/dashboard/{file}': ['get'],
    '/v1/access': ['get'],
    '/v1/events': ['get'],
    '/healthz': ['get'],
    '/readyz': ['get'],
    '/metrics': ['get'],
    '/openapi.json': ['get'],
    '/docs': ['get'],
  };
  assert.equal(api.openapi, '3.1.0');
  assert.deepEqual(
    Object.fromEntries(Object.entries(api.paths).map(([path, methods]) => [path, Object.keys(methods).toSorted()])),
    expected,
  );
  for (const [path, method] of operations()) {
    const response = await fetch(service.url + path.replaceAll(/\{\w+\}/g, 'x'), { method: method.toUpperCase() });
    // News has no end, and what is no file of the dashboard is no path either.
    if (path === '/v1/events' || path === '/dashboard/{file}') {
      await response.body?.cancel();
      continue;
    }
    const body = await response.text();
    assert.ok(
      !/"code":"(route_not_found|method_not_allowed|internal)"/.test(body),
      `${method} ${path}: ${body.slice(0, 200)}`,
    );
  }
});

test('says which scope an operation takes', async () => {
  const of = (method: string, path: string): unknown =>
    (api.paths[path]![method] as unknown as { security: unknown }).security;
  assert.deepEqual(of('post', '/v1/route'), [{ key: ['route'] }]);
  assert.deepEqual(of('put', '/v1/models/{id}'), [{ key: ['admin'] }]);
  assert.deepEqual(of('post', '/v1/messages'), [{ key: ['call'] }]);
  assert.deepEqual(of('get', '/v1/models'), [{ key: ['read'] }, { key: ['call'] }]);
  assert.deepEqual(of('get', '/healthz'), []);
  assert.deepEqual(Object.keys((api.components as Record<string, object>)['securitySchemes']!), ['key']);
});

test('every reference leads somewhere', () => {
  const text = JSON.stringify(api);
  const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] as string);
  assert.ok(references.length > 20);
  for (const reference of references) {
    const name = /^#\/components\/schemas\/(\w+)$/.exec(reference)?.[1] ?? assert.fail(reference);
    assert.ok(name in api.components.schemas, reference);
  }
  assert.ok(!text.includes('$defs'));
});

/** Schemas of errors, of paths whose errors are no problem documents. */
const ERRORS: Readonly<Record<string, string>> = {
  '/v1/chat/completions': 'OpenAiError',
  '/v1/responses': 'OpenAiError',
  '/v1/messages': 'AnthropicError',
  '/v1/messages/count_tokens': 'AnthropicError',
  '/v1/embeddings': 'OpenAiError',
};

function errorsOf(path: string): unknown {
  const own = ERRORS[path];
  const schema = { $ref: `#/components/schemas/${own ?? 'Problem'}` };
  return { [own === undefined ? 'application/problem+json' : 'application/json']: { schema } };
}

test('a call is answered whole or, but for embeddings and counts, in events', () => {
  const typesOf = (path: string): string[] => Object.keys(api.paths[path]?.['post']?.responses['200']?.content ?? {});
  for (const path of Object.keys(ERRORS)) {
    const streams = !['/v1/embeddings', '/v1/messages/count_tokens'].includes(path);
    assert.deepEqual(typesOf(path), ['application/json', ...(streams ? ['text/event-stream'] : [])], path);
  }
});

test('operations are whole: ids, path parameters, bodies, answers, problems', () => {
  const ids = operations().map(([, , operation]) => operation.operationId);
  assert.equal(new Set(ids).size, ids.length);
  for (const [path, method, operation] of operations()) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    assert.deepEqual(
      operation.parameters.filter((one) => one.in === 'path').map((one) => one.name),
      inPath,
      path,
    );
    assert.ok(
      Object.keys(operation.responses).some((status) => status.startsWith('2')),
      `${method} ${path}`,
    );
    for (const [status, response] of Object.entries(operation.responses)) {
      assert.ok(response.description);
      if (Number(status) >= 400 && path !== '/readyz')
        assert.deepEqual(response.content, errorsOf(path), `${method} ${path} ${status}`);
    }
    if (operation.requestBody)
      assert.ok('400' in operation.responses && '415' in operation.responses && '413' in operation.responses);
  }
});

test('schemas are those that validate', () => {
  const route = api.paths['/v1/route'] ?? {};
  assert.deepEqual(route['post']?.requestBody?.content['application/json']?.schema, {
    $ref: '#/components/schemas/RouteRequest',
  });
  const query = route['get']?.parameters.map((one) => [one.name, one.required]);
  assert.deepEqual(
    query?.filter(([, required]) => required),
    [['query', true]],
  );
  assert.ok(query?.some(([name]) => name === 'max_cost_usd') && !query.some(([name]) => name === 'messages'));
  assert.equal(api.components.schemas['RouteRequest']?.['additionalProperties'], false);
  assert.deepEqual(Object.keys(api.paths['/v1/models/{id}']?.['put']?.requestBody?.content ?? {}), [
    'application/json',
    'application/yaml',
    'application/x-yaml',
    'text/yaml',
  ]);
});
