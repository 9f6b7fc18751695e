import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { sha256 } from '../../src/base/hash.js';
import { uuid7 } from '../../src/base/uuid.js';
import { DaySummary, DecisionDetail, DecisionSummary } from '../../src/schema/decision.js';
import type { RouteResponse } from '../../src/schema/route.js';
import { callRecord } from '../support/call.js';
import { decisionRecord } from '../support/decision.js';
import { ask, startService, type Service } from './service.js';

let service: Service;
beforeEach(async () => (service = await startService()));
afterEach(() => service.remove());

const route = async (fields: object = {}): Promise<RouteResponse> =>
  (await ask(service, 'POST', '/v1/route', { query: 'How far is the moon?', ...fields })).body as RouteResponse;
const detail = async (id: string): Promise<DecisionDetail> =>
  DecisionDetail.parse((await ask(service, 'GET', `/v1/decisions/${id}`)).body);
const listed = async (search = ''): Promise<{ decisions: DecisionSummary[]; next: string | null }> =>
  (await ask(service, 'GET', `/v1/decisions${search}`)).body as never;
const feedback = (body: object | object[]): ReturnType<typeof ask> => ask(service, 'POST', '/v1/feedback', body);

test('a decision tells why, in numbers and in a sentence, and what came of it', async () => {
  const made = await route({ policy: 'balanced', exclude: ['a/small'] });
  await feedback({ decision_id: made.decision_id, score: 0.75, cost_usd: 0.01 });
  await feedback({ decision_id: made.decision_id, model: 'a/small', score: 0, error: 'timeout' });
  const why = await detail(made.decision_id);
  assert.deepEqual(why.ranking, made.ranking);
  assert.deepEqual(
    [why.model, why.policy, why.propensity, why.query, why.query_hash],
    [made.model, 'balanced', 1, 'How far is the moon?', sha256('How far is the moon?')],
  );
  assert.deepEqual(why.excluded, [{ model: 'a/small', constraint: 'exclude', reason: 'it is named in exclude' }]);
  assert.match(why.explanation!.summary, /policy balanced.*the runner-up/);
  assert.ok(why.explanation!.runner_up!.utility_gap > 0);
  assert.deepEqual(
    why.outcomes.map(({ model, score, error }) => [model, score, error]),
    [
      [made.model, 0.75, null],
      ['a/small', 0, 'timeout'],
    ],
  );
});

test('a decision shows how its call went, in the list, too; null where Pointsman did not make it', async () => {
  const [called, other] = [await route(), await route()];
  const call = callRecord(called.decision_id, { at: Date.UTC(2026, 0, 1), session: sha256('s'), finish: 'length' });
  await service.ledger.calls.append([call]);
  const shown = (await detail(called.decision_id)).call!;
  assert.deepEqual(shown, {
    at: '2026-01-01T00:00:00.000Z',
    api: 'chat',
    model: 'm',
    provider: 'p',
    session: sha256('s'),
    tenant: null,
    status: 200,
    error: null,
    failed: 0,
    ttft_ms: 12.5,
    total_ms: 250.25,
    prompt_tokens: 100,
    completion_tokens: 20,
    cached_tokens: 60,
    cache_written_tokens: 0,
    reasoning_tokens: 5,
    cost_usd: 0.0012,
    finish: 'length',
  });
  assert.equal((await detail(other.decision_id)).call, null);
  assert.deepEqual(
    (await listed()).decisions.map((one) => one.call),
    [null, shown],
  );
});

test('decisions are listed newest first, page by page, and filtered', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 5; i++)
    ids.unshift((await route({ query: `q${i}`, policy: i % 2 === 0 ? 'cost' : 'quality' })).decision_id);
  const first = await listed('?limit=2');
  assert.deepEqual(
    first.decisions.map((one) => DecisionSummary.parse(one).decision_id),
    ids.slice(0, 2),
  );
  const second = await listed(`?limit=3&before=${first.next}`);
  assert.deepEqual([second.decisions.map((one) => one.decision_id), second.next], [ids.slice(2), null]);
  assert.deepEqual(
    (await listed('?policy=quality')).decisions.map((one) => one.query),
    ['q3', 'q1'],
  );
  assert.equal((await listed('?model=a/small')).decisions.length, 3);
  assert.equal(
    (await listed(`?from=${encodeURIComponent(new Date(Date.now() + 60_000).toISOString())}`)).decisions.length,
    0,
  );
  for (const [search, field] of [
    ['?limit=0', 'limit'],
    ['?before=x', 'before'],
    ['?from=yesterday', 'from'],
    ['?color=red', 'color'],
  ] as const) {
    const { status, body } = await ask(service, 'GET', `/v1/decisions${search}`);
    assert.deepEqual([status, (body as { issues: { field: string }[] }).issues[0]?.field], [400, field]);
  }
  assert.equal((await ask(service, 'GET', '/v1/decisions/01890000-0000-7000-8000-000000000001')).status, 404);
  assert.equal((await ask(service, 'GET', '/v1/decisions/x')).status, 400);
});

test('decisions are found by a text, and by what came of them', async () => {
  const moon = await route();
  const odd = await route({ query: '100% of_it \\ here' });
  const failed = await route({ query: 'Who was Ada Lovelace?' });
  const called = await route({ query: 'A call' });
  await feedback([
    { decision_id: moon.decision_id, score: 0.9 },
    { decision_id: odd.decision_id, score: 0.1 },
    { decision_id: failed.decision_id, score: 0, error: 'timeout' },
  ]);
  await service.ledger.calls.append([callRecord(called.decision_id, { error: 'provider_error' })]);
  const found = async (search: object): Promise<string[]> =>
    (await listed(`?${new URLSearchParams({ ...search })}`)).decisions.map((one) => one.decision_id);
  assert.deepEqual(await found({ search: 'THE MOON' }), [moon.decision_id]);
  for (const search of ['100%', 'of_it', '\\'])
    assert.deepEqual(await found({ search }), [odd.decision_id], `${search} means itself`);
  assert.deepEqual(await found({ search: 'o%f' }), []);
  assert.deepEqual(await found({ search: 'a', model: moon.model, limit: '1' }), [called.decision_id]);
  assert.deepEqual(await found({ outcome: 'good' }), [moon.decision_id]);
  assert.deepEqual(await found({ outcome: 'bad' }), [failed.decision_id, odd.decision_id]);
  assert.deepEqual(await found({ outcome: 'error' }), [called.decision_id, failed.decision_id]);
  assert.deepEqual(await found({ outcome: 'none' }), [called.decision_id]);
  assert.deepEqual(await found({ outcome: 'any', search: 'ada' }), [failed.decision_id]);
});

test('a search looks at some thousand decisions a page, and goes on where it ended', async () => {
  const at = Date.now() - 60_000;
  const ids = Array.from({ length: 6_000 }, (_, i) => uuid7(at, i));
  await service.ledger.decisions.append(
    ids.map((id, i) => decisionRecord(id, { at, query: i === 0 ? 'the needle' : `hay ${i}` })),
  );
  const first = await listed('?search=needle');
  assert.deepEqual([first.decisions.length, first.next], [0, ids[1_000]]);
  const second = await listed(`?search=needle&before=${first.next}`);
  assert.deepEqual([second.decisions.map((one) => one.decision_id), second.next], [[ids[0]], null]);
  const page = await listed('?search=hay&limit=3');
  assert.equal(page.next, ids.at(-3));
});

test('where no text is kept, a search says so', async () => {
  const refused = async (): Promise<[number, string]> => {
    const { status, body } = await ask(service, 'GET', '/v1/decisions?search=moon');
    return [status, (body as { code: string; detail: string }).detail];
  };
  await ask(service, 'PUT', '/v1/texts', { store: 'hash' });
  assert.deepEqual(
    [(await refused())[0], /`store` of \/v1\/texts is hash/.test((await refused())[1])],
    [409, true],
    'by the settings of texts',
  );
  await ask(service, 'PUT', '/v1/texts', { store: 'whole' });
  assert.equal((await refused())[0], 200);
  await ask(service, 'PUT', '/v1/decision-log', { query_text_hours: 0 });
  assert.match((await refused())[1], /query_text_hours/);
});

test('the calls of a conversation are shown in order', async () => {
  const made = async (query: string): Promise<string> => (await route({ query })).decision_id;
  const [one, two, three] = [await made('one'), await made('two'), await made('three')];
  const of = (decision: string, at: number, session = sha256('s')) => callRecord(decision, { at, session });
  await service.ledger.calls.append([of(two, 20), of(one, 10), of(three, 30, sha256('another'))]);
  const conversation = async (id: string) => (await ask(service, 'GET', `/v1/decisions/${id}/conversation`)).body;
  const shown = (await conversation(two)) as { decisions: DecisionSummary[]; more: boolean };
  assert.deepEqual([shown.decisions.map((each) => each.query), shown.more], [['one', 'two'], false]);
  assert.deepEqual(await conversation(one), shown);
  assert.deepEqual(await conversation((await route()).decision_id), { decisions: [], more: false });
  assert.equal(
    (await ask(service, 'GET', '/v1/decisions/01890000-0000-7000-8000-000000000001/conversation')).status,
    404,
  );
});

test('where no text is kept, the hash is; feedback is of it, and of the text once somebody brings that', async () => {
  assert.equal((await ask(service, 'PUT', '/v1/decision-log', { query_text_hours: 0 })).status, 200);
  const made = await route();
  await service.decider.flush();
  const bare = await detail(made.decision_id);
  assert.deepEqual(
    [bare.query, bare.query_hash, bare.explanation, bare.ranking.length],
    [null, sha256('How far is the moon?'), null, 3],
  );
  const texts = (): Promise<(string | undefined)[]> => service.ledger.snapshot.texts([bare.query_hash]);
  assert.equal((await feedback({ decision_id: made.decision_id, score: 1 })).status, 201);
  assert.deepEqual(await texts(), [undefined]);
  assert.equal((await service.ledger.snapshot.read()).queries.hashOf(0), bare.query_hash);
  assert.equal(
    (await feedback({ decision_id: made.decision_id, query: 'How far is the moon?', score: 1 })).status,
    201,
  );
  assert.deepEqual(await texts(), ['How far is the moon?'], 'of the same query');
  assert.equal((await detail(made.decision_id)).query, 'How far is the moon?');
  assert.equal((await detail(made.decision_id)).outcomes.length, 2);
});

test('what is too old or too much is removed, text first; sums per day stay', async () => {
  const made = await route();
  await service.decider.flush();
  assert.equal(await service.ledger.decisions.prune(), false);
  assert.equal((await detail(made.decision_id)).query, 'How far is the moon?');
  assert.equal((await ask(service, 'PUT', '/v1/decision-log', { query_text_hours: 1e-9 })).status, 200);
  await service.ledger.decisions.prune();
  assert.equal((await detail(made.decision_id)).query, null);
  for (let i = 0; i < 50; i++) await route({ query: `q${i}` });
  await service.decider.flush();
  const [one] = await service.ledger.decisions.list({ limit: 1 });
  const bytes = one!.ranking.length + one!.rules.length + one!.excluded.length;
  assert.equal(
    (await ask(service, 'PUT', '/v1/decision-log', { max_megabytes: (10.5 * bytes) / 1e6, query_text_hours: 1e-9 }))
      .status,
    200,
  );
  await service.ledger.decisions.prune();
  await service.ledger.decisions.prune();
  const left = await service.ledger.decisions.list({ limit: 1000 });
  assert.ok(left.length >= 9 && left.length <= 11, `${left.length} left`);
  assert.equal(left[0]!.id, one!.id, 'the newest stay');
  await ask(service, 'PUT', '/v1/decision-log', { max_age_days: 1e-9 });
  await service.ledger.decisions.prune();
  assert.equal((await service.ledger.decisions.list({ limit: 1000 })).length, 0);
  assert.equal((await ask(service, 'GET', `/v1/decisions/${made.decision_id}`)).status, 404);
  const { days } = (await ask(service, 'GET', '/v1/summary')).body as { days: DaySummary[] };
  assert.equal(
    days.reduce((sum, day) => sum + day.decisions, 0),
    51,
  );
  assert.equal((await ask(service, 'PUT', '/v1/decision-log', { max_age_days: 0 })).status, 400);
});

test('the summary of a day: traffic, cost, quality, regret, and what was observed', async () => {
  const [best, cheap] = [await route(), await route({ policy: 'cost' })];
  await feedback({ decision_id: best.decision_id, score: 1, cost_usd: 0.5 });
  await feedback({ decision_id: cheap.decision_id, score: 0.5, cost_usd: 0.25, error: 'cut off' });
  const { days } = (await ask(service, 'GET', '/v1/summary')).body as { days: DaySummary[] };
  const day = DaySummary.parse(days.at(-1));
  const [top, chosen] = [
    best.ranking.find((llm) => llm.model === best.model)!,
    cheap.ranking.find((llm) => llm.model === cheap.model)!,
  ];
  assert.deepEqual(day.models.map(({ model, share }) => [model, share]).toSorted(), [
    ['a/small', 0.5],
    ['b/large', 0.5],
  ]);
  const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);
  near(day.quality, (top.quality + chosen.quality) / 2);
  near(day.cost_usd!, top.cost_usd! + chosen.cost_usd!);
  near(day.regret, (top.quality - chosen.quality) / 2);
  near(day.always_best.cost_usd!, 2 * top.cost_usd!);
  assert.deepEqual([day.best_single!.model, day.decisions], ['b/large', 2]);
  const { low, high, ...observed } = day.observed!;
  assert.deepEqual(observed, { answers: 2, score: 0.75, cost_usd: 0.75, errors: 1 });
  // As if two scores of 0 and two of 1 had come besides.
  const half = 1.959964 * (Math.sqrt(2 * 0.0625 + 2 * (1 / 6) ** 2 + 2 * ((5 / 12) ** 2 + (7 / 12) ** 2)) / 6);
  near(low!, 3.5 / 6 - half);
  near(high!, 3.5 / 6 + half);
  assert.deepEqual((await ask(service, 'GET', '/v1/summary?from=2020-01-01&to=2020-01-02')).body, { days: [] });
  assert.equal((await ask(service, 'GET', '/v1/summary?from=2020-13-01')).status, 400);
});
