import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  afterCall,
  CLOSED,
  failureOf,
  failuresOf,
  healthOf,
  overridden,
  stateOf,
  withoutFuture,
  type Breaker,
} from '../../src/machines/breaker.js';
import { AHEAD_MS } from '../../src/base/clock.js';
import { BreakerSettings, DEFAULT_BREAKER } from '../../src/schema/health.js';

const SECOND = 1000;
const NOW = Date.UTC(2026, 0, 2);

/** The breaker after calls, one a second from `from` on: `.` for one that succeeded, `x` for one that failed. */
function after(calls: string, from: { breaker?: Breaker; at?: number; settings?: BreakerSettings } = {}): Breaker {
  const { breaker = CLOSED, at = NOW, settings = DEFAULT_BREAKER } = from;
  return [...calls].reduce(
    (state, call, i) =>
      afterCall(state, { error: call === 'x' ? `failure ${i}` : null, at: at + i * SECOND }, settings),
    breaker,
  );
}

/** Opened by the fifth of five failures. */
const OPEN = after('xxxxx');
const OPENED_AT = NOW + 4 * SECOND;
const COOL = OPENED_AT + DEFAULT_BREAKER.cool_down_ms;

describe('a breaker', () => {
  test('opens at the share of failures among the last calls, and not on too few', () => {
    for (const calls of ['xxxx', '.'.repeat(100), '.........xxxxxxxx.', 'x..x..x..x..x..x..x..'])
      assert.equal(after(calls).openedAt, null, calls);
    assert.equal(OPEN.openedAt, OPENED_AT);
    assert.equal(after('.xx.x').openedAt, OPENED_AT, 'three of five');
    const long = after(`${'.'.repeat(500)}xxxxxxxxxx`);
    assert.equal(long.openedAt, NOW + 509 * SECOND, 'ten of the last twenty, however many came before');
    assert.deepEqual([long.calls, failuresOf(long), long.error], [20, 10, 'failure 509']);
    assert.equal(after('.xxxx', { settings: BreakerSettings.parse({ failure_rate: 1 }) }).openedAt, null);
  });

  test('forgets what was before a long pause', () => {
    const paused = after('x', { breaker: after('xxxx'), at: NOW + 3 * SECOND + DEFAULT_BREAKER.window_ms + 1 });
    assert.deepEqual([paused.openedAt, paused.calls], [null, 1]);
  });

  test('of a time that is yet to come is tried at once; of one that is near, it is as it was', () => {
    for (const now of [OPENED_AT, OPENED_AT - AHEAD_MS, COOL + 1]) assert.equal(withoutFuture(OPEN, now), OPEN);
    const now = OPENED_AT - AHEAD_MS - 1;
    const healed = withoutFuture(OPEN, now);
    assert.equal(stateOf(healed, now), 'half_open');
    assert.equal(withoutFuture(healed, now), healed);
    assert.equal(after('..', { breaker: healed, at: now }).openedAt, null);
    assert.equal(after('x', { breaker: healed, at: now }).openedAt, now);
    const byOperator = withoutFuture(overridden(CLOSED, 'open', 'too dear', OPENED_AT), now);
    assert.deepEqual([stateOf(byOperator, NOW * 2), byOperator.openedAt], ['open', now]);
    assert.equal(after('x', { breaker: withoutFuture(after('xxxx'), NOW - 86_400_000), at: NOW }).calls, 1);
  });

  test('is shown by the time of day', () => {
    const { opened_at, retry_at } = healthOf('m', OPEN, OPENED_AT + SECOND, SECOND);
    assert.deepEqual([opened_at, retry_at], [new Date(0).toISOString(), new Date(30_000).toISOString()]);
  });

  test('takes no notice, while it is open, of calls that were begun before', () => {
    assert.deepEqual(after('..x.', { breaker: OPEN, at: OPENED_AT + SECOND }), OPEN);
    assert.equal(stateOf(OPEN, COOL - 1), 'open');
  });

  test('is tried after the cool-down, closes when enough succeed, and stays out twice as long when one fails', () => {
    assert.equal(stateOf(OPEN, COOL), 'half_open');
    const one = after('.', { breaker: OPEN, at: COOL });
    assert.equal(stateOf(one, COOL + SECOND), 'half_open');
    assert.deepEqual(after('.', { breaker: one, at: COOL + SECOND }), { ...CLOSED, lastAt: COOL + SECOND });
    const failed = after('x', { breaker: one, at: COOL + SECOND });
    assert.deepEqual(
      [failed.openedAt, failed.coolDownMs, failed.successes],
      [COOL + SECOND, 2 * DEFAULT_BREAKER.cool_down_ms, 0],
    );
    let breaker = OPEN;
    for (let i = 0; i < 20; i++) breaker = after('x', { breaker, at: breaker.openedAt! + breaker.coolDownMs! });
    assert.equal(breaker.coolDownMs, DEFAULT_BREAKER.max_cool_down_ms);
  });

  test('is an operator’s to open, for as long as wanted, and to close', () => {
    const held = overridden(CLOSED, 'open', undefined, NOW);
    assert.equal(stateOf(held, NOW + 1e12), 'open');
    assert.deepEqual(after('....', { breaker: held, at: NOW + 1e9 }), held);
    assert.deepEqual(healthOf('an/llm', held, NOW), {
      model: 'an/llm',
      state: 'open',
      calls: 0,
      failures: 0,
      error: 'taken out by an operator',
      opened_at: '2026-01-02T00:00:00.000Z',
      retry_at: null,
    });
    assert.deepEqual(overridden(held, 'closed', undefined, NOW), { ...CLOSED, lastAt: NOW });
    assert.equal(healthOf('an/llm', OPEN, NOW).retry_at, new Date(COOL).toISOString());
  });

  test('counts slow answers as failures where that is asked for', () => {
    const strict = BreakerSettings.parse({ timeout_ms: 2000 });
    assert.equal(failureOf({ latency_ms: 2001 }, DEFAULT_BREAKER), null);
    assert.equal(failureOf({ latency_ms: 2000 }, strict), null);
    assert.match(failureOf({ latency_ms: 2001 }, strict)!, /2001 ms/);
    assert.equal(failureOf({ error: 'rate limit', latency_ms: 9e9 }, strict), 'rate limit');
  });
});
