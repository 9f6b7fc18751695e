import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { hashOfNothing, sha256 } from '../../src/base/hash.js';
import { redactBy } from '../../src/base/redact.js';
import { encodeRows } from '../../src/dataset/vectors.js';
import { createHashingEncoder } from '../../src/encoder/hashing.js';
import { DecisionDetail } from '../../src/schema/decision.js';
import type { RouteResponse } from '../../src/schema/route.js';
import type { KeyTexts } from '../../src/schema/texts.js';
import { keptLog } from '../decision/parts.js';
import { makeKey, startService, type Service, type ServiceOptions } from './service.js';

const QUERY = 'How do I tell my employer about my illness?';
const HASH = sha256(QUERY);
const HOUR = 3_600_000;

let service: Service;
afterEach(() => service.remove());

type Call = (method: string, path: string, body?: unknown) => Promise<{ status: number; body: any }>;

/** Calls the API with a key of its own. */
async function keyed(
  texts?: KeyTexts,
  scopes: ['admin'] | ['route', 'feedback', 'read'] = ['route', 'feedback', 'read'],
) {
  const { key } = await makeKey(service, { scopes, ...(texts !== undefined && { texts }) });
  const call: Call = async (method, path, body) => {
    const response = await fetch(service.url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  return call;
}

/** Routes the query, posts what came of it, and answers the decision as it is kept. */
async function used(call: Call): Promise<DecisionDetail> {
  const routed = (await call('POST', '/v1/route', { query: QUERY })).body as RouteResponse;
  const { decision_id } = routed;
  const posted = await call('POST', '/v1/feedback', [
    { decision_id, latency_ms: 100, cost_usd: 0.5, error: `can't answer: ${QUERY}` },
    { decision_id, thumb: true, comment: `it helped: ${QUERY}` },
    { query: QUERY, model: 'a/small', score: 1, error: 'rate_limited' },
  ]);
  assert.equal(posted.status, 201, JSON.stringify(posted.body));
  await service.decider.flush();
  return DecisionDetail.parse((await call('GET', `/v1/decisions/${decision_id}`)).body);
}

/** All bytes of the ledger's files. */
const bytes = (): Buffer =>
  Buffer.concat(
    readdirSync(service.folder)
      .filter((name) => name.startsWith('ledger.sqlite'))
      .map((name) => readFileSync(join(service.folder, name))),
  );
const holds = (what: string | Buffer): boolean => bytes().includes(what);

/** Queries that a training would learn from, and those that it leaves out. */
async function learnable(): Promise<[number, number]> {
  const { ledger } = service;
  const all = await ledger.snapshot.read();
  const known = { ledger, folder: null };
  const { rows, leftOut } = await encodeRows(createHashingEncoder(), all, known, () => undefined);
  return [rows.queries.length, leftOut];
}

const begin = async (options?: ServiceOptions): Promise<void> => void (service = await startService(options));

describe('texts are kept as the key says, or the settings', () => {
  test('whole: of the decision, of feedback and of comments', async () => {
    await begin();
    const decision = await used(await keyed());
    assert.deepEqual([decision.query, decision.query_hash], [QUERY, HASH]);
    assert.deepEqual(
      decision.comments.map(({ text }) => text),
      [`it helped: ${QUERY}`],
    );
    assert.deepEqual(await service.ledger.snapshot.texts([HASH]), [QUERY]);
    assert.deepEqual(await learnable(), [1, 0]);
  });

  test('hash: no text is in the ledger, and what was said of it is learned from', async () => {
    await begin();
    const decision = await used(await keyed({ store: 'hash', hours: null }));
    assert.deepEqual([decision.query, decision.query_hash, decision.comments], [null, HASH, []]);
    assert.deepEqual(
      decision.outcomes.map(({ signal, score, error }) => [signal, score, error]),
      [
        [undefined, null, '(not kept)'],
        ['thumb', 1, null],
      ],
    );
    assert.equal(holds('illness'), false);
    assert.equal(holds('rate_limited'), true, 'classes of errors are nobody’s texts');
    assert.deepEqual(await learnable(), [1, 0]);
  });

  test('none: neither text nor hash nor vector; latency, cost and errors are known', async () => {
    await begin();
    const decision = await used(await keyed({ store: 'none', hours: null }));
    assert.deepEqual(
      [decision.query, decision.query_hash, decision.comments, decision.outcomes.length],
      [null, hashOfNothing(decision.decision_id), [], 2],
    );
    for (const what of ['illness', HASH, Buffer.from(HASH, 'hex')]) assert.equal(holds(what), false);
    assert.equal((await service.ledger.embeddings.get(createHashingEncoder().id, [HASH])).size, 0);
    const stats = (await service.ledger.feedback.stats()).find(({ id }) => id === decision.model)!;
    assert.equal(stats.costUsd, 0.5);
    assert.deepEqual(await learnable(), [0, 2]);
  });

  test('none: a repeat by its Idempotency-Key is known, and nothing of its texts for that', async () => {
    await begin();
    const { key } = await makeKey(service, { scopes: ['feedback'], texts: { store: 'none' } });
    const post = (score: number): Promise<Response> =>
      fetch(`${service.url}/v1/feedback`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': 'k' },
        body: JSON.stringify({ query: QUERY, model: 'a/small', score }),
      });
    const first: unknown = await (await post(1)).json();
    assert.deepEqual(await (await post(1)).json(), first);
    assert.equal((await post(0)).status, 422);
    assert.equal((await service.ledger.feedback.counts()).interactions, 1);
  });

  test('a key without a say follows the settings, at once; one with a say does not', async () => {
    await begin();
    const [admin, plain, whole] = [
      await keyed(undefined, ['admin']),
      await keyed(),
      await keyed({ store: 'whole', hours: null }),
    ];
    assert.deepEqual((await admin('GET', '/v1/texts')).body, { store: 'whole', hours: null });
    assert.deepEqual((await admin('PUT', '/v1/texts', { store: 'hash' })).body, { store: 'hash', hours: null });
    assert.equal((await admin('PUT', '/v1/texts', { store: 'half' })).status, 400);
    assert.equal((await used(plain)).query, null);
    assert.equal((await used(whole)).query, QUERY);
    const { keys } = (await admin('GET', '/v1/keys')).body as { keys: { texts: unknown }[] };
    const said = keys.flatMap(({ texts }) => texts ?? []);
    assert.deepEqual([keys.length, said], [3, [{ store: 'whole', hours: null }]]);
  });

  test('for some hours: then they are forgotten, and what was learned stays', async () => {
    let now = Date.UTC(2026, 5, 1);
    await begin({ clock: () => now });
    const call = await keyed({ store: 'whole', hours: 2 });
    const decision = await used(call);
    assert.equal(decision.query, QUERY);
    now += 2 * HOUR - 1;
    assert.equal(await service.ledger.retention.isDue(now), false);
    now += 1;
    const forgotten = await service.decider.forget({ due: now });
    assert.deepEqual(forgotten, { texts: 1, decisions: 1, errors: 0, comments: 1, unlearnable: 0 });
    assert.equal(holds('illness'), false);
    const { body } = await call('GET', `/v1/decisions/${decision.decision_id}`);
    assert.deepEqual([body.query, body.query_hash, body.comments], [null, HASH, []]);
    assert.deepEqual(await learnable(), [1, 0]);
  });
});

describe('a redaction hook', () => {
  test('changes what is stored of decisions, feedback and comments, and not what is routed by', async () => {
    const seen: string[] = [];
    const redact = redactBy((text) => text.replaceAll('illness', '…'), keptLog().log);
    await begin({
      redact,
      aroundScorer: (scorer) => ({
        ...scorer,
        current() {
          const one = scorer.current();
          return { ...one, encode: (query) => (seen.push(query), one.encode(query)) };
        },
      }),
    });
    const decision = await used(await keyed());
    const stored = QUERY.replace('illness', '…');
    assert.deepEqual([decision.query, decision.query_hash], [stored, sha256(stored)]);
    assert.deepEqual(
      decision.comments.map(({ text }) => text),
      [`it helped: ${stored}`],
    );
    assert.equal(decision.outcomes[0]!.error, `can't answer: ${stored}`);
    assert.ok(seen.includes(QUERY));
    assert.equal(holds('illness'), false);
    assert.deepEqual(await service.ledger.snapshot.texts([sha256(stored)]), [stored], 'the same query in both logs');
    assert.equal((await service.ledger.feedback.counts()).queries, 1);
  });

  test('that fails leaves hashes, with which learning goes on', async () => {
    const { log, lines } = keptLog();
    const redact = redactBy((text) => {
      throw new Error(text);
    }, log);
    await begin({ redact });
    const decision = await used(await keyed());
    assert.deepEqual([decision.query, decision.query_hash, decision.comments], [null, HASH, []]);
    assert.equal(decision.outcomes[0]!.error, '(not kept)');
    assert.equal(holds('illness'), false);
    assert.deepEqual(await learnable(), [1, 0]);
    assert.doesNotMatch(lines.join('\n'), /illness/);
  });
});
