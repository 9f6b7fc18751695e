import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { openLiveLoad } from '../../src/live/load.js';
import { openLedger } from '../../src/store/open.js';
import type { LlmLoad } from '../../src/schema/load.js';
import type { RouteResponse } from '../../src/schema/route.js';
import { keptLog } from '../decision/parts.js';
import { pointsman } from '../cli/support.js';
import { LLMS, startService, type Service } from './service.js';

let service: Service;
beforeEach(async () => (service = await startService()));
afterEach(() => service.remove());

const BEST = 'b/large';

async function send<T>(method: string, path: string, body?: unknown, status = 200): Promise<T> {
  const response = await fetch(service.url + path, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  assert.equal(response.status, status, await response.clone().text());
  return (await response.json()) as T;
}
const route = (fields: object = {}): Promise<RouteResponse> =>
  send('POST', '/v1/route', { query: 'How far is the moon?', explain: true, ...fields });
const declare = (id: string, limits: object): Promise<unknown> =>
  send('PUT', `/v1/models/${id}`, { id, size_b: id === BEST ? 1000 : 10, limits });
const load = async (): Promise<LlmLoad[]> => (await send<{ models: LlmLoad[] }>('GET', '/v1/load')).models;
const reasonFor = ({ explanation }: RouteResponse, model: string): string | undefined =>
  explanation!.excluded.find((one) => one.model === model)?.reason;

test(
  'an LLM at its limit is out of the rankings as soon as the limit is declared and reached, and its decision ' +
    'says why',
  async () => {
    assert.deepEqual(await load(), []);
    await declare(BEST, { requests_per_minute: 2 });
    assert.deepEqual([(await route()).model, (await route()).model], [BEST, BEST]);
    const answer = await route();
    assert.deepEqual(
      answer.ranking.map((one) => one.model),
      ['a/middle', 'a/small'],
    );
    assert.equal(reasonFor(answer, BEST), 'it is at 2 of its 2 requests a minute');
    assert.ok(!answer.fallbacks.includes(BEST as never));
    const [only, ...others] = await load();
    assert.deepEqual(
      [only!.model, only!.requests, only!.tokens, only!.in_flight, only!.full, others],
      [BEST, { used: 2, limit: 2 }, null, null, reasonFor(answer, BEST), []],
    );
    assert.match(
      await (await fetch(`${service.url}/metrics`)).text(),
      /pointsman_limit_used_ratio\{model="b\/large",kind="requests"\} 1/,
    );
    await send('PUT', `/v1/models/${BEST}`, { id: BEST, size_b: 1000 });
    assert.equal((await route()).model, BEST, 'no limit is declared any more');
  },
);

test('as capacity runs out, an LLM hardly better than the next loses its traffic before it is full', async () => {
  await declare(BEST, { requests_per_minute: 40 });
  const answers: RouteResponse[] = [];
  for (let i = 0; i < 40; i++) answers.push(await route());
  const turn = answers.findIndex(({ model }) => model !== BEST);
  assert.ok(turn > 2 && turn < 40, `the first that went elsewhere: ${turn}`);
  const shifted = answers[turn]!;
  const best = shifted.ranking.find(({ model }) => model === BEST)!;
  assert.ok(
    best.load_price! > 0 && best.utility < shifted.ranking[0]!.utility && best.quality > shifted.ranking[0]!.quality,
  );
  assert.match(
    shifted.explanation!.summary,
    new RegExp(
      `${BEST}, the runner-up, is expected at 0\\.\\d\\d, but .*how little is left of its limits outweighs that`,
    ),
  );
  assert.match(shifted.explanation!.summary, /: best quality less what is left of limits \(policy quality\)/);
  assert.ok((await load())[0]!.price > 0);
});

test('a batch that is refused keeps no place in flight', async () => {
  await declare(BEST, { in_flight: 5 });
  const batch = (last: object): object => ({
    requests: [{ query: 'one' }, { query: 'two' }, { query: 'three', ...last }],
  });
  await send('POST', '/v1/route/batch', batch({ policy: 'nobody-made-it' }), 422);
  assert.equal((await load())[0]!.in_flight!.used, 0);
  await send('POST', '/v1/route/batch', batch({}));
  assert.equal((await load())[0]!.in_flight!.used, 3);
});

test('where all are at their limits, the one that soonest has room gets it, and nobody is refused', async () => {
  for (const model of LLMS) await declare(model, { requests_per_minute: 1 });
  const chosen = [await route(), await route(), await route()].map(({ model }) => model);
  assert.deepEqual(chosen.toSorted(), LLMS.toSorted());
  const answer = await route();
  assert.equal(answer.ranking.length, 3);
  assert.match(answer.explanation!.summary, /every candidate is at its limits/);
  assert.equal((await route({ models: ['a/small'] })).model, 'a/small');
  assert.equal(
    (await load()).reduce((sum, { requests }) => sum + requests!.used, 0),
    5,
    'those beyond the limits count too',
  );
});

test('feedback and reports that name their decision free its place', async () => {
  await declare(BEST, { in_flight: 1 });
  const first = await route();
  const second = await route();
  assert.deepEqual([first.model, reasonFor(second, BEST)], [BEST, 'it has 1 of its 1 queries in flight']);
  await send('POST', '/v1/feedback', { decision_id: first.decision_id, score: 1 }, 201);
  const third = await route();
  assert.equal(third.model, BEST);
  await send('POST', '/v1/health', { model: BEST, ok: true, decision_id: third.decision_id });
  assert.equal((await route()).model, BEST);
  assert.deepEqual((await load())[0]!.in_flight, { used: 1, limit: 1 });
});

test('each step of a cascade takes its room, and frees its place', async () => {
  for (const model of LLMS) await declare(model, { in_flight: 5 });
  const { decision_id: id, model } = await route({ cascade: { reliability: 1 } });
  const next = await send<{ model: string }>('POST', `/v1/route/${id}/next`, { model, ok: false });
  assert.notEqual(next.model, model);
  assert.deepEqual(
    (await load()).map((one) => [one.model, one.in_flight!.used]),
    LLMS.toSorted().map((one) => [one, Number(one === next.model)]),
  );
});

test('another process on the ledger holds the same limits', async (t) => {
  await declare(BEST, { requests_per_minute: 2 });
  const ledger = await openLedger(join(service.folder, 'ledger.sqlite'), { clock: systemClock });
  t.after(() => ledger.close());
  const other = await openLiveLoad({ ledger, clock: systemClock, log: keptLog().log });
  assert.equal((await route()).model, BEST);
  assert.equal(await other.take(BEST, 10, 'elsewhere'), true);
  const answer = await route();
  assert.notEqual(answer.model, BEST);
  assert.match(reasonFor(answer, BEST)!, /other queries took what was left of its limits|2 of its 2 requests/);
  assert.match(reasonFor(await route(), BEST)!, /^it is at 2 of its 2 requests a minute$/);
});

test('pointsman load shows it', async () => {
  await declare(BEST, { requests_per_minute: 2, in_flight: 9 });
  await route();
  const { code, stdout } = await pointsman(['load', '--url', service.url]);
  assert.equal(code, 0);
  assert.match(stdout, /b\/large +1 of 2 +1 of 9 +0\.\d{3}/);
});
