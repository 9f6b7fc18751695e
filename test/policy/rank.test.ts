import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PointsmanError } from '../../src/base/errors.js';
import { rank } from '../../src/policy/rank.js';
import { POLICIES, policyOf } from '../../src/policy/weights.js';
import { RouteRequest, type RankedLlm } from '../../src/schema/route.js';
import type { ScoredLlm } from '../../src/scoring/types.js';

function llm(model: string, quality: number, costUsd: number | null = null, latencyMs: number | null = null): ScoredLlm {
  return { model, quality, uncertainty: 0.1, costUsd, latencyMs };
}

function request(fields: object): RouteRequest {
  return RouteRequest.parse({ query: 'q', ...fields });
}

function order(scored: ScoredLlm[], fields: object = {}): string[] {
  const wanted = request(fields);
  return rank(scored, wanted, policyOf(wanted)).ranking.map((one) => one.model);
}

const strong = llm('strong', 0.9, 0.01, 20_000);
const cheap = llm('cheap', 0.85, 0.0001, 2_000);
const fast = llm('fast', 0.7, 0.002, 300);

test('each policy puts first what it is named for', () => {
  const all = [fast, cheap, strong];
  assert.deepEqual(order(all), ['strong', 'cheap', 'fast']);
  assert.deepEqual(order(all, { policy: 'quality' }), order(all));
  assert.equal(order(all, { policy: 'balanced' })[0], 'cheap');
  assert.equal(order([fast, strong], { policy: 'cost' })[0], 'fast');
  assert.equal(order([fast, strong], { policy: 'latency' })[0], 'fast');
});

test('utility is quality less weighted US cents and seconds', () => {
  const [ranked] = rank([strong], request({}), { costWeight: 0.05, latencyWeight: 0.0025 }).ranking as [RankedLlm];
  assert.equal(ranked.utility, 0.8);
});

test('cost_weight of the request replaces the policy’s', () => {
  assert.equal(order([strong, cheap], { policy: 'quality', cost_weight: 1 })[0], 'cheap');
  assert.equal(order([strong, cheap], { policy: 'cost', cost_weight: 0 })[0], 'strong');
  assert.equal(policyOf({ policy: 'latency', cost_weight: 2 }).latencyWeight, POLICIES.latency.latencyWeight);
});

test('ties go to the lower cost, then to the id; the order does not depend on how scores came', () => {
  const tied = [llm('c', 0.5, 0.2), llm('b', 0.5), llm('a', 0.5), llm('d', 0.5, 0.1)];
  assert.deepEqual(order(tied), ['d', 'c', 'a', 'b']);
  assert.deepEqual(order(tied.toReversed()), ['d', 'c', 'a', 'b']);
});

test('a cost that is not known is no advantage', () => {
  assert.deepEqual(order([llm('silent', 0.8), llm('told', 0.8, 0.001)], { policy: 'cost' }), ['told', 'silent']);
});

test('constraints exclude, and say why', () => {
  const wanted = request({ max_cost_usd: 0.005, max_latency_ms: 1000, min_quality: 0.6, exclude: ['barred'] });
  const { ranking, excluded } = rank([strong, cheap, fast, llm('barred', 1, 0, 1), llm('silent', 0.9), llm('weak', 0.2, 0, 1)], wanted, POLICIES.quality);
  assert.deepEqual(ranking.map((one) => one.model), ['fast']);
  const reasons = Object.fromEntries(excluded.map((one) => [one.model, one.reason]));
  assert.match(reasons['strong'] ?? '', /cost 0\.01 is above max_cost_usd 0\.005/);
  assert.match(reasons['cheap'] ?? '', /latency 2000 is above max_latency_ms 1000/);
  assert.match(reasons['barred'] ?? '', /exclude/);
  assert.match(reasons['silent'] ?? '', /cost is not known/);
  assert.match(reasons['weak'] ?? '', /quality 0\.200 is below min_quality 0\.6/);
  assert.deepEqual(order([strong, cheap], { models: ['cheap'] }), ['cheap']);
});

test('nobody left: an error that names each constraint and whom it excluded', () => {
  const wanted = request({ max_cost_usd: 0.001, min_quality: 0.99 });
  assert.throws(
    () => rank([strong, cheap], wanted, POLICIES.quality),
    (error: unknown) => error instanceof PointsmanError && error.code === 'no_candidate' && /max_cost_usd is 0\.001, which excludes strong/.test(error.message) && /min_quality is 0\.99, which excludes cheap/.test(error.message),
  );
});

test('nobody left of very many: the message stays short', () => {
  const many = Array.from({ length: 500 }, (_, i) => llm(`llm-${i}`, 0.1));
  assert.throws(() => rank(many, request({ min_quality: 0.9 }), POLICIES.quality), (error: Error) => /and 490 more/.test(error.message) && error.message.length < 400);
});
