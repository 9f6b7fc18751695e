import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createDecider, type Decider } from '../../src/decision/decider.js';
import type { Load } from '../../src/live/load.js';
import type { Ledger } from '../../src/store/open.js';
import { sha256 } from '../../src/base/hash.js';
import { RouteRequest, RouteResponse } from '../../src/schema/route.js';
import { addLlms, commonParts, priorHolder, temporaryLedger } from './parts.js';

let ledger: Ledger;
let remove: () => void;
let decider: Decider;
const NOW = Date.UTC(2026, 0, 2);

before(() => {
  ({ ledger, remove } = temporaryLedger());
  addLlms(ledger, ['a/small', 'a/middle', 'b/large']);
  decider = createDecider({ index: priorHolder(ledger), ledger, clock: () => NOW, ...commonParts() });
});
after(() => remove());

function decide(fields: object): RouteResponse {
  const answer = decider.decide(RouteRequest.parse({ query: 'How far is the moon?', ...fields }));
  assert.ok(!(answer instanceof Promise), 'a synchronous encoder answers at once');
  return RouteResponse.parse(answer);
}

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

test('a decision is found by its id at once, and in the ledger after a flush', () => {
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
  };
  const { model: _model, ranking: logged, ...rest } = decider.lookup(id) ?? assert.fail();
  assert.deepEqual(rest, wanted);
  assert.deepEqual(JSON.parse(logged), ranking);
  assert.equal(ledger.getDecision(id), undefined);
  assert.equal(decider.flush(), true);
  assert.equal(ledger.getDecision(id)?.query, wanted.query);
  assert.equal(decider.lookup(id)?.policy, 'cost');
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

test('explains in one sentence, with who was left out for what', () => {
  const { explanation } = decide({ explain: true, exclude: ['a/small'], policy: 'balanced' });
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

test('without any LLM, the error says how to add one', () => {
  const { ledger: empty, remove: removeEmpty } = temporaryLedger();
  const lone = createDecider({ index: priorHolder(empty), ledger: empty, clock: () => NOW, ...commonParts() });
  assert.throws(() => lone.decide(RouteRequest.parse({ query: 'q' })), {
    code: 'no_models',
    message: /PUT \/v1\/models/,
  });
  removeEmpty();
});

test('an encoder that has to wait: the answer is a promise, by the index the request began with', async () => {
  const prior = priorHolder(ledger).current();
  const slow = {
    ...prior,
    version: '0123456789abcdef',
    encode: () => new Promise<Float32Array>((resolve) => void setImmediate(resolve, new Float32Array(2))),
  };
  let current = slow;
  const waiting = createDecider({ index: { current: () => current }, ledger, clock: () => NOW, ...commonParts() });
  const answer = waiting.decide(RouteRequest.parse({ query: 'q' }));
  current = { ...slow, version: 'fedcba9876543210' };
  assert.ok(answer instanceof Promise);
  assert.equal((await answer).version, '0123456789abcdef');
  const failing = createDecider({
    index: { current: () => ({ ...prior, encode: () => Promise.reject(new Error('down')) }) },
    ledger,
    clock: () => NOW,
    ...commonParts(),
  });
  await assert.rejects(async () => failing.decide(RouteRequest.parse({ query: 'q' })), /down/);
});

test('what the runner-up lacks is what would make it win', () => {
  const { explanation, ranking } = decide({ explain: true, cost_weight: 0.05, latency_weight: 0.0025 });
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

test('exploration leaves some decisions to chance, and says how likely each was', () => {
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
  assert.equal(decider.lookup(one!.decision_id)?.propensity, one!.propensity);
});

test('a policy of the team’s own, and a request that goes further', async () => {
  await ledger.policies.put('ours', { cheapest_within: 1, exclude: ['a/small' as never] });
  const { policies } = commonParts(ledger);
  const own = createDecider({ index: priorHolder(ledger), ledger, clock: () => NOW, ...commonParts(ledger), policies });
  const answer = own.decide(RouteRequest.parse({ query: 'q', policy: 'ours', explain: true })) as RouteResponse;
  assert.equal(answer.model, 'a/middle');
  assert.match(answer.explanation!.summary, /the cheapest within 1 of the best \(policy ours\)/);
  assert.throws(() => own.decide(RouteRequest.parse({ query: 'q', policy: 'theirs' })), {
    code: 'unknown_policy',
    message: /ours, quality, got "theirs"/,
  });
});

test('a decision explains itself later, as it was made', async () => {
  const answer = decide({ policy: 'cost', exclude: ['b/large'] });
  const detail = await decider.explain(decider.lookup(answer.decision_id) ?? assert.fail());
  assert.deepEqual(detail.ranking, answer.ranking);
  assert.deepEqual(detail.rules, { cost_weight: 0.5, exclude: ['b/large'] });
  assert.deepEqual(detail.excluded, [{ model: 'b/large', constraint: 'exclude', reason: 'it is named in exclude' }]);
  assert.match(detail.explanation!.summary, new RegExp(`^${answer.model} is expected`));
  const relaxed = decide({ max_cost_usd: 1e-9, on_no_candidate: 'nearest' });
  assert.deepEqual(relaxed.relaxed, ['max_cost_usd']);
  assert.match(
    (await decider.explain(decider.lookup(relaxed.decision_id)!)).explanation!.summary,
    /the nearest to keeping max_cost_usd, which nobody keeps/,
  );
});

test('goes down the ranking to the first that has room, and takes some of the best where none has', () => {
  const taken: [model: string, tokens: number, force: boolean][] = [];
  const rooms = new Set(['a/small']);
  const load: Load = {
    current: () => null,
    take(model, tokens, _decision, force = false) {
      taken.push([model, tokens, force]);
      return rooms.has(model);
    },
  };
  const limited = createDecider({ index: priorHolder(ledger), ledger, clock: () => NOW, ...commonParts(), load });
  const route = (): RouteResponse =>
    limited.decide(RouteRequest.parse({ query: 'four', explain: true })) as RouteResponse;
  const { model, ranking, explanation } = route();
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
  assert.deepEqual([route().model, route().ranking.length], ['b/large', 3]);
  assert.deepEqual(taken[3], ['b/large', 1, true]);
});
