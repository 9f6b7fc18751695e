import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import type { Dataset } from '../../src/dataset/dataset.js';
import { doublyRobust, loggingPolicy, pairedInterval, policyToJudgeBy } from '../../src/measure/off-policy.js';
import { meanOf, outcomesOf, utilities } from '../../src/measure/outcomes.js';
import { oracleScores } from '../../src/measure/predictions.js';
import { datasetOf } from '../support/learn.js';
import { handLog, type HandQuery } from '../support/rows.js';

const QUERIES = 2_000;
const ALL = Int32Array.from({ length: QUERIES }, (_, q) => q);

/** One answer a query, of `a` in four of five, which scores 0.6; `b` is right on one kind of query and else wrong. */
let data: Dataset;
let isRight: boolean[];
before(async () => {
  const rng = createRng(1);
  const queries = Array.from({ length: QUERIES }, (_, i): HandQuery => {
    const right = rng.next() < 0.5;
    const text = `${right ? 'right' : 'wrong'} ${i}`;
    return { text, scores: rng.next() < 0.8 ? { a: 0.6 } : { b: right ? 1 : 0 } };
  });
  const rows = handLog(['a', 'b'], queries);
  data = await datasetOf(rows);
  isRight = Array.from(rows.queries, ({ text }) => text.startsWith('right'));
});

const routed = (chooseB: (q: number) => boolean): Float32Array =>
  Float32Array.from({ length: 2 * QUERIES }, (_, i) => Number((i % 2 === 1) === chooseB(i >> 1)));

describe('what routing is worth by one answer a query', () => {
  test('is estimated as it is', () => {
    const policy = policyToJudgeBy(data, ALL)!;
    assert.ok(Math.abs(policy.propensity[0]! - 0.8) < 0.03 && Math.abs(policy.propensity[1]! - 0.2) < 0.03);
    const worth = (scores: Float32Array): number =>
      meanOf(utilities(outcomesOf({ data, queries: ALL, policy }, scores)));
    assert.ok(Math.abs(worth(routed(() => false)) - 0.6) < 1e-3);
    assert.ok(Math.abs(worth(routed(() => true)) - 0.5) < 0.05);
    assert.ok(Math.abs(worth(routed((q) => isRight[q]!)) - 0.8) < 0.06);
  });

  test('goes by logged propensities where whom was asked depends on the query, as a mean would not', async () => {
    const rng = createRng(2);
    // `b` is mostly asked what it is right on: its mean flatters it.
    const logged = Array.from({ length: QUERIES }, (_, i): HandQuery => {
      const right = rng.next() < 0.5;
      const chance = right ? 0.8 : 0.1;
      const asked = rng.next() < chance;
      return {
        text: `${right ? 'right' : 'wrong'} ${i}`,
        scores: asked ? { b: right ? 1 : 0 } : { a: 0.6 },
        propensities: asked ? { b: chance } : { a: 1 - chance },
      };
    });
    const worth = async (queries: readonly HandQuery[]): Promise<number> => {
      const of = await datasetOf(handLog(['a', 'b'], queries));
      const policy = policyToJudgeBy(of, ALL)!;
      assert.equal(policy.logged, queries[0]!.propensities === undefined ? 0 : 1);
      return meanOf(
        utilities(
          outcomesOf(
            { data: of, queries: ALL, policy },
            routed(() => true),
          ),
        ),
      );
    };
    assert.ok(Math.abs((await worth(logged)) - 0.5) < 0.05);
    assert.ok((await worth(logged.map(({ text, scores }): HandQuery => ({ text, scores: scores! })))) > 0.7);
  });

  test('counts a query as often as an LLM was drawn for it, as users ask again what went wrong', async () => {
    const rng = createRng(3);
    // Both LLMs are as good; hard queries are asked three times.
    const queries = Array.from({ length: QUERIES }, (_, i): HandQuery => {
      const hard = rng.next() < 0.5;
      const times: Record<string, number> = {};
      for (let asked = 0; asked < (hard ? 3 : 1); asked++) {
        const llm = rng.next() < 0.8 ? 'a' : 'b';
        times[llm] = (times[llm] ?? 0) + 1;
      }
      const scores = Object.fromEntries(Object.keys(times).map((llm) => [llm, hard ? 0 : 1]));
      return { text: `query ${i}`, scores, times, propensities: { a: 0.8, b: 0.2 } };
    });
    const of = await datasetOf(handLog(['a', 'b'], queries));
    const held = { data: of, queries: ALL, policy: policyToJudgeBy(of, ALL)! };
    // A quarter of the answers are to easy queries.
    for (const b of [false, true]) {
      const worth = meanOf(
        utilities(
          outcomesOf(
            held,
            routed(() => b),
          ),
        ),
      );
      assert.ok(Math.abs(worth - 0.25) < 0.03, `expected 0.25, got ${worth}`);
    }
  });

  test('takes a propensity of 1 for none: what was certain says nothing of those that were not asked', async () => {
    const certain = await datasetOf(
      handLog(
        ['a', 'b'],
        Array.from({ length: 4 }, (_, i): HandQuery => {
          const llm = i === 0 ? 'b' : 'a';
          return { text: `${i}`, scores: { [llm]: 1 }, propensities: { [llm]: 1 } };
        }),
      ),
    );
    const policy = loggingPolicy(certain, Int32Array.of(0, 1, 2, 3));
    assert.deepEqual([policy.logged, policy.propensity[1]], [0, 0.25]);
  });

  test('is unknown of an oracle, which would choose whom was asked', () => {
    const held = { data, queries: ALL, policy: loggingPolicy(data, ALL) };
    assert.ok(utilities(outcomesOf(held, oracleScores(held))).every(Number.isNaN));
  });

  test('is the score of the choice where every answer is logged', async () => {
    const rows = handLog(
      ['a', 'b'],
      [
        { text: 'one', scores: { a: 0.25, b: 1 } },
        { text: 'two', scores: { a: 0.5, b: 0 } },
      ],
    );
    const complete = await datasetOf(rows);
    const queries = Int32Array.of(0, 1);
    assert.equal(policyToJudgeBy(complete, queries), null);
    const policy = loggingPolicy(complete, queries);
    assert.deepEqual([doublyRobust(complete, 0, 0, policy), doublyRobust(complete, 1, 0, policy)], [0.25, 0.5]);
  });

  test('is unknown on a query without a score, and nothing is estimated of a log without any', async () => {
    const rows = handLog(
      ['a', 'b'],
      [
        { text: 'one', scores: { a: 1 } },
        { text: 'two', pairs: [['a', 'b']] },
      ],
    );
    const some = await datasetOf(rows);
    const queries = Int32Array.of(0, 1);
    assert.ok(Number.isNaN(doublyRobust(some, 1, 0, loggingPolicy(some, queries))));
    const pairs = await datasetOf(handLog(['a', 'b'], [{ text: 'two', pairs: [['a', 'b']] }]));
    assert.equal(policyToJudgeBy(pairs, Int32Array.of(0)), null);
  });
});

describe('an interval of paired differences', () => {
  test('holds their mean, and narrows with their number', () => {
    const made = (n: number) =>
      pairedInterval(
        Float64Array.from({ length: n }, (_, i) => i % 2),
        new Float64Array(n),
        2,
      );
    const [some, many] = [made(100), made(10_000)];
    assert.ok(Math.abs(some.mean - 0.5) < 1e-9 && some.low < 0.5 && some.high > 0.5);
    assert.ok(many.high - many.low < (some.high - some.low) / 9);
  });

  test('is everything where there are no pairs', () =>
    assert.deepEqual(pairedInterval(Float64Array.of(1, NaN), Float64Array.of(NaN, 1), 2), {
      pairs: 0,
      mean: 0,
      low: -Infinity,
      high: Infinity,
    }));
});
