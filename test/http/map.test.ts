import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { MAP_FILE } from '../../src/artifact/map.js';
import { dataPaths } from '../../src/base/paths.js';
import { sha256 } from '../../src/base/hash.js';
import { Graph, LoggedQuery, QueryMap } from '../../src/schema/map.js';
import type { Version } from '../../src/schema/ids.js';
import { smallMap } from '../support/map.js';
import { postJson, problemIn, serveBaseline, startService, type Service } from './service.js';

const WITHOUT = '00000000000000aa' as Version;
const WITH = '00000000000000bb' as Version;

let service: Service;

async function activate(version: Version): Promise<void> {
  await service.ledger.artifacts.activate(version);
  await service.live.follower.catchUp(['artifacts']);
}

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${service.url}${path}`, { headers });

before(async () => {
  service = await startService();
});
after(() => service.remove());

describe('graph and map', () => {
  test('are not there before anything is trained, nor of a version without', async () => {
    for (const path of ['/v1/graph', '/v1/map']) {
      const problem = await problemIn(await get(path));
      assert.deepEqual([problem.status, problem.code], [404, 'not_trained']);
    }
    await serveBaseline(service, WITHOUT);
    for (const path of ['/v1/graph', '/v1/map']) {
      const problem = await problemIn(await get(path));
      assert.deepEqual([problem.status, problem.code], [404, 'map_missing']);
      assert.match(problem.detail, /train again/);
    }
  });

  test('the graph joins what the version learned, with as many queries as are asked for', async () => {
    await serveBaseline(service, WITH, smallMap());
    const graph = Graph.parse(await (await get('/v1/graph?queries=10')).json());
    const of = (kind: string): number => graph.nodes.filter((node) => node.kind === kind).length;
    assert.deepEqual(['llm', 'family', 'task', 'domain', 'kind', 'query'].map(of), [3, 1, 1, 1, 1, 10]);
    const joined = (relation: string): [string, string, number][] =>
      graph.edges
        .filter((edge) => edge.relation === relation)
        .map(({ source, target, weight }) => [graph.nodes[source]!.id, graph.nodes[target]!.id, weight]);
    assert.deepEqual(joined('llm-family'), [['a/small', 'f', 1]]);
    assert.deepEqual(joined('llm-kind'), [['b/large', 'k', 0.7]]);
    assert.deepEqual([joined('query-task').length, joined('query-kind').length], [5, 10]);
    assert.equal(joined('llm-query').length, 30);
    assert.deepEqual(joined('llm-query')[0], ['a/small', sha256('query 0'), 0.5]);
    assert.deepEqual(graph.left_out, { llms: 1, tasks: 0, queries: 32, edges: 0 });
  });

  test('the map has what is expected and logged of each LLM', async () => {
    const map = QueryMap.parse(await (await get('/v1/map')).json());
    assert.equal(map.queries.length, 40);
    assert.deepEqual([map.queries[0]!.best, map.queries[1]!.best, map.incumbent], [2, 1, 1]);
    assert.deepEqual(map.queries[0]!.observed, [0.5, 0.5, 0.5]);
    assert.equal(QueryMap.parse(await (await get('/v1/map?queries=3')).json()).queries.length, 3);
    const problem = await problemIn(await get('/v1/map?queries=5001'));
    assert.deepEqual([problem.code, problem.issues?.[0]?.field], ['invalid_request', 'queries']);
  });

  test('are asked for again at no cost', async () => {
    const first = await get('/v1/map');
    const tag = first.headers.get('etag')!;
    assert.equal((await get('/v1/map', { 'if-none-match': tag })).status, 304);
    assert.equal((await get('/v1/graph', { 'if-none-match': tag })).status, 200);
  });

  test('a file that is not as it was written is none', async () => {
    await activate(WITHOUT);
    assert.equal((await problemIn(await get('/v1/map'))).code, 'map_missing');
    writeFileSync(
      join(dataPaths(service.folder).artifacts, WITH, MAP_FILE),
      JSON.stringify({ ...smallMap(), incumbent: 0 }),
    );
    await activate(WITH);
    assert.equal((await problemIn(await get('/v1/map'))).code, 'map_missing');
  });
});

describe('a logged query', () => {
  test('is read with its text, as long as that is kept, and how LLMs did on it', async () => {
    const query = 'What is the capital of Peru?';
    await postJson(`${service.url}/v1/feedback`, [
      { query, model: 'a/small', score: 0.25 },
      { query, model: 'a/small', score: 0.75 },
      { query, model: 'b/large', score: 1 },
    ]);
    const path = `/v1/queries/${sha256(query)}`;
    const read = async (): Promise<unknown> => LoggedQuery.parse(await (await get(path)).json());
    const answers = [
      { model: 'b/large', score: 1, answers: 1 },
      { model: 'a/small', score: 0.5, answers: 2 },
    ];
    assert.deepEqual(await read(), { hash: sha256(query), query, answers });
    await postJson(`${service.url}/v1/forget`, { query });
    assert.deepEqual(await read(), { hash: sha256(query), query: null, answers });
  });

  test('that nobody logged is not found, and a hash that is none is refused', async () => {
    assert.equal((await problemIn(await get(`/v1/queries/${sha256('nobody')}`))).code, 'query_not_found');
    assert.equal((await problemIn(await get('/v1/queries/x'))).code, 'invalid_request');
  });
});
