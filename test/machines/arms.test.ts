import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { armsVerdict } from '../../src/machines/arms.js';
import { MEASURES, type ArmSums } from '../../src/machines/measures.js';
import { added, NO_SUMS, type Sums } from '../../src/machines/sequential.js';

const coins = (ones: number, n: number): Sums => ({ n, mean: ones / n, m2: ones * (1 - ones / n) });
const scored = (quality: Sums): ArmSums => ({ quality, errors: NO_SUMS, latency: NO_SUMS, cost: NO_SUMS });

test('each arm is told from the first by its quality, and the experiment ends once all are', () => {
  const first = scored(coins(600, 1000));
  const { arms, ends } = armsVerdict([first, scored(coins(700, 1000)), scored(coins(450, 1000)), first]);
  assert.deepEqual(
    arms.map(({ verdict }) => verdict),
    ['better', 'worse', 'open'],
  );
  assert.equal(ends, false);
  assert.equal(armsVerdict([first, scored(coins(700, 1000)), scored(coins(450, 1000))]).ends, true);
  assert.deepEqual(Object.keys(arms[0]!.differences), [...MEASURES]);
  assert.equal(arms[0]!.differences.cost.high, Infinity);
});

test('arms of which nothing was seen are open', () => {
  const nothing = scored(NO_SUMS);
  assert.deepEqual(armsVerdict([nothing, nothing]).arms[0]!.verdict, 'open');
});

test('more arms share alpha: intervals are wider', () => {
  const [a, b] = [scored(coins(600, 1000)), scored(coins(650, 1000))];
  const low = (arms: ArmSums[]): number => armsVerdict(arms).arms[0]!.differences.quality.low;
  assert.ok(low([a, b, b, b, b]) < low([a, b, b]) && low([a, b, b]) < low([a, b]));
});

test('of ten arms that are alike, any is told from the first in one run of twenty at most', () => {
  const rng = createRng(4);
  const runs = 150;
  let wrong = 0;
  for (let run = 0; run < runs; run++) {
    const arms = Array.from({ length: 10 }, () => scored(NO_SUMS));
    for (let n = 0; n < 4000; n++) {
      const i = rng.int(10);
      arms[i] = scored(added(arms[i]!.quality, Number(rng.next() < 0.6)));
      if (n % 50 !== 0 || !armsVerdict(arms).arms.some(({ verdict }) => verdict !== 'open')) continue;
      wrong++;
      break;
    }
  }
  assert.ok(wrong <= 13, `${wrong} of ${runs}: 13 is two deviations over 5%`);
});
