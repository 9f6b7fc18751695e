import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { DAY_MS } from '../../src/base/units.js';
import { answerAt, createLlms, simulateTraffic } from '../../src/simulator/index.js';

const to = Date.parse('2026-11-20T12:00:00Z');
const span = { from: to - 7 * DAY_MS, to };
const traffic = (seed: number) => simulateTraffic(createRng(seed), 800, span);

test('traffic comes in order of time within its span, the same for the same seed', () => {
  const requests = traffic(1);
  assert.equal(requests.length, 800);
  for (const [i, { at }] of requests.entries()) {
    assert.ok(at >= span.from && at < span.to);
    assert.ok(i === 0 || at >= requests[i - 1]!.at);
  }
  assert.deepEqual(requests, traffic(1));
  assert.notDeepEqual(requests, traffic(2));
});

test('an LLM that goes through something is worse there and then, and nowhere else', () => {
  const llm = createLlms(createRng(1), 8).find(({ profile }) => profile.id === 'sim/quill-34b')!;
  const from = span.from + 3 * DAY_MS;
  const lost = { model: llm.profile.id, task: 'translation', from, to: Infinity, skillLost: 0.5 };
  const mean = (task: string, isAfter: boolean): number => {
    const rng = createRng(3);
    const scores = traffic(4)
      .filter(({ query, at }) => query.task.id === task && at >= from === isAfter)
      .map((request) => answerAt(rng, llm, request, [lost]).score ?? 0);
    return scores.reduce((sum, score) => sum + score, 0) / scores.length;
  };
  assert.ok(mean('translation', false) - mean('translation', true) > 0.3);
  assert.ok(Math.abs(mean('extraction', false) - mean('extraction', true)) < 0.15);
});

test('calls fail while an LLM is out', () => {
  const [llm] = createLlms(createRng(1), 1);
  const out = { model: llm!.profile.id, from: span.from, to: span.to, failing: 1 };
  const answers = traffic(5).map((request) => answerAt(createRng(1), llm!, request, [out]));
  assert.ok(answers.every(({ error, score }) => error === 'timeout' && score === 0));
});
