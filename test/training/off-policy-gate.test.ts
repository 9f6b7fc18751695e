import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { loggingPolicy } from '../../src/measure/off-policy.js';
import { LEARNED, type Prediction } from '../../src/measure/predictions.js';
import { IN_FORCE, REFERENCE } from '../../src/training/gate.js';
import { judgeOffPolicy, type OffPolicyInput } from '../../src/training/off-policy-gate.js';
import { datasetOf } from '../support/learn.js';
import { handLog } from '../support/rows.js';

/**
 * A log of one answer a query, by an LLM drawn evenly: `a` is right on every other query, `b` on the rest.
 *
 * @param explored share of the answers whose propensity is logged
 */
async function log(queries: number, explored = 0): Promise<OffPolicyInput['heldOut']> {
  const rng = createRng(2);
  const rows = handLog(
    ['a', 'b'],
    Array.from({ length: queries }, (_, i) => {
      const of = rng.next() < 0.5 ? 'a' : 'b';
      return {
        text: `query ${i}`,
        scores: { [of]: Number((i % 2 === 0) === (of === 'a')) },
        ...(i < explored * queries && { propensities: { [of]: 0.5 } }),
      };
    }),
  );
  const data = await datasetOf(rows);
  const all = Int32Array.from({ length: queries }, (_, q) => q);
  rightOn = Array.from(rows.queries, ({ text }) => (Number(text.split(' ')[1]) % 2 === 0 ? 0 : 1));
  return { data, queries: all, policy: loggingPolicy(data, all) };
}
let rightOn: number[];

/** A router that chooses the LLM that is right on a share of the queries, and `a` else. */
const right = (name: string, share: number): Prediction => ({
  name,
  title: `the ${name}`,
  told: false,
  scores: Float32Array.from({ length: 2 * rightOn.length }, (_, i) => {
    const q = i >> 1;
    return Number(i % 2 === (q < share * rightOn.length ? rightOn[q]! : 0));
  }),
});

/** A router that chooses `b` on every third query, whoever is right. */
const third = (name: string): Prediction => ({
  ...right(name, 0),
  scores: Float32Array.from({ length: 2 * rightOn.length }, (_, i) => Number((i % 2 === 1) === ((i >> 1) % 3 === 0))),
});

const judged = (heldOut: OffPolicyInput['heldOut'], predictions: Prediction[], current: string, serving = true) =>
  judgeOffPolicy({ heldOut, predictions, current, serving }, createRng(1));

describe('a log of one answer a query', () => {
  test('lets in a profile that is better by more than chance, and says by how much', async () => {
    const held = await log(600);
    const { status, serve, reason } = judged(held, [right(LEARNED.name, 1), right(IN_FORCE, 0)], IN_FORCE);
    assert.deepEqual([status, serve], ['accepted', 'learned']);
    assert.match(
      reason,
      /^better: \+0\.[45]\d\d \(\+0\.\d{3} to \+0\.\d{3}\) beside the in-force, estimated off-policy from 600 queries/,
    );
  });

  test('lets in one that does the same as what serves', async () => {
    const { serve, reason } = judged(await log(600), [right(LEARNED.name, 0.2), right(IN_FORCE, 0.2)], IN_FORCE);
    assert.equal(serve, 'learned');
    assert.match(reason, /^not worse: \+0\.000/);
  });

  test('keeps what serves where one is worse', async () => {
    const { status, serve, baseline, reason } = judged(
      await log(600),
      [right(LEARNED.name, 0), right(IN_FORCE, 1)],
      IN_FORCE,
    );
    assert.deepEqual([status, serve, baseline], ['rejected', 'in-force', null]);
    assert.match(reason, /^worse: −0\.[45]/);
  });

  test('keeps what serves where it cannot tell, and says how many more scores would do', async () => {
    const { status, serve, reason } = judged(await log(400), [third(LEARNED.name), right(IN_FORCE, 0)], IN_FORCE);
    assert.deepEqual([status, serve], ['accepted', 'in-force']);
    assert.match(reason, /^cannot be judged: .*; about \d+ more scored answers like these would tell$/);
  });

  test('tries what it cannot tell of where chance goes on to choose, unless there is hardly a log', async () => {
    const predictions = [third(LEARNED.name), right(IN_FORCE, 0)];
    const tried = judged(await log(400, 0.5), predictions, IN_FORCE);
    assert.deepEqual([tried.status, tried.serve], ['accepted', 'learned']);
    assert.match(
      tried.reason,
      /^tried, as nothing says that it is worse: .*, with propensities logged for 50% and else/,
    );
    assert.equal(judged(await log(400, 0.1), predictions, IN_FORCE).serve, 'in-force');
    assert.equal(judged(await log(380, 0.5), predictions, IN_FORCE).serve, 'in-force');
    const worse = judged(await log(600, 1), [right(LEARNED.name, 0), right(IN_FORCE, 1)], IN_FORCE);
    assert.deepEqual([worse.status, worse.serve], ['rejected', 'in-force']);
  });

  test('holds a profile against the reference of its line, too', async () => {
    const held = await log(600);
    const slipped = judged(held, [right(LEARNED.name, 0), right(IN_FORCE, 0), right(REFERENCE, 1)], IN_FORCE);
    assert.deepEqual([slipped.status, slipped.serve], ['accepted', 'reference']);
    const better = judged(held, [right(LEARNED.name, 1), right(IN_FORCE, 0), right(REFERENCE, 0.9)], IN_FORCE);
    assert.equal(better.serve, 'learned');
    const unsure = judged(await log(400), [third(LEARNED.name), third(IN_FORCE), right(REFERENCE, 0)], IN_FORCE);
    assert.equal(unsure.serve, 'in-force');
    assert.match(unsure.reason, /^cannot be judged: .* beside the reference/);
  });

  test('lets in one that differs from what serves on so few queries that little can be lost', async () => {
    const { serve, reason } = judged(await log(600), [right(LEARNED.name, 0.01), right(IN_FORCE, 0)], IN_FORCE);
    assert.equal(serve, 'learned');
    assert.match(reason, /^not worse: [+−]0\.\d+ \(−0\.00\d to \+0\.00\d\)/);
  });

  test('cannot tell by a handful of queries, however well they went', async () => {
    const { serve, reason } = judged(await log(40), [right(LEARNED.name, 1), right(IN_FORCE, 0)], IN_FORCE);
    assert.equal(serve, 'in-force');
    assert.match(reason, /^cannot be judged: .* \(where they differ, too few answers tell\)/);
  });

  test('has the best single LLM serve on a first run that cannot be judged', async () => {
    const held = await log(40);
    const predictions = [right(LEARNED.name, 1), right('best-single', 0)];
    const { status, serve, baseline } = judged(held, predictions, 'best-single', false);
    assert.deepEqual([status, serve, baseline], ['accepted', 'baseline', 'best-single']);
  });

  test('lets a baseline in where it is surely better than both', async () => {
    const held = await log(600);
    const predictions = [right(LEARNED.name, 0.2), right('ridge', 1), right(IN_FORCE, 0)];
    const { serve, baseline, reason } = judged(held, predictions, IN_FORCE);
    assert.deepEqual([serve, baseline], ['baseline', 'ridge']);
    assert.match(reason, /^the ridge is better/);
  });
});
