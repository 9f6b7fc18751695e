import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { moveOf, verdictOf, type ArmSums, type CanaryVerdict } from '../../src/machines/canary.js';
import { added, NO_SUMS, type Sums } from '../../src/machines/sequential.js';
import { Canary, DEFAULT_STEPS, Margins } from '../../src/schema/experiment.js';

const NOTHING: ArmSums = { quality: NO_SUMS, errors: NO_SUMS, latency: NO_SUMS, cost: NO_SUMS };
const MARGINS = Margins.parse({});
const coins = (ones: number, n: number): Sums => ({ n, mean: ones / n, m2: ones * (1 - ones / n) });
/** Logarithms of latencies, or costs, with a deviation of as much as is said. */
const spread = (n: number, mean: number, deviation: number): Sums => ({ n, mean, m2: n * deviation ** 2 });

/** An arm with many answers of each measure. */
const arm = (n: number, with_: Partial<ArmSums> = {}): ArmSums => ({
  quality: coins(0.7 * n, n),
  errors: coins(0.01 * n, n),
  latency: spread(n, 6, 0.6),
  cost: spread(n, 0.002, 0.002),
  ...with_,
});

describe('a candidate', () => {
  test('of which nothing was seen is open', () => {
    assert.deepEqual(verdictOf(NOTHING, NOTHING, MARGINS), {
      verdict: 'open',
      measure: null,
      why: 'nothing was seen yet',
    });
  });

  test('that is as good is open with few answers, and within the margins with many', () => {
    const few = verdictOf(arm(500), arm(2000), MARGINS);
    assert.equal(few.verdict, 'open');
    assert.match(few.why, /^too few answers to tell: quality 0\.0 points \(-\d/);
    const many = verdictOf(arm(200_000), arm(200_000), MARGINS);
    assert.equal(many.verdict, 'not_worse');
    assert.match(many.why, /^within the margins: quality .*, errors .*, latency 1\.00 times .*, cost 1\.00 times/);
  });

  test('that is worse in a measure is worse in that one', () => {
    const worse = {
      quality: { quality: coins(1200, 2000) },
      errors: { errors: coins(120, 2000) },
      latency: { latency: spread(2000, 6.4, 0.6) },
      cost: { cost: spread(2000, 0.003, 0.003) },
    } as const;
    for (const [measure, sums] of Object.entries(worse)) {
      const verdict = verdictOf(arm(2000, sums), arm(20_000), MARGINS);
      assert.deepEqual([verdict.verdict, verdict.measure], ['worse', measure], verdict.why);
      assert.match(verdict.why, new RegExp(`^worse: ${measure} .*; 2000 and 20000 answers\\)$`));
    }
  });

  test('that is better in one measure and worse in another is worse', () => {
    const sums = { quality: coins(1800, 2000), cost: spread(2000, 0.01, 0.01) };
    const { verdict, measure } = verdictOf(arm(2000, sums), arm(20_000), MARGINS);
    assert.deepEqual([verdict, measure], ['worse', 'cost']);
  });

  test('that is surely worse, by less than the margin, is not worse', () => {
    const n = 1_000_000;
    const { verdict } = verdictOf(arm(n, { quality: coins(0.695 * n, n) }), arm(n), MARGINS);
    assert.equal(verdict, 'not_worse');
  });

  test('whose scores nobody gives is told by the other measures', () => {
    const unscored = { ...arm(20_000), quality: NO_SUMS };
    assert.equal(verdictOf(unscored, unscored, MARGINS).verdict, 'not_worse');
    assert.equal(
      verdictOf({ ...unscored, quality: coins(7, 9) }, unscored, MARGINS).verdict,
      'open',
      'one arm has some scores',
    );
  });

  test('that was not asked yet is open beside a control with many answers', () => {
    assert.equal(verdictOf(NOTHING, arm(20_000), MARGINS).verdict, 'open');
  });

  test('that is worse on one task is worse where tasks are read apart', () => {
    const tasks = [
      { task: 'code', candidate: coins(420, 1000), control: coins(2400, 4000) },
      { task: 'chat', candidate: coins(980, 1000), control: coins(2500, 4000) },
      { task: 'new', candidate: coins(3, 4), control: NO_SUMS },
    ];
    assert.equal(verdictOf(arm(2000), arm(8000), MARGINS).verdict, 'open');
    const { verdict, measure, why } = verdictOf(arm(2000), arm(8000), MARGINS, { tasks });
    assert.deepEqual([verdict, measure], ['worse', 'quality']);
    assert.match(why, /^worse: quality -18\.0 points .* on code$/);
  });

  test('has margins as many times wider where only answers count that differ', () => {
    const [candidate, control] = [arm(40_000), arm(40_000)];
    assert.equal(verdictOf(candidate, control, MARGINS).verdict, 'open');
    assert.equal(verdictOf(candidate, control, MARGINS, { differing: 0.2 }).verdict, 'not_worse');
  });
});

test('a candidate that is as good is called worse in one of twenty runs at most, whatever its shares', () => {
  const rng = createRng(8);
  let wrong = 0;
  const runs = 100;
  for (let run = 0; run < runs; run++) {
    const arms: [ArmSums, ArmSums] = [NOTHING, NOTHING];
    for (let n = 0; n < 8000; n++) {
      const which = rng.next() < (n < 3000 ? 0.02 : n < 5000 ? 0.1 : 0.5) ? 0 : 1;
      const { quality, errors, latency, cost } = arms[which];
      arms[which] = {
        quality: added(quality, Number(rng.next() < 0.7)),
        errors: added(errors, Number(rng.next() < 0.01)),
        latency: added(latency, 6 + 0.6 * rng.normal()),
        cost: added(cost, Math.exp(rng.normal())),
      };
      if (which === 1 || arms[0].quality.n % 10 !== 0) continue;
      if (verdictOf(...arms, MARGINS).verdict !== 'worse') continue;
      wrong++;
      break;
    }
  }
  assert.ok(wrong <= 9, `${wrong} of ${runs}: 9 is two deviations over 5%`);
});

describe('a canary', () => {
  const { steps } = Canary.parse({ kind: 'canary', candidate: { policy: 'cheap' } });
  const says = (verdict: CanaryVerdict['verdict']): CanaryVerdict => ({
    verdict,
    measure: null,
    why: `it is ${verdict}`,
  });
  const auto = { steps, promote: 'auto' } as const;
  const last = steps.length - 1;

  test('has the default steps', () => assert.deepEqual(steps, DEFAULT_STEPS));

  test('is rolled back as soon as it is worse, in any step, with any number of answers', () => {
    for (let step = 0; step < steps.length; step++)
      for (const answers of [0, 1e6])
        for (const promote of ['auto', 'manual'] as const)
          assert.deepEqual(moveOf({ steps, promote }, { step, answers }, says('worse')), {
            move: 'roll_back',
            why: 'it is worse',
          });
  });

  test('stays until its step has had its answers, and goes to the next then', () => {
    for (const verdict of ['open', 'not_worse'] as const) {
      assert.equal(moveOf(auto, { step: 0, answers: 49 }, says(verdict)).move, 'stay');
      const { move, why } = moveOf(auto, { step: 0, answers: 50 }, says(verdict));
      assert.deepEqual([move, why], ['step', '50 answers in step 1: on to a share of 0.05']);
    }
  });

  test('waits in its last step until it is told, and is promoted then, by itself or by somebody', () => {
    assert.equal(moveOf(auto, { step: last, answers: 499 }, says('not_worse')).move, 'stay');
    assert.equal(moveOf(auto, { step: last, answers: 1e6 }, says('open')).move, 'stay');
    assert.equal(moveOf(auto, { step: last, answers: 500 }, says('not_worse')).move, 'promote');
    assert.deepEqual(moveOf({ steps, promote: 'manual' }, { step: last, answers: 500 }, says('not_worse')), {
      move: 'stay',
      why: 'waits to be promoted: it is not_worse',
    });
  });

  test('that is past its last step, as its plan was made shorter, is in the last', () => {
    assert.equal(moveOf(auto, { step: 9, answers: 500 }, says('not_worse')).move, 'promote');
  });
});
