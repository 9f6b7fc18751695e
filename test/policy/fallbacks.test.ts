import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fallbacksOf, MAX_FALLBACKS } from '../../src/policy/fallbacks.js';
import type { LlmId } from '../../src/schema/ids.js';
import type { RankedLlm } from '../../src/schema/route.js';

function ranking(...utilities: [string, number][]): RankedLlm[] {
  return utilities.map(([model, utility]) => ({
    model: model as LlmId,
    quality: utility,
    uncertainty: 0.1,
    cost_usd: null,
    latency_ms: null,
    latency_p90_ms: null,
    utility,
  }));
}

function never(): number {
  throw new Error('asked for a similarity that nothing depends on');
}

test('the others by utility, without asking for similarity', () => {
  assert.deepEqual(fallbacksOf(ranking(['b', 0.8], ['c', 0.6]), never), ['b', 'c']);
});

test('near ties go to the nearest profile; clear differences do not', () => {
  const near = new Map([
    ['b', 0.1],
    ['c', 0.9],
    ['d', 1],
  ]);
  assert.deepEqual(
    fallbacksOf(ranking(['b', 0.8], ['c', 0.795], ['d', 0.5]), (model) => near.get(model) ?? 0),
    ['c', 'b', 'd'],
  );
});

test('the nearest comes first whatever the utilities, where it is asked for', () => {
  const near = new Map([
    ['b', 0.1],
    ['c', 0.3],
    ['d', 1],
  ]);
  assert.deepEqual(
    fallbacksOf(ranking(['b', 0.8], ['c', 0.795], ['d', 0.1]), (model) => near.get(model) ?? 0, true),
    ['d', 'c', 'b'],
  );
});

test('a single candidate has no fallback, many have five', () => {
  assert.deepEqual(fallbacksOf([], never), []);
  assert.equal(
    fallbacksOf(ranking(...Array.from({ length: 9 }, (_, i): [string, number] => [`m${i}`, 1 - i / 10])), never).length,
    MAX_FALLBACKS,
  );
  assert.equal(
    fallbacksOf(ranking(...Array.from({ length: 9 }, (_, i): [string, number] => [`m${i}`, 0.5])), () => 0).length,
    MAX_FALLBACKS,
  );
});
