import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { StoredMap } from '../../artifact/map.js';
import { PointsmanError } from '../../base/errors.js';
import { graphView, type Viewed } from '../../catalog/map/graph-view.js';
import { queryMapView } from '../../catalog/map/map-view.js';
import type { LlmId, Version } from '../../schema/ids.js';
import { Graph, LoggedQuery, MAX_NODES, QueryMap } from '../../schema/map.js';
import { QueryHash } from '../../schema/retention.js';
import type { Context } from '../context.js';
import { bytesReply, type Reply } from '../kit/answer.js';
import { operation, type Operation } from '../kit/operation.js';

const GRAPH_QUERIES = 500;
const MAP_QUERIES = 2_000;
/** Answers that are kept: of one version, for several numbers of queries. */
const KEPT = 4;

const sampled = (usual: number): z.ZodObject<{ queries: z.ZodDefault<z.ZodInt> }> =>
  z.strictObject({
    queries: z.int().min(0).max(MAX_NODES).default(usual).describe('How many of the sampled queries at most'),
  });

interface Kept {
  tag: string;
  json: string;
}

/** Answers made of a version's map once, and kept while that version is in force. */
function createViews({ live, history }: Pick<Context, 'live' | 'history'>) {
  let kept = new Map<string, Promise<Kept>>();
  let of: Version | null = null;

  async function make(viewed: Viewed, view: (map: StoredMap) => object, tag: string): Promise<Kept> {
    const map = await history.mapIn(viewed.version);
    if (map === null)
      throw new PointsmanError(
        'map_missing',
        `Version ${viewed.version} has no map: it is from before there were any, or its file is damaged; train again`,
      );
    return { tag, json: JSON.stringify(view(map)) };
  }

  return async function reply(
    request: IncomingMessage,
    name: string,
    view: (map: StoredMap, viewed: Viewed) => object,
  ): Promise<Reply> {
    const { version, router } = live.scorer.current();
    if (version === null)
      throw new PointsmanError('not_trained', 'Nothing is trained yet: import a log, then POST /v1/retrain');
    const viewed = { version: version as Version, router };
    if (of !== version) [kept, of] = [new Map(), viewed.version];
    const tag = `"${version}-${name}"`;
    let found = kept.get(tag);
    if (found === undefined) {
      if (kept.size >= KEPT) kept.delete(kept.keys().next().value!);
      kept.set(tag, (found = make(viewed, (map) => view(map, viewed), tag)));
      const own = kept;
      // What is not there now may be there when its files are put back.
      found.catch(() => own.delete(tag));
    }
    const { json } = await found;
    const headers = { ETag: tag, 'Cache-Control': 'private, no-cache' };
    if (request.headers['if-none-match']?.includes(tag)) return bytesReply('', headers, 304);
    return bytesReply(json, { ...headers, 'Content-Type': 'application/json; charset=utf-8' });
  };
}

export function mapOperations({ ledger, live, history }: Pick<Context, 'ledger' | 'live' | 'history'>): Operation[] {
  const reply = createViews({ live, history });
  return [
    operation({
      method: 'GET',
      path: '/v1/graph',
      tag: 'weights',
      scope: 'read',
      writes: false,
      summary: 'Read the graph as the version in force learned it',
      description:
        'LLMs, families, tasks, domains, kinds of query and a random sample of the queries, with the edges between ' +
        `them; at most ${MAX_NODES} nodes. Places are of the learned embeddings: queries as on the map, tasks and ` +
        'kinds amid their queries, LLMs where they are better than others. It is made in training.',
      query: sampled(GRAPH_QUERIES),
      answers: {
        200: { description: 'The graph', schema: Graph },
        304: { description: 'It is as the request’s `If-None-Match` has it' },
      },
      errors: ['not_trained', 'map_missing'],
      run: ({ query: { queries }, request }) =>
        reply(request, `graph-${queries}`, (map, viewed) => graphView(map, viewed, queries)),
    }),
    operation({
      method: 'GET',
      path: '/v1/map',
      tag: 'weights',
      scope: 'read',
      writes: false,
      summary: 'Read where logged queries lie, and who is good there',
      description:
        'A random sample of the logged queries in a plane, those alike near each other, with the expected score of ' +
        'each LLM. It is made in training; texts are at /v1/queries/{hash}, as long as they are kept.',
      query: sampled(MAP_QUERIES),
      answers: {
        200: { description: 'The map', schema: QueryMap },
        304: { description: 'It is as the request’s `If-None-Match` has it' },
      },
      errors: ['not_trained', 'map_missing'],
      run: ({ query: { queries }, request }) =>
        reply(request, `map-${queries}`, (map, viewed) => queryMapView(map, viewed, queries)),
    }),
    operation({
      method: 'GET',
      path: '/v1/queries/{hash}',
      tag: 'weights',
      scope: 'read',
      writes: false,
      summary: 'Read a logged query: its text, and how LLMs did on it',
      params: { hash: { schema: QueryHash, description: 'SHA-256 of its text, in hexadecimal' } },
      answers: { 200: { description: 'The query', schema: LoggedQuery } },
      errors: ['query_not_found'],
      async run({ params: { hash } }) {
        const found = await ledger.snapshot.query(hash);
        if (found === undefined)
          throw new PointsmanError('query_not_found', `No logged query has the hash ${JSON.stringify(hash)}`);
        const answers = found.answers.map((answer) => ({ ...answer, model: answer.model as LlmId }));
        return { hash, query: found.text ?? null, answers };
      },
    }),
  ];
}
