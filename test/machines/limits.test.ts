import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import {
  capacityOf,
  claimSize,
  createUseWindow,
  debtAfter,
  MAX_PRICE,
  NO_DEBT,
  priceOf,
  SLOT_MS,
  slotOf,
  type Amounts,
  type Debt,
} from '../../src/machines/limits.js';

const START = Date.UTC(2026, 0, 1);
const request: Amounts = { requests: 1, tokens: 300 };

test('while the window has room, no 60 seconds hold more than the limit, and little of it goes unused', () => {
  for (const limit of [10, 600]) {
    const rng = createRng(limit);
    const window = createUseWindow();
    const sent: number[] = [];
    let inSlot = { slot: 0, requests: 0 };
    // Three times as many as may be sent, for five minutes.
    for (let at = START; at < START + 300_000; at -= (Math.log(1 - rng.next()) * 20_000) / limit) {
      const slot = slotOf(at);
      if (window.used(slot).requests + 1 > limit) continue;
      inSlot = { slot, requests: inSlot.slot === slot ? inSlot.requests + 1 : 1 };
      window.set(slot, { requests: inSlot.requests, tokens: 0 });
      sent.push(at);
    }
    for (const at of sent) assert.ok(sent.filter((other) => other > at - 60_000 && other <= at).length <= limit);
    assert.ok(sent.length >= 0.9 * 5 * limit, `${sent.length} of ${5 * limit}`);
  }
});

test('what is added to a slot counts until its minute is over', () => {
  const window = createUseWindow();
  const slot = slotOf(START);
  window.set(slot, { requests: 1, tokens: 300 });
  window.add(slot, { requests: 1, tokens: 200 });
  window.add(slot + 1, { requests: 1, tokens: 0 });
  window.add(slot, { requests: 0, tokens: -100 });
  assert.deepEqual(window.used(slot + 1), { requests: 3, tokens: 400 });
  assert.deepEqual(window.used(slot + 121), { requests: 1, tokens: 0 });
  window.add(slot + 121, { requests: 1, tokens: 5 });
  window.add(slot, { requests: 1, tokens: 900 });
  assert.deepEqual(window.used(slot + 121), { requests: 2, tokens: 5 });
});

test('says when there is room again', () => {
  const window = createUseWindow();
  const first = slotOf(START);
  window.set(first, { requests: 4, tokens: 0 });
  window.set(first + 20, { requests: 6, tokens: 0 });
  const now = START + 30_000;
  assert.equal(window.untilRoom('requests', 1, 11, now), 0);
  const [one, five] = [1, 5].map((wanted) => window.untilRoom('requests', wanted, 10, now)) as [number, number];
  assert.equal(one, 60_000 + SLOT_MS - 30_000);
  assert.equal(five, one + 20 * SLOT_MS);
  assert.equal(window.used(slotOf(now + one)).requests, 6);
  assert.equal(window.untilRoom('requests', 11, 10, now), 60_000, 'more than ever fits');
});

test('traffic well under the limit is free, and the price rises to its highest as more is asked than flows', () => {
  const capacity = capacityOf({ requests_per_minute: 600 });
  const priceAfter = (perSecond: number, seconds: number): number => {
    let debt: Debt = NO_DEBT;
    for (let i = 0; i < perSecond * seconds; i++)
      debt = debtAfter(debt, request, capacity, START + (i * 1000) / perSecond);
    return priceOf(debt, 0, capacity, request, 1);
  };
  assert.equal(priceAfter(5, 120), 0);
  assert.equal(priceAfter(9, 120), 0);
  assert.equal(priceAfter(1, 1), 0);
  const rising = [2, 5, 10, 20, 60].map((seconds) => priceAfter(20, seconds));
  assert.deepEqual(
    rising,
    rising.toSorted((a, b) => a - b),
  );
  assert.equal(rising.at(-1), MAX_PRICE);
  assert.ok(rising[1]! < 0.1, `a burst is cheap: ${rising[1]}`);
});

test('what is given back, and time, bring the price down', () => {
  const capacity = capacityOf({ tokens_per_minute: 60_000 });
  const full = debtAfter(NO_DEBT, { requests: 1, tokens: 90_000 }, capacity, START);
  assert.equal(priceOf(full, 0, capacity, request, 1), MAX_PRICE);
  const returned = debtAfter(full, { requests: 0, tokens: -15_000 }, capacity, START);
  const later = debtAfter(full, { requests: 0, tokens: 0 }, capacity, START + 16_000);
  for (const debt of [returned, later]) assert.ok(priceOf(debt, 0, capacity, request, 1) < 0.2);
  assert.deepEqual(debtAfter(full, { requests: 0, tokens: -1e9 }, capacity, START), {
    requests: 0,
    tokens: 0,
    at: START,
  });
  assert.ok(
    priceOf(later, 0, capacity, request, 2) > priceOf(later, 0, capacity, request, 1),
    'a query twice as long costs more',
  );
});

test('the last places in flight have a price, the first hardly', () => {
  const capacity = capacityOf({ in_flight: 10 });
  const prices = [0, 2, 5, 8, 9, 10].map((inFlight) => priceOf(NO_DEBT, inFlight, capacity, request, 1));
  assert.deepEqual(
    prices,
    prices.toSorted((a, b) => a - b),
  );
  assert.ok(prices[2]! < 0.005 && prices[4]! > 0.05);
  assert.equal(priceOf(NO_DEBT, 1_000, capacityOf({ requests_per_minute: 1 }), request, 1), 0);
});

test('claims ahead are a quarter second of what a process used, at most of the limit', () => {
  assert.equal(claimSize(0, 6_000), 0);
  assert.equal(claimSize(8, 6_000), 4);
  assert.equal(claimSize(800, 6_000), 25);
  assert.equal(claimSize(800, 10), 0);
});
