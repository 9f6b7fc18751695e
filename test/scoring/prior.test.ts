import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LlmStats } from '../../src/store/ports/feedback.js';
import { type LlmProfile, LlmProfile as Profile } from '../../src/schema/profile.js';
import { estimateTokens } from '../../src/base/tokens.js';
import { expectedCost } from '../../src/scoring/cost.js';
import { declaredQuality } from '../../src/scoring/declared-quality.js';
import { createPriorScorer } from '../../src/scoring/prior.js';
import type { ScoredLlm } from '../../src/scoring/types.js';
import { statsOf, usageOn } from '../support/usage.js';

const EMPTY = new Float32Array(0);

const round = (x: number): number => Math.round(x * 1e6) / 1e6;

function profile(fields: object): LlmProfile {
  return Profile.parse(fields);
}

function scoreOf(llm: LlmProfile, row?: LlmStats, task?: string, query = 'What is 2 + 2?'): ScoredLlm {
  return createPriorScorer([llm], row ? [row] : []).score(query, EMPTY, task)[0] as ScoredLlm;
}

test('nothing known of an LLM: half, and unsure', () => {
  assert.deepEqual(
    { ...scoreOf(profile({ id: 'a' })), uncertainty: undefined },
    { model: 'a', quality: 0.5, uncertainty: undefined, costUsd: null, latencyMs: null, latencyP90Ms: null },
  );
  assert.ok(scoreOf(profile({ id: 'a' })).uncertainty >= 0.2);
});

test('declared facts: the task’s benchmark, else the mean of all, else the size', () => {
  const llm = profile({ id: 'a', size_b: 1, benchmarks: { gsm8k: 0.9, mmlu: 0.5 } });
  assert.equal(declaredQuality(llm, 'gsm8k'), 0.9);
  assert.equal(declaredQuality(llm, 'unheard of'), 0.7);
  assert.equal(declaredQuality(llm, 'toString'), 0.7);
  assert.ok(
    declaredQuality(profile({ id: 'b', size_b: 70 }), undefined) >
      declaredQuality(profile({ id: 'b', size_b: 8 }), undefined),
  );
  assert.equal(declaredQuality(profile({ id: 'b', size_b: 1e6 }), undefined), 0.7);
  assert.equal(declaredQuality(profile({ id: 'b', benchmarks: {} }), undefined), 0.5);
});

test('an LLM that became another keeps its score, with a wide uncertainty that its own answers narrow', () => {
  const of = (since: number): ScoredLlm =>
    scoreOf(
      profile({ id: 'a' }),
      statsOf('a', {
        meanScore: 0.8,
        scored: 800 + since,
        now: { scored: since, meanScore: 0.8, weight: since === 0 ? 800 : 50 + since },
      }),
    );
  const settled = scoreOf(profile({ id: 'a' }), statsOf('a', { meanScore: 0.8, interactions: 800, scored: 800 }));
  const [changed, some, many] = [of(0), of(20), of(400)];
  assert.ok(Math.abs(changed.quality - settled.quality) < 1e-9 && Math.abs(some.quality - settled.quality) < 0.02);
  assert.ok(
    changed.uncertainty > 8 * settled.uncertainty &&
      changed.uncertainty > some.uncertainty &&
      some.uncertainty > many.uncertainty,
    `${changed.uncertainty} ${some.uncertainty} ${many.uncertainty}`,
  );
  assert.ok(many.uncertainty < 2 * settled.uncertainty);
});

test('interactions pull the score towards their mean and narrow the uncertainty', () => {
  const few = scoreOf(profile({ id: 'a' }), statsOf('a', { meanScore: 1, interactions: 4 }));
  const many = scoreOf(profile({ id: 'a' }), statsOf('a', { meanScore: 1, interactions: 400 }));
  assert.equal(few.quality, 0.75);
  assert.ok(many.quality > 0.99);
  assert.ok(many.uncertainty < few.uncertainty / 4);
  assert.ok(scoreOf(profile({ id: 'a', benchmarks: { x: 0.99 } })).uncertainty >= 0.2);
});

test('wins and losses order LLMs without scores, and never outvote scores', () => {
  const loser = scoreOf(profile({ id: 'a' }), statsOf('a', { wins: 1, losses: 9 }));
  const winner = scoreOf(profile({ id: 'a' }), statsOf('a', { wins: 9, losses: 1 }));
  assert.ok(winner.quality > 0.7 && loser.quality < 0.3);
  assert.ok(winner.uncertainty >= 0.2);
  const scored = scoreOf(profile({ id: 'a' }), statsOf('a', { meanScore: 0.9, interactions: 100, losses: 1000 }));
  assert.ok(scored.quality > 0.85, String(scored.quality));
});

test('cost from prices and lengths; the logged mean where there is no price', () => {
  const llm = profile({ id: 'a', input_price: 1, output_price: 10 });
  const query = 'x'.repeat(4000);
  assert.equal(
    scoreOf(llm, statsOf('a', { usage: [usageOn(null, 1, { tokens: 100 })] }), undefined, query).costUsd,
    (1000 * 1 + 100 * 10) / 1e6,
  );
  assert.equal(scoreOf(profile({ id: 'a', input_price: 1 })).costUsd, null);
  assert.equal(scoreOf(profile({ id: 'a' }), statsOf('a', { costUsd: 0.002 })).costUsd, 0.002);
  assert.equal(scoreOf(profile({ id: 'a' }), statsOf('a', { costUsd: 0 })).costUsd, 0);
  assert.equal(expectedCost({ inputPrice: 0, outputPrice: 0, promptTokens: 5, completionTokens: 5 }), 0);
  assert.equal(estimateTokens(''), 1);
});

test('latency from the log, else as declared', () => {
  const llm = profile({ id: 'a', latency_ms: 900 });
  assert.equal(round(scoreOf(llm).latencyMs!), 900);
  assert.equal(
    round(scoreOf(profile({ id: 'a' }), statsOf('a', { usage: [usageOn(null, 3, { latencyMs: 450 })] })).latencyMs!),
    450,
  );
  const drawn = scoreOf(llm, statsOf('a', { usage: [usageOn(null, 20, { latencyMs: 450 })] }));
  assert.ok(drawn.latencyMs! > 450 && drawn.latencyMs! < 600, 'the declared one counts beside few');
  assert.ok(drawn.latencyP90Ms! > drawn.latencyMs!);
});

test('answers to one kind of query may be longer and slower', () => {
  const seen = statsOf('a', {
    usage: [
      usageOn('sums', 200, { tokens: 10, latencyMs: 100 }),
      usageOn('essays', 200, { tokens: 1000, latencyMs: 10_000 }),
    ],
  });
  const llm = profile({ id: 'a', input_price: 0, output_price: 10 });
  const [sums, essays, any] = ['sums', 'essays', undefined].map((task) => scoreOf(llm, seen, task));
  assert.ok(sums!.latencyMs! < 150 && essays!.latencyMs! > 7_000, `${sums!.latencyMs} ${essays!.latencyMs}`);
  assert.equal(round(any!.latencyMs!), 1_000);
  assert.ok(any!.latencyP90Ms! > 8_000, 'either kind may come');
  assert.ok(sums!.latencyP90Ms! < 400);
  assert.ok(sums!.costUsd! < 0.001 && essays!.costUsd! > 0.008);
});

test('no LLM, no scores; a deleted LLM’s statistics are no candidate', () => {
  const scorer = createPriorScorer([], [statsOf('gone', { meanScore: 1, interactions: 9 })]);
  assert.deepEqual([scorer.version, scorer.models, scorer.score('q', EMPTY)], [null, [], []]);
  assert.deepEqual(scorer.nearest('gone'), []);
});

test('nearest: same family and size first, itself never', () => {
  const scorer = createPriorScorer(
    [
      profile({ id: 'small', family: 'F', size_b: 8, tags: ['chat'] }),
      profile({ id: 'twin', family: 'F', size_b: 9, tags: ['chat'] }),
      profile({ id: 'giant', family: 'G', size_b: 900, tags: ['code'] }),
    ],
    [],
  );
  assert.deepEqual(
    scorer.nearest('small').map((one) => one.model),
    ['twin', 'giant'],
  );
  for (const { similarity } of scorer.nearest('small')) assert.ok(similarity >= 0 && similarity <= 1);
});

test('sums that are not finite say nothing', () => {
  const usage = [usageOn('t', 3, { latencyMs: Infinity, tokens: Infinity }), usageOn(null, 9, { latencyMs: 500 })];
  const now = { scored: 5, meanScore: NaN, weight: 0 };
  const scored = scoreOf(profile({ id: 'a' }), { ...statsOf('a', { costUsd: Infinity, usage }), now }, 't');
  assert.equal(scored.costUsd, null);
  assert.equal(Math.round(scored.latencyMs!), 500);
  assert.ok(Number.isFinite(scored.latencyP90Ms) && Number.isFinite(scored.quality));
});
