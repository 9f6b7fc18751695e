import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { sha256 } from '../../src/base/hash.js';
import { LEARNED, ORACLE, oracleScores, type HeldOut, type Prediction } from '../../src/measure/predictions.js';
import { IN_FORCE, isBetter, judge, REFERENCE, splitHeldOut, unjudged, type Verdict } from '../../src/training/gate.js';
import { datasetOf } from '../support/learn.js';
import { handLog } from '../support/rows.js';

const QUERIES = 40;

/** On every query one of two LLMs is right; a router that is right on the first `n` of them. */
let held: HeldOut;
before(async () => {
  const queries = Array.from({ length: QUERIES }, (_, i) => ({
    text: `query ${i}`,
    scores: i % 3 === 0 ? { a: 1, b: 0 } : { a: 0, b: 1 },
  }));
  held = { data: await datasetOf(handLog(['a', 'b'], queries)), queries: Int32Array.from(queries.keys()) };
});

const right = (n: number, name: string, told = false): Prediction => ({
  name,
  title: `the ${name}`,
  told,
  scores: oracleScores(held).map((s, i) => (i < 2 * n ? s : 1 - s)),
});
const verdictOf = (...predictions: Prediction[]): Verdict =>
  judge(held, [...predictions, right(QUERIES, ORACLE.name, true)], createRng(1));

describe('the gate', () => {
  test('accepts a profile that nothing simpler beats, whatever the oracle and routers that read the task do', () => {
    const { status, serve, baseline, comparison, reason } = verdictOf(
      right(25, LEARNED.name),
      right(24, 'nearest-queries'),
      right(38, 'task-best', true),
    );
    assert.deepEqual([status, serve, baseline], ['accepted', 'learned', null]);
    assert.match(reason, /no other router is better on 40 held-out queries/);
    assert.deepEqual(
      comparison.map(({ name, mean }) => [name, mean]),
      [
        ['learned', 0.625],
        ['nearest-queries', 0.6],
        ['task-best', 0.95],
        ['oracle', 1],
      ],
    );
  });

  const besideIncumbent = (incumbent: string, ...predictions: Prediction[]): Verdict =>
    judge(held, [...predictions, right(QUERIES, ORACLE.name, true)], createRng(1), incumbent);

  test('says of each difference where it lies, overall and by task', async () => {
    const queries = Array.from({ length: 200 }, (_, i) => ({
      text: `query ${i}`,
      task: i % 2 === 0 ? 'even' : 'odd',
      scores: { a: 1, b: 0 },
    }));
    const own = { data: await datasetOf(handLog(['a', 'b'], queries)), queries: Int32Array.from(queries.keys()) };
    // Of the even queries the rival gets all right that the profile gets wrong; of the odd ones it differs on none.
    const scores = oracleScores(own);
    const wrong = scores.map((s, i) => (i % 4 < 2 && i < 160 ? 1 - s : s));
    const { comparison } = judge(
      own,
      [
        { ...LEARNED, scores: wrong },
        { name: 'ridge', title: 'ridge', told: false, scores },
      ],
      createRng(1),
    );
    const [learned, ridge] = comparison;
    assert.deepEqual([learned!.low, learned!.high], [0, 0]);
    assert.ok(ridge!.low! > 0.1 && ridge!.low! < ridge!.difference && ridge!.difference < ridge!.high!);
    assert.equal(ridge!.difference, 0.2);
    assert.deepEqual(
      ridge!.tasks!.map(({ task, queries: n, difference }) => [task, n, difference]),
      [
        ['even', 100, 0.4],
        ['odd', 100, 0],
      ],
    );
  });

  test('has wide intervals of few differences, and none by task where no task is known', () => {
    const { low, high, tasks } = verdictOf(right(25, LEARNED.name), right(26, 'ridge')).comparison[1]!;
    assert.ok(low! < 0 && high! > 0.05, `${low} to ${high}`);
    assert.equal(tasks, undefined);
  });

  test('has what serves give way to another design only where that is better', () => {
    const tie = [right(25, LEARNED.name), right(25, IN_FORCE), right(20, 'ridge')];
    assert.equal(verdictOf(...tie).serve, 'learned', 'one of the same design gives way');
    const { status, serve, reason } = besideIncumbent(IN_FORCE, ...tie);
    assert.deepEqual([status, serve], ['accepted', 'in-force']);
    assert.match(reason, /not better than what is in force, which is of another design, on 40 held-out queries/);
    assert.equal(besideIncumbent(IN_FORCE, right(38, LEARNED.name), right(25, IN_FORCE)).serve, 'learned');
    assert.equal(besideIncumbent('ridge', right(25, LEARNED.name), right(25, 'ridge')).serve, 'in-force');
    assert.equal(besideIncumbent('ridge', right(38, LEARNED.name), right(25, 'ridge')).serve, 'learned');
  });

  test('has what serves give way to a baseline only where that is better, or the same one, fitted anew', () => {
    const bad = right(10, LEARNED.name);
    assert.equal(besideIncumbent(IN_FORCE, bad, right(30, 'ridge'), right(29, IN_FORCE)).serve, 'in-force');
    assert.equal(besideIncumbent(IN_FORCE, bad, right(39, 'ridge'), right(20, IN_FORCE)).baseline, 'ridge');
    assert.equal(besideIncumbent('ridge', bad, right(30, 'ridge'), right(29, 'nearest-queries')).baseline, 'ridge');
    assert.equal(besideIncumbent('ridge', bad, right(29, 'ridge'), right(30, 'nearest-queries')).serve, 'in-force');
  });

  test('has what serves stay where nothing can be held out to compare another design with', () => {
    assert.equal(unjudged(12, true).serve, 'in-force');
    assert.match(unjudged(12, true).reason, /12 queries are too few .*a version of another design is in force/);
  });

  test('does not take chance for a difference', () => {
    const { status, comparison } = verdictOf(right(25, LEARNED.name), right(26, 'ridge'));
    assert.equal(status, 'accepted');
    assert.ok(comparison[1]!.difference > 0 && comparison[1]!.p > 0.05);
  });

  test('rejects a profile that a baseline beats, and has the best of them serve', () => {
    const { status, serve, baseline, reason } = verdictOf(
      right(20, LEARNED.name),
      right(30, 'ridge'),
      right(35, 'soft-task'),
    );
    assert.deepEqual([status, serve, baseline], ['rejected', 'baseline', 'soft-task']);
    assert.match(reason, /the soft-task is better by 0\.3750 \(p = 0\.0\d+\) on 40 held-out queries/);
  });

  test('keeps the version in force where that is better than what was trained and than every baseline', () => {
    const kept = verdictOf(right(20, LEARNED.name), right(30, 'ridge'), right(40, IN_FORCE));
    assert.deepEqual([kept.status, kept.serve, kept.baseline], ['rejected', 'in-force', null]);
    const alone = verdictOf(right(20, LEARNED.name), right(35, IN_FORCE));
    assert.deepEqual([alone.status, alone.serve], ['rejected', 'in-force']);
  });

  test('replaces the version in force by a baseline that is as good', () => {
    assert.equal(verdictOf(right(10, LEARNED.name), right(30, 'ridge'), right(30, IN_FORCE)).serve, 'baseline');
  });

  test('has the reference of the line serve again where what came after it got worse step by step', () => {
    const slipped = verdictOf(right(20, LEARNED.name), right(21, IN_FORCE), right(32, REFERENCE), right(22, 'ridge'));
    assert.deepEqual([slipped.status, slipped.serve, slipped.baseline], ['rejected', 'reference', null]);
    assert.match(slipped.reason, /^the reference is better by 0\.3000/);
    assert.equal(verdictOf(right(20, LEARNED.name), right(40, IN_FORCE), right(32, REFERENCE)).serve, 'in-force');
    assert.equal(verdictOf(right(31, LEARNED.name), right(21, IN_FORCE), right(32, REFERENCE)).serve, 'learned');
  });

  test('tells what is better by more than chance', () => {
    const beats = (n: number, than: number): boolean =>
      isBetter(held, { of: right(n, 'one'), than: right(than, 'another') }, createRng(1));
    assert.deepEqual([beats(36, 20), beats(36, 35), beats(20, 36)], [true, false, false]);
  });

  test('says that a log is too short to hold anything out', () => {
    assert.deepEqual([unjudged(3).status, unjudged(3).serve, unjudged(3).comparison], ['accepted', 'learned', []]);
    assert.match(unjudged(3).reason, /3 queries are too few/);
  });
});

describe('held-out queries', () => {
  const hashOf = (q: number): string => sha256(`query ${q}`);
  const upTo = (n: number) =>
    splitHeldOut(
      Int32Array.from({ length: n }, (_, i) => i),
      hashOf,
    );

  test('are none of few, a quarter of some, a tenth of many, and of very many no more than tell routers apart', () => {
    assert.ok(Math.abs(upTo(200_000).heldOut.length - 5000) < 300, String(upTo(200_000).heldOut.length));
    assert.equal(upTo(19).heldOut.length, 0);
    for (const [n, share] of [
      [400, 0.25],
      [600, 0.25],
      [20_000, 0.1],
    ] as const)
      assert.ok(Math.abs(upTo(n).heldOut.length / n - share) < 0.05, `${upTo(n).heldOut.length} of ${n}`);
  });

  test('stay held out as the log grows, but for the share that falls', () => {
    const [small, large] = [upTo(600), upTo(20_000)];
    const seen = new Set(small.seen);
    assert.ok(
      large.heldOut.every((q) => !seen.has(q)),
      'what was learned from is never judged by',
    );
    assert.equal(small.seen.length + small.heldOut.length, 600);
  });
});
