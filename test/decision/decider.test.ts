import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createDecider, type Decider } from '../../src/decision/decider.js';
import type { Ledger } from '../../src/ledger/index.js';
import { RouteRequest, RouteResponse } from '../../src/schema/route.js';
import { addLlms, keptLog, priorHolder, temporaryLedger } from './parts.js';

let ledger: Ledger;
let remove: () => void;
let decider: Decider;
const NOW = Date.UTC(2026, 0, 2);

before(() => {
  ({ ledger, remove } = temporaryLedger());
  addLlms(ledger, ['a/small', 'a/middle', 'b/large']);
  decider = createDecider({ index: priorHolder(ledger), ledger, clock: () => NOW, log: keptLog().log });
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
  assert.deepEqual(answer.ranking.map((one) => one.model), ['b/large', 'a/middle', 'a/small']);
  assert.deepEqual(answer.fallbacks.toSorted(), ['a/middle', 'a/small']);
  assert.equal(answer.explanation, undefined);
});

test('a decision is found by its id at once, and in the ledger after a flush', () => {
  const { decision_id: id, ranking } = decide({ task: 'astronomy', policy: 'cost' });
  const wanted = { id, at: NOW, query: 'How far is the moon?', task: 'astronomy', version: null, policy: 'cost' };
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
  assert.deepEqual(Object.keys(answer), ['decision_id', 'model', 'version', 'router', 'ranking', 'fallbacks', 'explanation']);
});

test('explains in one sentence, with who was left out for what', () => {
  const { explanation } = decide({ explain: true, exclude: ['a/small'], policy: 'balanced' });
  assert.match(explanation?.summary ?? '', /^(a\/middle|b\/large) is expected to score 0\.\d\d ± 0\.\d\d.*policy balanced.*nothing is trained yet.*\.$/);
  assert.deepEqual(explanation?.excluded, [{ model: 'a/small', reason: 'it is named in exclude' }]);
});

test('an unknown LLM is refused by name and place', () => {
  assert.throws(() => decide({ models: ['a/small', 'a/smal'] }), { code: 'unknown_model', message: /models\[1\].*"a\/smal"/ });
  assert.throws(() => decide({ exclude: ['nobody'] }), { code: 'unknown_model', message: /exclude\[0\]/ });
});

test('without any LLM, the error says how to add one', () => {
  const { ledger: empty, remove: removeEmpty } = temporaryLedger();
  const lone = createDecider({ index: priorHolder(empty), ledger: empty, clock: () => NOW, log: keptLog().log });
  assert.throws(() => lone.decide(RouteRequest.parse({ query: 'q' })), { code: 'no_models', message: /PUT \/v1\/models/ });
  removeEmpty();
});

test('an encoder that has to wait: the answer is a promise, by the index the request began with', async () => {
  const prior = priorHolder(ledger).current();
  const slow = { ...prior, version: '0123456789abcdef', encode: () => new Promise<Float32Array>((resolve) => void setImmediate(resolve, new Float32Array(2))) };
  let current = slow;
  const waiting = createDecider({ index: { current: () => current }, ledger, clock: () => NOW, log: keptLog().log });
  const answer = waiting.decide(RouteRequest.parse({ query: 'q' }));
  current = { ...slow, version: 'fedcba9876543210' };
  assert.ok(answer instanceof Promise);
  assert.equal((await answer).version, '0123456789abcdef');
  const failing = createDecider({ index: { current: () => ({ ...prior, encode: () => Promise.reject(new Error('down')) }) }, ledger, clock: () => NOW, log: keptLog().log });
  await assert.rejects(async () => failing.decide(RouteRequest.parse({ query: 'q' })), /down/);
});
