import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { compareHeldOut, LEARNED, newContenders, ORACLE } from '../../src/evaluation/held-out.js';
import { rankingAccuracy, routedMean } from '../../src/evaluation/metrics.js';
import type { GraphRows } from '../../src/graph/rows.js';
import { openBackend } from '../../src/tensor/backend.js';
import { datasetOf } from '../support/learn.js';
import { smallLog } from '../support/log.js';

/** Compares on every fifth query of a log; the learned router is one that always takes `calculator`. */
async function compare(rows: GraphRows, contenders = newContenders()) {
  const data = await datasetOf(rows);
  const queries = Array.from(rows.queries.keys());
  const [test, train] = [queries.filter((q) => q % 5 === 0), queries.filter((q) => q % 5 !== 0)].map((list) => Int32Array.from(list)) as [Int32Array, Int32Array];
  const found = await compareHeldOut(data, train, test, () => Float32Array.of(1, 0, 0), { tf: (await openBackend('cpu')).tf, rng: createRng(1) }, contenders);
  return { test, contenders: found, named: (name: string | RegExp) => found.find((c) => (typeof name === 'string' ? c.name === name : name.test(c.name)))!.tally };
}

describe('comparison on held-out queries', () => {
  it('puts the learned router between the baselines and the oracle', async () => {
    const { contenders, test } = await compare(smallLog({ queries: 200 }));
    assert.equal(contenders.at(-2)!.name, LEARNED);
    assert.equal(contenders.at(-1)!.name, ORACLE);
    for (const { tally } of contenders) assert.equal(tally.queries, test.length);
  });

  it('finds on a log of two crafts what is there: the task tells who is best, one LLM for all does not', async () => {
    const { contenders, named } = await compare(smallLog({ queries: 400 }));
    const [single, told, nearest, learned, oracle] = [/^best single/, /^per-task/, /^k nearest/, LEARNED, ORACLE].map((name) => routedMean(named(name))) as [number, number, number, number, number];
    assert.ok(single > 0.3 && single < 0.7, String(single));
    assert.ok(told > 0.8, String(told));
    assert.ok(nearest > 0.8, String(nearest));
    assert.ok(learned < 0.7, 'who always takes the same LLM');
    for (const { name, tally } of contenders) assert.ok(routedMean(tally) <= oracle, name);
  });

  it('ranks comparisons', async () => {
    const { named } = await compare(smallLog({ queries: 200, preferences: true }));
    assert.equal(rankingAccuracy(named(/^per-task/)), 1);
    assert.equal(rankingAccuracy(named(ORACLE)), 1);
    assert.ok(named(/^per-task/).comparisons > 0);
  });

  it('adds up over folds when it is given the sums so far', async () => {
    const once = await compare(smallLog({ queries: 50 }));
    const twice = await compare(smallLog({ queries: 50 }), (await compare(smallLog({ queries: 50 }))).contenders);
    assert.equal(twice.named(ORACLE).queries, 2 * once.named(ORACLE).queries);
  });
});
