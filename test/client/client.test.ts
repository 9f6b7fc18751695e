import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { createPointsman, dataOf, PointsmanProblem, type Pointsman } from 'pointsman/client';
import { startGateway, type Gateway } from './gateway.js';
import { eventually } from '../support/wait.js';
import { MODELS, startService, type Service } from './service.js';

const QUERY = 'A train leaves Ghent at 9:40. When does it arrive?';

/** For `assert.rejects`: a problem with these fields. */
const problem =
  (expected: Partial<Pick<PointsmanProblem, 'status' | 'code'>>, detail: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof PointsmanProblem, String(error));
    for (const [field, value] of Object.entries(expected))
      assert.equal(error[field as 'status' | 'code'], value, error.detail);
    assert.match(error.detail, detail);
    assert.equal(error.message, error.detail);
    return true;
  };

describe('the client for TypeScript', () => {
  let service: Service;
  let client: Pointsman;
  before(async () => {
    service = await startService();
    client = service.client();
  });
  after(() => service.stop());

  async function behindGateway(t: TestContext, options = {}): Promise<{ gateway: Gateway; through: Pointsman }> {
    const gateway = await startGateway(service.url);
    t.after(gateway.close);
    return { gateway, through: createPointsman({ baseUrl: gateway.url, ...options }) };
  }

  /** What is logged of a decision. */
  const decision = (id: string) => dataOf(client.GET('/v1/decisions/{id}', { params: { path: { id } } }));

  test('routes a query and a conversation, by rules', async () => {
    const { model, decision_id: id, ranking } = await client.route(QUERY, { policy: 'latency', task: 'trains' });
    assert.ok(MODELS.includes(model as (typeof MODELS)[number]));
    assert.equal(ranking.length, 2);
    const { policy, task } = await decision(id);
    assert.deepEqual({ policy, task }, { policy: 'latency', task: 'trains' });
    const messages = [{ role: 'user', content: QUERY }];
    assert.equal((await client.route(messages, { models: ['lab/small'] })).model, 'lab/small');
  });

  test('tells how a decision went, once however often it is said', async () => {
    const { decision_id: id } = await client.route(QUERY);
    const told = { decision_id: id, score: 0.5 };
    const said = await client.feedback(told, { idempotencyKey: 'once' });
    assert.deepEqual(said, { interactions: 1, preferences: 0, new_models: [] });
    assert.deepEqual(await client.feedback(told, { idempotencyKey: 'once' }), said);
    assert.equal((await client.feedback([told, { decision_id: id, thumb: 'up' }])).signals, 1);
    const { outcomes } = await decision(id);
    assert.deepEqual(outcomes.map(({ score }) => score).filter((score) => score === 0.5).length, 2);
  });

  test('goes through decisions page by page, as far as somebody reads', async (t) => {
    const { gateway, through } = await behindGateway(t);
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.unshift((await through.route(`Query ${i}`, { policy: 'balanced' })).decision_id);
    const read: string[] = [];
    for await (const { decision_id: id } of through.decisions({ policy: 'balanced', limit: 2 })) read.push(id);
    assert.deepEqual(read, made);
    const pages = (): number => gateway.seen.filter((one) => one.startsWith('GET /v1/decisions')).length;
    assert.equal(pages(), 3);
    for await (const { decision_id: id } of through.decisions({ limit: 2 })) {
      assert.equal(id, made[0]);
      break;
    }
    assert.equal(pages(), 4);
  });

  test('throws one kind of error, which says what is wrong with which field', async () => {
    await assert.rejects(
      client.route(QUERY, { policy: 'nobody' }),
      problem({ status: 422, code: 'unknown_policy' }, /nobody/),
    );
    await assert.rejects(client.route(QUERY, { min_quality: 2 }), (error) => {
      assert.ok(error instanceof PointsmanProblem);
      assert.deepEqual(
        error.issues.map(({ field }) => field),
        ['min_quality'],
      );
      return problem({ status: 400, code: 'invalid_request' }, /min_quality/)(error);
    });
    const asked = { model: 'nobody/knows', messages: [{ role: 'user', content: QUERY }] };
    const called = dataOf(client.POST('/v1/chat/completions', { body: asked }));
    await assert.rejects(called, problem({ status: 404, code: 'model_not_found' }, /nobody\/knows/));
    await assert.rejects(dataOf(client.GET('/v1/jobs/{id}', { params: { path: { id: 'none' } } })), {
      code: 'job_not_found',
    });
  });

  test('says that nobody answers, or something else does', async (t) => {
    const away = createPointsman({ baseUrl: 'http://127.0.0.1:9' });
    await assert.rejects(away.route(QUERY), problem({ status: 0, code: 'unreachable' }, /127\.0\.0\.1:9/));
    const { gateway, through } = await behindGateway(t);
    gateway.refuse(1, 502);
    await assert.rejects(through.route(QUERY), problem({ status: 502, code: 'http_502' }, /try later/));
  });

  test('ends a call in time, and when it is told to', async (t) => {
    const { gateway, through } = await behindGateway(t, { timeoutMs: 200 });
    gateway.hang();
    await assert.rejects(through.route(QUERY), problem({ status: 0, code: 'timeout' }, /within \d+ ms/));
    gateway.hang();
    const patient = through.route(QUERY, {}, { timeoutMs: 60_000, signal: AbortSignal.timeout(300) });
    await assert.rejects(patient, { name: 'TimeoutError' });
    const gone = new AbortController();
    gateway.hang();
    const waits = through.route(QUERY, {}, { signal: gone.signal });
    await eventually('the request', () => gateway.seen.length === 3);
    gone.abort(new Error('enough'));
    await assert.rejects(waits, /enough/);
    assert.ok((await through.route(QUERY, {}, { timeoutMs: 60_000 })).model);
  });

  test('sends again what does no harm twice, after the time that it is told', async (t) => {
    const { gateway, through } = await behindGateway(t);
    const list = () => dataOf(through.GET('/v1/models'));
    gateway.refuse(2, 503, { 'retry-after': '0' });
    assert.equal((await list()).models.length, 2);
    assert.equal(gateway.seen.length, 3);
    const { decision_id: id } = await client.route(QUERY);
    gateway.refuse(1, 429, { 'retry-after': '1' });
    const began = performance.now();
    assert.equal((await through.feedback({ decision_id: id, score: 1 })).interactions, 1);
    assert.ok(performance.now() - began >= 990);
    assert.equal((await decision(id)).outcomes.length, 1);
    gateway.refuse(3, 503, { 'retry-after': '0' });
    await assert.rejects(list(), problem({ status: 503, code: 'http_503' }, /try later/));
  });

  for (const [what, status, headers] of [
    ['a decision, which would be another', 503, { 'retry-after': '0' }],
    ['what nobody said when to repeat', 503, {}],
    ['what would have to wait long', 429, { 'retry-after': '3600' }],
    ['another error', 500, { 'retry-after': '0' }],
  ] as const)
    test(`doesn't send again ${what}`, async (t) => {
      const { gateway, through } = await behindGateway(t);
      gateway.refuse(1, status, headers);
      const asked = what.startsWith('a decision') ? through.route(QUERY) : dataOf(through.GET('/v1/models'));
      await assert.rejects(asked, problem({ status }, /try later/));
      assert.equal(gateway.seen.length, 1);
    });
});

test('the client shows its key, and hears when a limit lets it on', async (t) => {
  const service = await startService();
  t.after(service.stop);
  const { key } = await service.makeKey('app', 'route', '--requests-per-minute', '1');
  const keyless = () => service.client().route(QUERY);
  await assert.rejects(keyless(), problem({ status: 401, code: 'unauthorized' }, /key/i));
  let shown: string | undefined;
  const client = service.client({ key: () => shown });
  await assert.rejects(client.route(QUERY), { code: 'unauthorized' });
  shown = key;
  assert.ok((await client.route(QUERY)).model);
  await assert.rejects(client.route(QUERY), (error) => {
    assert.ok(error instanceof PointsmanProblem);
    assert.ok(error.retryAfterS! > 0 && error.retryAfterS! <= 61, String(error.retryAfterS));
    return problem({ status: 429, code: 'rate_limited' }, /requests/)(error);
  });
  await assert.rejects(dataOf(client.GET('/v1/models')), { code: 'forbidden' });
});
