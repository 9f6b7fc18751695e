import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PointsmanError } from '../../src/base/errors.js';
import { constraintsOf } from '../../src/policy/constraints.js';
import { POLICIES, policyOf, withRequest } from '../../src/policy/named.js';
import { rank, type RankInput, type Ranking } from '../../src/policy/rank.js';
import type { PolicyBody, Rules } from '../../src/schema/policy.js';
import { LlmProfile } from '../../src/schema/profile.js';
import { RouteRequest } from '../../src/schema/route.js';
import type { ScoredLlm } from '../../src/scoring/types.js';

function llm(
  model: string,
  quality: number,
  costUsd: number | null = null,
  latencyMs: number | null = null,
): ScoredLlm {
  return {
    model,
    quality,
    uncertainty: 0.1,
    costUsd,
    latencyMs,
    latencyP90Ms: latencyMs === null ? null : 2 * latencyMs,
  };
}

/** Ranks by a policy with a request's own rules; `declared` is what LLMs declare, by id. */
function rankBy(
  scored: readonly ScoredLlm[],
  { policy = 'quality', ...fields }: { policy?: string; [rule: string]: unknown } = {},
  declared: Record<string, object> = {},
  more: Partial<RankInput> = {},
): Ranking {
  const { query: _query, ...own } = RouteRequest.parse({ query: 'q', ...fields });
  const rules = withRequest(policyOf(policy, new Map()), own as Rules);
  const profiles = scored.map(({ model }) => LlmProfile.parse({ id: model, ...declared[model] }));
  return rank({ scored, profiles, rules, constraints: constraintsOf(rules), promptTokens: 1, ...more });
}

function order(
  scored: ScoredLlm[],
  fields: { policy?: string; [rule: string]: unknown } = {},
  declared: Record<string, object> = {},
): string[] {
  return rankBy(scored, fields, declared).ranking.map((one) => one.model);
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
  assert.equal(rankBy([strong], { cost_weight: 0.05, latency_weight: 0.0025 }).ranking[0]!.utility, 0.8);
  assert.equal(
    rankBy([strong], { cost_weight: 0.05, latency_weight: 0.0025, latency_percentile: 'p90' }).ranking[0]!.utility,
    0.75,
  );
});

test('relative weights fit whatever prices are', () => {
  const utilities = (scored: ScoredLlm[]): number[] =>
    rankBy(scored, { relative_cost_weight: 0.1, relative_latency_weight: 0.2 }).ranking.map((one) => one.utility);
  assert.deepEqual(utilities([llm('a', 0.9, 0.02, 1000), llm('b', 0.8, 0.01, 500)]), [0.65, 0.6]);
  assert.deepEqual(utilities([llm('a', 0.9, 2, 10), llm('b', 0.8, 1, 5)]), [0.65, 0.6]);
  assert.deepEqual(utilities([llm('a', 0.9), llm('b', 0.8)]), [0.9, 0.8], 'nothing is known, so nothing is weighed');
  assert.deepEqual(utilities([llm('a', 0.9, 0, 1), llm('b', 0.8, 0, 1)]), [0.7, 0.6]);
});

test('cost_weight of the request replaces the policy’s', () => {
  assert.equal(order([strong, cheap], { policy: 'quality', cost_weight: 1 })[0], 'cheap');
  assert.equal(order([strong, cheap], { policy: 'cost', cost_weight: 0 })[0], 'strong');
  assert.equal(
    withRequest(policyOf('latency', new Map()), { cost_weight: 2 }).latency_weight,
    POLICIES.latency.latency_weight,
  );
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
  const wanted = { max_cost_usd: 0.005, max_latency_ms: 1000, min_quality: 0.6, exclude: ['barred'] };
  const { ranking, excluded } = rankBy(
    [strong, cheap, fast, llm('barred', 1, 0, 1), llm('silent', 0.9), llm('weak', 0.2, 0, 1)],
    wanted,
  );
  assert.deepEqual(
    ranking.map((one) => one.model),
    ['fast'],
  );
  const reasons = Object.fromEntries(excluded.map((one) => [one.model, one.reason]));
  assert.match(reasons['strong'] ?? '', /cost 0\.01 is above max_cost_usd 0\.005/);
  assert.match(reasons['cheap'] ?? '', /latency 2000 is above max_latency_ms 1000/);
  assert.match(reasons['barred'] ?? '', /exclude/);
  assert.match(reasons['silent'] ?? '', /cost is not known/);
  assert.match(reasons['weak'] ?? '', /quality 0\.200 is below min_quality 0\.6/);
  assert.deepEqual(order([strong, cheap], { models: ['cheap'] }), ['cheap']);
});

test('nobody left: an error that names each constraint and whom it excluded', () => {
  assert.throws(
    () => rankBy([strong, cheap], { max_cost_usd: 0.001, min_quality: 0.99 }),
    (error: unknown) =>
      error instanceof PointsmanError &&
      error.code === 'no_candidate' &&
      /max_cost_usd is 0\.001, which excludes strong/.test(error.message) &&
      /min_quality is 0\.99, which excludes cheap/.test(error.message),
  );
});

test('nobody left of very many: the message stays short', () => {
  const many = Array.from({ length: 500 }, (_, i) => llm(`llm-${i}`, 0.1));
  assert.throws(
    () => rankBy(many, { min_quality: 0.9 }),
    (error: Error) => /and 490 more/.test(error.message) && error.message.length < 400,
  );
});

test('latency bounds hold at the median or at the ninth decile', () => {
  assert.deepEqual(order([fast, cheap], { max_latency_ms: 500 }), ['fast']);
  assert.throws(
    () => order([fast, cheap], { max_latency_ms: 500, latency_percentile: 'p90' }),
    /latency \(p90\) 600 is above|max_latency_ms is 500/,
  );
});

test('the cheapest within a margin of the best, the others by utility behind', () => {
  assert.deepEqual(order([strong, cheap, fast], { cheapest_within: 0.05 }), ['cheap', 'strong', 'fast']);
  assert.deepEqual(order([strong, cheap, fast], { cheapest_within: 0.2 }), ['cheap', 'fast', 'strong']);
  assert.deepEqual(order([strong, cheap, fast], { cheapest_within: 0 }), ['strong', 'cheap', 'fast']);
  assert.deepEqual(
    order([llm('silent', 0.9), llm('told', 0.9, 1)], { cheapest_within: 0.1 }),
    ['told', 'silent'],
    'a cost that is not known is not cheap',
  );
});

test('pinned LLMs come first, in their order, where they are candidates', () => {
  assert.deepEqual(order([strong, cheap, fast], { pin: ['fast', 'cheap'] }), ['fast', 'cheap', 'strong']);
  assert.deepEqual(order([strong, cheap, fast], { pin: ['fast', 'cheap'], exclude: ['fast'] }), ['cheap', 'strong']);
});

test('what an LLM must declare', () => {
  const declared = {
    strong: {
      context_tokens: 8_000,
      capabilities: ['tools', 'vision'],
      languages: ['en', 'de'],
      regions: ['eu', 'us'],
    },
    cheap: { context_tokens: 200_000, capabilities: ['tools'], languages: ['en'], regions: ['eu'] },
  };
  const who = (fields: object): string[] => order([strong, cheap, fast], { ...fields }, declared);
  assert.deepEqual(who({ capabilities: ['tools'] }), ['strong', 'cheap']);
  assert.deepEqual(who({ capabilities: ['tools', 'vision'] }), ['strong']);
  assert.deepEqual(who({ languages: ['de'] }), ['strong']);
  assert.deepEqual(who({ context_tokens: 100_000 }), ['cheap']);
  assert.deepEqual(who({ regions: ['eu'] }), ['cheap'], 'strong may process data in the us too');
  assert.deepEqual(who({ regions: ['eu', 'us'] }), ['strong', 'cheap']);
  const { excluded } = rankBy([strong, cheap, fast], { regions: ['eu'] }, declared);
  assert.deepEqual(
    excluded.map(({ model, reason }) => `${model}: ${reason}`),
    ['strong: it may process data in us, and regions is eu', 'fast: it declares no regions, and regions is eu'],
  );
});

test('a query that does not fit the declared context excludes; a context that is not declared does not', () => {
  const { ranking, excluded } = rankBy(
    [strong, cheap],
    {},
    { strong: { context_tokens: 8_000 } },
    { promptTokens: 9_000 },
  );
  assert.deepEqual(
    ranking.map((one) => one.model),
    ['cheap'],
  );
  assert.deepEqual(excluded, [
    {
      model: 'strong',
      constraint: 'context_tokens',
      reason: 'the query has about 9000 tokens, and its context is 8000',
    },
  ]);
});

test('nobody keeps the bounds: the nearest where the policy says so, but never one that is forbidden', () => {
  const wanted = { max_cost_usd: 0.00005, on_no_candidate: 'nearest' };
  const { ranking, relaxed, excluded } = rankBy([strong, cheap, fast, llm('silent', 1)], {
    ...wanted,
    exclude: ['fast'],
  });
  assert.deepEqual(
    ranking.map((one) => one.model),
    ['cheap', 'strong', 'silent'],
    'by how far off they are; of one of unknown cost nothing can be said',
  );
  assert.deepEqual(relaxed, ['max_cost_usd']);
  assert.deepEqual(
    excluded.map((one) => one.model),
    ['fast'],
  );
  assert.deepEqual(rankBy([strong, cheap], { ...wanted, max_cost_usd: 1 }).relaxed, []);
  assert.throws(() => rankBy([strong], { ...wanted, exclude: ['strong'] }), { code: 'no_candidate' });
});

test('barred LLMs are left out, unless all are; a price makes one dearer', () => {
  const bar = { constraint: 'health', reason: 'it fails' } as const;
  assert.deepEqual(
    rankBy([strong, cheap], {}, {}, { barred: (model) => (model === 'strong' ? bar : undefined) }).excluded,
    [{ model: 'strong', ...bar }],
  );
  const all = rankBy([strong, cheap], {}, {}, { barred: () => bar });
  assert.deepEqual([all.ranking.length, all.allBarred], [2, true]);
  assert.deepEqual(
    rankBy([strong, cheap], {}, {}, { price: (model) => (model === 'strong' ? 0.1 : 0) }).ranking.map((one) => [
      one.model,
      one.utility,
    ]),
    [
      ['cheap', 0.85],
      ['strong', 0.8],
    ],
  );
});

test('a policy and a request: lists of both hold, other rules are the request’s', () => {
  const policy: PolicyBody = {
    description: 'ours',
    models: ['a', 'b'] as never,
    exclude: ['c'] as never,
    regions: ['eu', 'ch'],
    cost_weight: 1,
    min_quality: 0.5,
  };
  assert.deepEqual(
    withRequest(policy, { models: ['b', 'd'] as never, exclude: ['e'] as never, regions: ['ch'], cost_weight: 2 }),
    {
      models: ['b'],
      exclude: ['c', 'e'],
      regions: ['ch'],
      cost_weight: 2,
      min_quality: 0.5,
    },
  );
  assert.throws(() => policyOf('nope', new Map([['ours', policy]])), {
    code: 'unknown_policy',
    message: /one of balanced, cost, latency, ours, quality, got "nope"/,
  });
  assert.equal(policyOf('cost', new Map([['cost', policy]])), policy, 'a team’s own goes before a built-in one');
});

test('an LLM without capacity is excluded; where all healthy ones are full, they stay, by their prices', () => {
  const price = (model: string): number => (model === 'strong' ? 30 : 10);
  const one = rankBy(
    [strong, cheap],
    {},
    {},
    { full: (model) => (model === 'strong' ? 'it is full' : undefined), price },
  );
  assert.deepEqual(
    [one.excluded, one.allFull, one.ranking[0]!.load_price],
    [[{ model: 'strong', constraint: 'load', reason: 'it is full' }], false, 10],
  );
  const all = rankBy(
    [strong, cheap, fast],
    {},
    {},
    {
      barred: (model) => (model === 'fast' ? { constraint: 'health', reason: 'it fails' } : undefined),
      full: () => 'it is full',
      price,
    },
  );
  assert.deepEqual(
    all.ranking.map(({ model }) => model),
    ['cheap', 'strong'],
  );
  assert.deepEqual(
    [all.excluded.map(({ constraint }) => constraint), all.allBarred, all.allFull],
    [['health'], false, true],
  );
  assert.equal(rankBy([strong], {}).ranking[0]!.load_price, undefined);
});

test('what is not finite is not known, and is never an advantage', () => {
  for (const odd of [Infinity, NaN, 1e308, -Infinity]) {
    const broken = { ...llm('broken', 0.8, odd, odd), uncertainty: odd, correction: odd };
    for (const policy of ['quality', 'balanced', 'cost', 'latency']) {
      const { ranking } = rankBy([broken, strong, llm('mad', odd, 0.01, 20_000)], { policy }, {}, { price: () => odd });
      assert.equal(ranking.length, 3);
      for (const one of ranking)
        for (const [field, value] of Object.entries(one))
          if (field !== 'model')
            assert.ok(value === null || Number.isFinite(value), `${odd} ${policy}: ${field} ${value}`);
      assert.equal(ranking[0]!.model, 'strong', `${odd} ${policy}`);
    }
  }
  assert.deepEqual(order([llm('broken', 0.9, Infinity), strong], { max_cost_usd: 1 }), ['strong']);
});
