import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { afterDecision, afterRow, UNANSWERED, valuesOf, type UnitMean } from '../../src/machines/experiment-answer.js';

test('of a decision, scores count by weight, calls as failed where one is, and times and costs are summed', () => {
  const rows = [
    { isCall: true, failed: true, latencyMs: 50 },
    { isCall: true, latencyMs: 100, costUsd: 0.25 },
    { isCall: false, score: 1, weight: 0.5 },
    { isCall: false, score: 0 },
  ];
  const values = valuesOf(rows.reduce(afterRow, UNANSWERED));
  assert.deepEqual(values, { quality: 0.5 / 1.5, errors: 1, latency: Math.log(150), cost: 0.25 });
});

test('what nobody told is no value', () => {
  assert.deepEqual(valuesOf(UNANSWERED), {});
  assert.deepEqual(valuesOf(afterRow(UNANSWERED, { isCall: false, score: 1 })), { quality: 1 });
  assert.deepEqual(valuesOf(afterRow(UNANSWERED, { isCall: true, latencyMs: 0 })), { errors: 0, latency: 0 });
});

test('a unit is the mean of its decisions, however often each is told anew', () => {
  const rng = createRng(1);
  const values = new Map<number, number>();
  let unit: UnitMean | undefined;
  for (let i = 0; i < 500; i++) {
    const [decision, value] = [rng.int(40), rng.next()];
    unit = afterDecision(unit, values.get(decision), value);
    values.set(decision, value);
  }
  const mean = Array.from(values.values()).reduce((a, b) => a + b, 0) / values.size;
  assert.equal(unit!.n, values.size);
  assert.ok(Math.abs(unit!.mean - mean) < 1e-12);
});
