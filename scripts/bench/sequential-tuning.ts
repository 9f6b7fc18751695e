/**
 * Boundaries on Brownian motion, of which one is chosen: mean and median stopping time in sizes of the fixed-size test
 * (alpha .05, two sides, power .8), where that takes so many values `m = ab / (a + b)`, of `a` and `b` of both arms;
 * and how often it stops without a drift, up to 50,000 values.
 *
 *     node dist/scripts/bench/sequential-tuning.js [--runs 500] [--seed 7]
 */
import { parseArgs } from 'node:util';
import { createRng, type Rng } from '../../src/base/rng.js';
import { table } from '../../src/cli/output.js';

const { values: given } = parseArgs({
  options: { runs: { type: 'string', default: '500' }, seed: { type: 'string', default: '7' } },
});
const [runs, rng] = [Number(given.runs), createRng(Number(given.seed))];
const ALPHA = 0.05;
const LEAST = 5;

/** Normal mixtures, of weights that add up to 1, each worth so many values. */
type Boundary = readonly (readonly [weight: number, worth: number])[];
const BOUNDARIES: readonly Boundary[] = [
  ...[5, 10, 20, 40, 80, 160, 320].map((worth): Boundary => [[1, worth]]),
  [
    [0.5, 20],
    [0.5, 200],
  ],
  [
    [0.2, 10],
    [0.8, 100],
  ],
  [
    [0.25, 8],
    [0.35, 50],
    [0.4, 300],
  ],
];

const reached = (boundary: Boundary, z2: number, m: number): boolean =>
  boundary.reduce((sum, [weight, r]) => sum + (weight * Math.exp((z2 * m) / (m + r) / 2)) / Math.sqrt(1 + m / r), 0) >=
  1 / ALPHA;

/** When each boundary is reached first, in `m`; `most` where it never is. */
function times(drift: number, stepAt: (m: number) => number, most: number, chance: Rng): number[] {
  const found = BOUNDARIES.map(() => most);
  let [m, sum, left] = [0, 0, found.length];
  while (m < most && left > 0) {
    const step = stepAt(m);
    m += step;
    sum += drift * step + Math.sqrt(step) * chance.normal();
    if (m < LEAST) continue;
    for (const [i, boundary] of BOUNDARIES.entries()) {
      if (found[i] !== most || !reached(boundary, sum ** 2 / m, m)) continue;
      found[i] = m;
      left--;
    }
  }
  return found;
}

const SIZES = [25, 100, 400, 2100, 10_000, 40_000];
const NEVER = 50_000;
const columns = SIZES.map((size) => {
  const drift = (1.96 + 0.8416) / Math.sqrt(size);
  const all = Array.from({ length: runs }, (_, run) =>
    times(drift, () => size / 400, 12 * size, rng.fork(`${size} ${run}`)),
  );
  return BOUNDARIES.map((_, i) => {
    const sorted = all.map((found) => found[i]! / size).toSorted((a, b) => a - b);
    const mean = sorted.reduce((sum, time) => sum + time, 0) / runs;
    return `${mean.toFixed(2)} · ${sorted[runs >> 1]!.toFixed(2)}`;
  });
});
const nothing = Array.from({ length: 4 * runs }, (_, run) =>
  times(0, (m) => Math.max(1, 0.004 * m), NEVER, rng.fork(`nothing ${run}`)),
);
const rows = BOUNDARIES.map((boundary, i) => [
  boundary.map(([weight, worth]) => (weight === 1 ? `worth ${worth}` : `${weight} worth ${worth}`)).join(', '),
  ...columns.map((column) => column[i]!),
  `${((100 * nothing.filter((found) => found[i]! < NEVER).length) / nothing.length).toFixed(1)}%`,
]);
console.log(table(['normal mixture', ...SIZES.map(String), 'false stops'], rows));
