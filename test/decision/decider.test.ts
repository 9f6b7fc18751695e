import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Decider } from '../../src/decision/decider.js';
import { openLiveHealth, type Health } from '../../src/live/breakers.js';
import { UNLIMITED, type Load } from '../../src/live/load.js';
import type { Ledger } from '../../src/store/open.js';
import { sha256 } from '../../src/base/hash.js';
import { CLOSED } from '../../src/machines/breaker.js';
import { DEFAULT_BREAKER } from '../../src/schema/health.js';
import { RouteRequest, RouteResponse } from '../../src/schema/route.js';
import { ANYBODY } from '../../src/live/keys.js';
import { policiesOver } from '../../src/live/policies.js';
import { addLlms, deciderOf, keptLog, priorHolder, temporaryLedger } from './parts.js';

let ledger: Ledger;
let remove: () => Promise<void>;
let decider: Decider;
const NOW = Date.UTC(2026, 0, 2);

const clock = (): number => NOW;

before(async () => {
  ({ ledger, remove } = await temporaryLedger());
  await addLlms(ledger, ['a/small', 'a/middle', 'b/large']);
  decider = deciderOf(ledger, await priorHolder(ledger), { clock });
});
after(() => remove());

function decide(fields: object): RouteResponse {
  const answer = decider.decide(RouteRequest.parse({ query: 'How far is the moon?', ...fields }));
  assert.ok(!(answer instanceof Promise), 'a synchronous encoder answers at once');
  return RouteResponse.parse(answer);
}

/** With an explanation, for which the ledger is asked. */
async function explain(fields: object): Promise<RouteResponse> {
  return RouteResponse.parse(
    await decider.decide(RouteRequest.parse({ query: 'How far is the moon?', explain: true, ...fields })),
  );
}

const lookup = async (id: string) => (await decider.lookup([id])).get(id);
const written = async (id: string) => (await ledger.decisions.get([id])).get(id);

test('chooses the best, ranks the rest and names fallbacks', () => {
  const answer = decide({});
  assert.equal(answer.model, 'b/large');
  assert.equal(answer.version, null);
  assert.deepEqual(
    answer.ranking.map((one) => one.model),
    ['b/large', 'a/middle', 'a/small'],
  );
  assert.deepEqual(answer.fallbacks.toSorted(), ['a/middle', 'a/small']);
  assert.equal(answer.explanation, undefined);
});

test('a decision is found by its id at once, and in the ledger after a flush', async () => {
  const { decision_id: id, ranking } = decide({ task: 'astronomy', policy: 'cost' });
  const wanted = {
    id,
    at: NOW,
    query: 'How far is the moon?',
    queryHash: sha256('How far is the moon?'),
    task: 'astronomy',
    version: null,
    router: 'prior',
    policy: 'cost',
    rules: '{"cost_weight":0.5}',
    excluded: '[]',
    propensity: 1,
    cascade: null,
    tenant: null,
    experiment: null,
    arm: null,
  };
  const { model: _model, ranking: logged, ...rest } = (await lookup(id)) ?? assert.fail();
  assert.deepEqual(rest, wanted);
  assert.deepEqual(JSON.parse(logged), ranking);
  assert.equal(await written(id), undefined);
  assert.equal(await decider.flush(), true);
  assert.equal((await written(id))?.query, wanted.query);
  assert.equal((await lookup(id))?.policy, 'cost');
});

test('ids sort in the order of decisions, also within a millisecond', () => {
  const ids = Array.from({ length: 50 }, () => decide({}).decision_id);
  assert.deepEqual(ids, ids.toSorted());
});

test('the JSON answer is the answer', async () => {
  const json = await decider.decideJson(RouteRequest.parse({ query: '"quoted" ​\n', explain: true }));
  const answer = RouteResponse.parse(JSON.parse(json));
  assert.equal(answer.ranking.length, 3);
  assert.deepEqual(Object.keys(answer), [
    'decision_id',
    'model',
    'version',
    'router',
    'ranking',
    'fallbacks',
    'explanation',
  ]);
});

test('explains in one sentence, with who was left out for what', async () => {
  const { explanation } = await explain({ exclude: ['a/small'], policy: 'balanced' });
  assert.match(
    explanation?.summary ?? '',
    /^(a\/middle|b\/large) is expected to score 0\.\d\d ± 0\.\d\d.*policy balanced.*nothing is trained yet.*\.$/,
  );
  assert.deepEqual(explanation?.excluded, [{ model: 'a/small', reason: 'it is named in exclude' }]);
});

test('an unknown LLM is refused by name and place', () => {
  assert.throws(() => decide({ models: ['a/small', 'a/smal'] }), {
    code: 'unknown_model',
    message: /models\[1\].*"a\/smal"/,
  });
  assert.throws(() => decide({ exclude: ['nobody'] }), { code: 'unknown_model', message: /exclude\[0\]/ });
});

test('without any LLM, the error says how to add one', async () => {
  const { ledger: empty, remove: removeEmpty } = await temporaryLedger();
  const lone = deciderOf(empty, await priorHolder(empty), { clock });
  await assert.rejects(async () => lone.decide(RouteRequest.parse({ query: 'q' })), {
    code: 'no_models',
    message: /PUT \/v1\/models/,
  });
  await removeEmpty();
});

test('an encoder that has to wait: the answer is a promise, by the index the request began with', async () => {
  const prior = (await priorHolder(ledger)).current();
  const slow = {
    ...prior,
    version: '0123456789abcdef',
    encode: () => new Promise<Float32Array>((resolve) => void setImmediate(resolve, new Float32Array(2))),
  };
  let current = slow;
  const waiting = deciderOf(ledger, { current: () => current }, { clock });
  const answer = waiting.decide(RouteRequest.parse({ query: 'q' }));
  current = { ...slow, version: 'fedcba9876543210' };
  assert.ok(answer instanceof Promise);
  assert.equal((await answer).version, '0123456789abcdef');
  const down = { ...prior, encode: () => Promise.reject(new Error('down')) };
  const failing = deciderOf(ledger, { current: () => down }, { clock });
  await assert.rejects(async () => failing.decide(RouteRequest.parse({ query: 'q' })), /down/);
});

test('what the runner-up lacks is what would make it win', async () => {
  const { explanation, ranking } = await explain({ cost_weight: 0.05, latency_weight: 0.0025 });
  const [best, second] = ranking;
  const runnerUp = explanation?.runner_up ?? assert.fail();
  assert.equal(runnerUp.model, second!.model);
  assert.match(explanation!.summary, /it would win if/);
  // Each change alone, taken a little further, turns the order around.
  const { cost_weight, latency_weight, quality, cost_usd, latency_ms } = runnerUp;
  const utility = (llm: typeof best, weights: { cost: number; latency: number }): number =>
    llm!.quality - weights.cost * 100 * llm!.cost_usd! - weights.latency * (llm!.latency_ms! / 1000);
  const usual = { cost: 0.05, latency: 0.0025 };
  const close = (a: number, b: number): void => assert.ok(Math.abs(a - b) < 1e-5, `${a} ${b}`);
  close(utility({ ...second!, quality: quality! }, usual), utility(best, usual));
  if (cost_usd !== null) close(utility({ ...second!, cost_usd }, usual), utility(best, usual));
  if (latency_ms !== null) close(utility({ ...second!, latency_ms }, usual), utility(best, usual));
  if (cost_weight !== null)
    close(utility(second, { ...usual, cost: cost_weight }), utility(best, { ...usual, cost: cost_weight }));
  if (latency_weight !== null)
    close(utility(second, { ...usual, latency: latency_weight }), utility(best, { ...usual, latency: latency_weight }));
  assert.ok([cost_usd, latency_ms, cost_weight, latency_weight].some((change) => change !== null));
});

test('exploration leaves some decisions to chance, and says how likely each was', async () => {
  const answers = Array.from({ length: 400 }, () => decide({ exploration: 0.3 }));
  const explored = answers.filter((answer) => answer.model !== answer.ranking[0]!.model);
  assert.ok(explored.length > 40 && explored.length < 120, `expected about 80 of 400, got ${explored.length}`);
  for (const answer of answers)
    assert.ok(Math.abs(answer.propensity! - (answer.model === answer.ranking[0]!.model ? 0.8 : 0.1)) < 1e-9);
  const [one] = explored;
  assert.deepEqual(
    one!.fallbacks.toSorted(),
    one!.ranking
      .map((llm) => llm.model)
      .filter((model) => model !== one!.model)
      .toSorted(),
  );
  assert.equal((await lookup(one!.decision_id))?.propensity, one!.propensity);
});

test('nothing is left to chance for a key that opted out', () => {
  const plain = { ...ANYBODY, exploration: false };
  for (let i = 0; i < 50; i++) {
    const request = RouteRequest.parse({ query: 'q', exploration: { method: 'epsilon', share: 1 } });
    const answer = decider.decide(request, plain) as RouteResponse;
    assert.deepEqual([answer.model, answer.propensity], [answer.ranking[0]!.model, undefined]);
  }
});

test('a policy of the team’s own, and a request that goes further', async () => {
  await ledger.policies.put('ours', { cheapest_within: 1, exclude: ['a/small' as never] });
  const policies = policiesOver(await ledger.policies.list());
  const own = deciderOf(ledger, await priorHolder(ledger), { clock, policies });
  const answer = await own.decide(RouteRequest.parse({ query: 'q', policy: 'ours', explain: true }));
  assert.equal(answer.model, 'a/middle');
  assert.match(answer.explanation!.summary, /the cheapest within 1 of the best \(policy ours\)/);
  assert.throws(() => own.decide(RouteRequest.parse({ query: 'q', policy: 'theirs' })), {
    code: 'unknown_policy',
    message: /ours, quality, got "theirs"/,
  });
});

test('a decision explains itself later, as it was made', async () => {
  const answer = decide({ policy: 'cost', exclude: ['b/large'] });
  const detail = await decider.explain((await lookup(answer.decision_id)) ?? assert.fail());
  assert.deepEqual(detail.ranking, answer.ranking);
  assert.deepEqual(detail.rules, { cost_weight: 0.5, exclude: ['b/large'] });
  assert.deepEqual(detail.excluded, [{ model: 'b/large', constraint: 'exclude', reason: 'it is named in exclude' }]);
  assert.match(detail.explanation!.summary, new RegExp(`^${answer.model} is expected`));
  const relaxed = decide({ max_cost_usd: 1e-9, on_no_candidate: 'nearest' });
  assert.deepEqual(relaxed.relaxed, ['max_cost_usd']);
  assert.match(
    (await decider.explain((await lookup(relaxed.decision_id))!)).explanation!.summary,
    /the nearest to keeping max_cost_usd, which nobody keeps/,
  );
});

for (const waits of [false, true])
  test(`goes down to the first with room, else takes the best; claims ${waits ? 'wait' : 'are at once'}`, async () => {
    const taken: [model: string, tokens: number, force: boolean][] = [];
    const rooms = new Set(['a/small']);
    const load: Load = {
      ...UNLIMITED,
      take(model, tokens, _decision, force = false) {
        taken.push([model, tokens, force]);
        return waits ? Promise.resolve(rooms.has(model)) : rooms.has(model);
      },
    };
    const limited = deciderOf(ledger, await priorHolder(ledger), { clock, load });
    const route = async (): Promise<RouteResponse> =>
      limited.decide(RouteRequest.parse({ query: 'four', explain: true }));
    const { model, ranking, explanation } = await route();
    assert.deepEqual([model, ranking.map((one) => one.model)], ['a/small', ['a/small']]);
    assert.deepEqual(
      explanation!.excluded.map((one) => one.model),
      ['b/large', 'a/middle'],
    );
    assert.match(explanation!.excluded[0]!.reason, /other queries took what was left/);
    assert.deepEqual(taken.splice(0), [
      ['b/large', 1, false],
      ['a/middle', 1, false],
      ['a/small', 1, false],
    ]);
    rooms.clear();
    assert.deepEqual([(await route()).model, (await route()).ranking.length], ['b/large', 3]);
    assert.deepEqual(taken[3], ['b/large', 1, true]);
  });

/** Health by which the best LLM is half open: it may be tried once in an hour. */
async function bestHalfOpen(): Promise<Health> {
  const { breakers } = ledger;
  const halfOpen = { ...CLOSED, openedAt: 0, coolDownMs: 1, error: 'HTTP 500' };
  return openLiveHealth({
    ledger: {
      breakers: { ...breakers, open: async () => new Map([['b/large', halfOpen]]) },
      settings: {
        ...ledger.settings,
        get: async () => ({ ...DEFAULT_BREAKER, probe_interval_ms: 3_600_000 }) as never,
      },
    },
    clock,
    log: keptLog().log,
  });
}

test('of queries whose claims wait, one tries an LLM that is half open', async () => {
  const load: Load = { ...UNLIMITED, take: async () => true };
  const limited = deciderOf(ledger, await priorHolder(ledger), { clock, load, health: await bestHalfOpen() });
  const made = await Promise.all(Array.from({ length: 8 }, () => limited.decide(RouteRequest.parse({ query: 'q' }))));
  assert.equal(made.filter(({ model }) => model === 'b/large').length, 1);
});

test('an LLM that is half open and has no room is not taken for tried', async () => {
  const rooms = new Set(['a/small', 'a/middle']);
  const load: Load = { ...UNLIMITED, take: async (model) => rooms.has(model) };
  const health = await bestHalfOpen();
  const limited = deciderOf(ledger, await priorHolder(ledger), { clock, load, health });
  const route = async (): Promise<RouteResponse> => limited.decide(RouteRequest.parse({ query: 'q' }));
  assert.equal((await route()).model, 'a/middle');
  rooms.add('b/large');
  assert.deepEqual([(await route()).model, (await route()).model], ['b/large', 'a/middle']);
});

test('a query that finds no room does not go on to an LLM that another query tries meanwhile', async () => {
  const health = await bestHalfOpen();
  const load: Load = {
    ...UNLIMITED,
    async take(model) {
      if (model === 'a/middle') health.chosen('b/large');
      return model === 'a/small';
    },
  };
  const limited = deciderOf(ledger, await priorHolder(ledger), { clock, load, health });
  const pin = ['a/middle', 'b/large', 'a/small'];
  const answer = await limited.decide(RouteRequest.parse({ query: 'q', explain: true, pin }));
  assert.equal(answer.model, 'a/small');
  assert.match(
    answer.explanation!.excluded.find(({ model }) => model === 'b/large')!.reason,
    /being tried: one query in 3600000 ms/,
  );
});

test('a decision that cannot be explained takes no room and is not logged', async () => {
  let taken = 0;
  const load: Load = { ...UNLIMITED, take: () => ++taken > 0 };
  const { snapshot } = ledger;
  const away = { ...ledger, snapshot: { ...snapshot, texts: () => Promise.reject(new Error('disk I/O error')) } };
  const failing = deciderOf(away, await priorHolder(ledger), { clock, load });
  await decider.flush();
  const logged = async (): Promise<number> => (await ledger.decisions.list({ limit: 1000 })).length;
  const made = await logged();
  await assert.rejects(
    async () => failing.decide(RouteRequest.parse({ query: 'q', explain: true })),
    /disk I\/O error/,
  );
  assert.equal(await failing.flush(), true);
  assert.deepEqual([taken, await logged()], [0, made]);
});
