import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRng, type Rng } from '../../src/base/rng.js';
import { fromBytes, observe, toBytes, type Change, type Stream, type TestSettings } from '../../src/machines/drift.js';
import { afterObservation, NEW_STREAM, told, worseningOf, type DriftStream } from '../../src/machines/drift-stream.js';
import { DEFAULT_DRIFT } from '../../src/schema/drift.js';

const SCORE: TestSettings = { evidence: { fall: 10, rise: 11.5 }, least: 0.1, variance: 0.2 };
const ERROR: TestSettings = { evidence: { fall: 14.5, rise: 13 }, least: 0.05, variance: 0.01 };

/** Feeds values until a change or the end; answers how many it took. */
function until(
  stream: Stream,
  draw: () => number,
  most: number,
  settings: TestSettings,
): { stream: Stream; change: Change | null; took: number } {
  for (let took = 1; took <= most; took++) {
    const next = observe(stream, draw(), took, settings);
    stream = next.stream;
    if (next.change !== null) return { stream, change: next.change, took };
  }
  return { stream, change: null, took: most };
}
const coin = (rng: Rng, p: number) => (): number => Number(rng.next() < p);

test('a drop of 20 points is found, with its size and time, and a constant bias is none', () => {
  const rng = createRng(1);
  const took: number[] = [];
  for (let run = 0; run < 40; run++) {
    const before = until([], () => coin(rng, 0.7)() - 0.55, 1000, SCORE);
    assert.equal(before.change, null, `run ${run}: a prediction that is always 15 points low is no change`);
    const { change, took: n } = until(before.stream, () => coin(rng, 0.5)() - 0.55, 500, SCORE);
    assert.ok(change !== null && change.after < change.before);
    assert.ok(Math.abs(change.before - 0.15) < 0.06, JSON.stringify(change));
    took.push(n);
  }
  took.sort((a, b) => a - b);
  assert.ok(took[20]! < 140 && took[36]! <= 250, took.join());
});

test('what does not change raises no alarm, be it even, rare or skewed', () => {
  const streams: [name: string, draw: (rng: Rng) => () => number, settings: TestSettings][] = [
    ['even', (rng) => coin(rng, 0.5), SCORE],
    ['mostly right', (rng) => coin(rng, 0.97), SCORE],
    ['rarely right', (rng) => coin(rng, 0.04), SCORE],
    ['always right', () => () => 1, SCORE],
    ['errors in a thousand', (rng) => coin(rng, 0.001), ERROR],
    ['errors in ten', (rng) => coin(rng, 0.1), ERROR],
    [
      'log latency',
      (rng) => () => 6 + 0.7 * rng.normal(),
      { evidence: { fall: 14.5, rise: 13 }, least: Math.log(1.25), variance: 0.5 },
    ],
  ];
  for (const [name, draw, settings] of streams) {
    const rng = createRng(2).fork(name);
    for (let run = 0; run < 5; run++) assert.equal(until([], draw(rng), 3000, settings).change, null, name);
  }
});

test(
  'a jump of the error rate is found in a few calls, a drop to nothing soon, and nothing is said of too few ' +
    'values',
  () => {
    const rng = createRng(3);
    const usual = until([], coin(rng, 0.003), 500, ERROR);
    assert.equal(usual.change, null);
    const failing = until(usual.stream, coin(rng, 0.5), 100, ERROR);
    assert.ok(failing.change !== null && failing.took <= 20, String(failing.took));
    const broken = until(until([], coin(rng, 0.8), 300, SCORE).stream, () => 0, 100, SCORE);
    assert.ok(broken.change !== null && broken.took <= 15, String(broken.took));
    assert.equal(until(until([], () => 1, 20, SCORE).stream, () => 0, 9, SCORE).change, null);
  },
);

test('after a change it watches from the new level on, and finds the way back', () => {
  const rng = createRng(4);
  const worse = until(until([], coin(rng, 0.8), 600, SCORE).stream, coin(rng, 0.4), 300, SCORE);
  assert.ok(worse.change !== null);
  const settled = until(worse.stream, coin(rng, 0.4), 300, SCORE);
  assert.equal(settled.change, null);
  const { change } = until(settled.stream, coin(rng, 0.8), 300, SCORE);
  assert.ok(change !== null && change.after > change.before + 0.2);
});

test('the state is small, and survives being written down', () => {
  const rng = createRng(5);
  const { stream } = until([], coin(rng, 0.5), 20_000, { ...SCORE, evidence: { fall: 1000, rise: 1000 } });
  assert.ok(stream.length < 70 && toBytes(stream).length < 3000, `${stream.length} buckets`);
  const values = stream.reduce((sum, { n }) => sum + n, 0);
  assert.ok(values >= 4096 && values < 5200, String(values));
  assert.deepEqual(fromBytes(toBytes(stream)), stream);
  assert.deepEqual(
    stream.map(({ n }) => n),
    stream.map(({ n }) => n).toSorted((a, b) => b - a),
    'older buckets are larger',
  );
});

test('another version that predicts otherwise is no change, of which the LLM knows nothing', () => {
  const rng = createRng(6);
  let stream: DriftStream = NEW_STREAM;
  const versions: [version: string | null, predict: (hard: boolean) => number | null][] = [
    [null, () => null],
    ['a', (hard) => (hard ? 0.3 : 0.9)],
    ['b', () => 0.2],
    ['c', (hard) => (hard ? 0.5 : 1)],
    [null, () => null],
  ];
  const run = (
    version: string | null,
    predict: (hard: boolean) => number | null,
    drop: number,
    n: number,
  ): Change | null => {
    for (let i = 0; i < n; i++) {
      const hard = rng.next() < 0.5;
      const next = afterObservation(
        stream,
        {
          signal: 'score',
          value: Number(rng.next() < (hard ? 0.4 : 0.8) - drop),
          predicted: predict(hard),
          version,
          at: i,
        },
        DEFAULT_DRIFT,
      );
      stream = next.stream;
      if (next.change !== null) return next.change;
    }
    return null;
  };
  for (const [version, predict] of versions) assert.equal(run(version, predict, 0, 600), null, `version ${version}`);
  const change = run('a', versions[1]![1], 0.3, 300);
  assert.ok(
    change !== null &&
      Math.abs(told('score', change.before) - 0.6) < 0.1 &&
      Math.abs(change.before - change.after - 0.3) < 0.15,
    JSON.stringify(change),
  );
});

test('worse is less score, more latency and more errors', () => {
  assert.equal(worseningOf('score', 0.8, 0.6).toFixed(3), '0.200');
  assert.equal(worseningOf('latency', 500, 750), 0.5);
  assert.equal(worseningOf('error', 0.01, 0.21).toFixed(3), '0.200');
  assert.ok(worseningOf('error', 0.2, 0) < 0);
  assert.equal(Math.round(told('latency', Math.log(820))), 820);
  assert.equal(told('score', -0.02), 0);
});
