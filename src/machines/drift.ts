/**
 * A sequential test for a change of a stream's mean. It knows nothing of what the mean should be, so a constant bias is
 * no change: whenever a value comes, the values so far are cut in two at each of some fifty places, and the halves are
 * compared by a generalised likelihood ratio.
 *
 * For `n1` values of mean `m1` before the cut and `n2` of mean `m2` after it, of variance `v` and third central moment
 * `k` together, in nats:
 *
 *     evidence = n1 n2 / (n1 + n2) · v / b² · ((1 + u) ln(1 + u) − u)    with u = b |m2 − m1| / v, b = ±k / v
 *
 * the rate function of a scaled Poisson variable that has that variance and that skew in the direction of the change.
 * It is d² / 2v for what is symmetric, and within some five percent of the binomial rate for what is 0 or 1, however
 * rare: a plain z statistic sees changes wherever successes or errors are rare. A change is confirmed when the evidence
 * reaches `evidence` and the means are `least` or more apart.
 *
 * What a nat buys, on held-out answers of nine LLMs on fourteen tasks (`scripts/bench/drift.ts`: alarms for the worse
 * in 100,000 interactions without a change; a drop of 0.2 after 1000 interactions, found within 200 and in the median):
 *
 * | evidence | alarms | within 200 | median |
 * |--:|--:|--:|--:|
 * | 9 | 0.60 | 95.8% | 73 |
 * | 9.5 | 0.30 | 94.5% | 80 |
 * | 10 | 0.30 | 93.0% | 86 |
 * | 11 | 0.10 | 89.3% | 102 |
 * | 12 | 0.00 | 87.3% | 115 |
 */

/** Values that came one after another, as sums. */
export interface Bucket {
  n: number;
  /** When the first of them came, in milliseconds since the epoch. */
  from: number;
  /** Sums of the values, their squares and their cubes. */
  s1: number;
  s2: number;
  s3: number;
}

/**
 * What a test remembers: oldest first, in sizes that fall from old to new, {@link PER_SIZE} of each power of two at
 * most.
 */
export type Stream = readonly Bucket[];

export interface TestSettings {
  /** Nats of evidence that confirm a change to a lower mean, and to a higher one. */
  evidence: { fall: number; rise: number };
  /** Least difference of means that is called a change, in the stream's units. */
  least: number;
  /** Variance that is expected before anything is seen, worth {@link PRIOR_VALUES} values. */
  variance: number;
}

/** A confirmed change. */
export interface Change {
  /** Mean before and after it. */
  before: number;
  after: number;
  /** When the first value after it came, in milliseconds since the epoch. */
  from: number;
  /** Values after it, and the evidence in nats. */
  observations: number;
  evidence: number;
}

/** More of one size make cuts denser and the state larger. */
const PER_SIZE = 6;
/** Values remembered at most: a mean over more would tell no more of now. */
const MEMORY = 4096;
/** Fewer before or after a cut tell nothing. */
const LEAST_BEFORE = 30;
const LEAST_AFTER = 8;
const PRIOR_VALUES = 16;

const joined = (a: Bucket, b: Bucket): Bucket => ({
  n: a.n + b.n,
  from: Math.min(a.from, b.from),
  s1: a.s1 + b.s1,
  s2: a.s2 + b.s2,
  s3: a.s3 + b.s3,
});

/** The stream with one value more; `at` in milliseconds since the epoch. */
function pushed(stream: Stream, value: number, at: number): Bucket[] {
  const buckets = stream.concat({ n: 1, from: at, s1: value, s2: value ** 2, s3: value ** 3 });
  // Where there are too many of one size, the two oldest of it become one of the next.
  for (let size = 1, end = buckets.length; ; size *= 2) {
    let start = end;
    while (start > 0 && buckets[start - 1]!.n === size) start--;
    if (end - start <= PER_SIZE) break;
    buckets.splice(start, 2, joined(buckets[start]!, buckets[start + 1]!));
    end = start + 1;
  }
  let total = buckets.reduce((sum, { n }) => sum + n, 0);
  while (total - buckets[0]!.n >= MEMORY) total -= buckets.shift()!.n;
  return buckets;
}

/** Rate of a scaled Poisson variable at a distance `d > 0` from its mean, in nats per value; see above. */
function rateAt(d: number, variance: number, skew: number): number {
  const u = (skew * d) / variance;
  if (Math.abs(u) < 0.01) return ((d * d) / (2 * variance)) * (1 - u / 3);
  // Below −1 the variable can't go.
  const bounded = Math.max(u, -0.9);
  return (variance / skew ** 2) * ((1 + bounded) * Math.log1p(bounded) - bounded);
}

/** The best cut, where it confirms a change. */
function changeIn(
  buckets: readonly Bucket[],
  { evidence: wanted, least, variance: prior }: TestSettings,
): { change: Change; cut: number } | null {
  // Plain sums: this runs for everything that is observed.
  let n = 0;
  let [s1, s2, s3] = [0, 0, 0];
  for (const bucket of buckets) {
    n += bucket.n;
    s1 += bucket.s1;
    s2 += bucket.s2;
    s3 += bucket.s3;
  }
  if (n < LEAST_BEFORE + LEAST_AFTER) return null;
  const mean = s1 / n;
  const weight = n + PRIOR_VALUES;
  const variance = (s2 - n * mean ** 2 + PRIOR_VALUES * prior) / weight;
  const third = (s3 - 3 * mean * s2 + 2 * n * mean ** 3) / weight;
  let best: { change: Change; cut: number } | null = null;
  let [n2, sum2, from] = [0, 0, Infinity];
  for (let cut = buckets.length - 1; cut > 0; cut--) {
    const bucket = buckets[cut]!;
    n2 += bucket.n;
    sum2 += bucket.s1;
    from = Math.min(from, bucket.from);
    const n1 = n - n2;
    if (n1 < LEAST_BEFORE) break;
    if (n2 < LEAST_AFTER) continue;
    const before = (s1 - sum2) / n1;
    const after = sum2 / n2;
    const d = after - before;
    if (Math.abs(d) < least) continue;
    const found = ((n1 * n2) / n) * rateAt(Math.abs(d), variance, (Math.sign(d) * third) / variance);
    if (found >= (d < 0 ? wanted.fall : wanted.rise) && found > (best?.change.evidence ?? 0))
      best = { change: { before, after, from, observations: n2, evidence: found }, cut };
  }
  return best;
}

/** Tests one value more; `at` in milliseconds since the epoch. After a change, only what came since is remembered. */
export function observe(
  stream: Stream,
  value: number,
  at: number,
  settings: TestSettings,
): { stream: Stream; change: Change | null } {
  const buckets = pushed(stream, value, at);
  const found = changeIn(buckets, settings);
  return found === null
    ? { stream: buckets, change: null }
    : { stream: buckets.slice(found.cut), change: found.change };
}

/** Mean of what is remembered: since the last change, where there was one. */
export function meanOf(stream: Stream): number {
  let [n, s1] = [0, 0];
  for (const bucket of stream) {
    n += bucket.n;
    s1 += bucket.s1;
  }
  return s1 / n;
}

/** A stream as bytes, five 64-bit floats (little-endian) for each bucket, and back. */
export const toBytes = (stream: Stream): Buffer =>
  Buffer.from(Float64Array.from(stream.flatMap(({ n, from, s1, s2, s3 }) => [n, from, s1, s2, s3])).buffer);

export function fromBytes(bytes: Uint8Array): Stream {
  const numbers = new Float64Array(bytes.slice().buffer);
  return Array.from({ length: numbers.length / 5 }, (_, i) => {
    const [n, from, s1, s2, s3] = numbers.subarray(5 * i, 5 * i + 5) as unknown as [
      number,
      number,
      number,
      number,
      number,
    ];
    return { n, from, s1, s2, s3 };
  });
}
