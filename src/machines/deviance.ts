import type { Sums } from './sums.js';

/**
 * How far the sums of two arms are from a difference that is supposed of them: twice the logarithm of a likelihood
 * ratio, which is about the square of a standard normal variable where the supposition is true. A likelihood that fits
 * the values makes it so long before a mean is normal: where errors are rare, where scores crowd at 1, where a few
 * answers cost most (quasi-likelihood, Wedderburn 1974).
 */
export interface Deviance {
  /** The difference as it was seen. */
  seen(candidate: Sums, control: Sums): number;
  /** Square of the standard normal variable; 0 where nothing can be said. */
  of(candidate: Sums, control: Sums, difference: number): number;
  /** What a difference can be at all. */
  within: readonly [low: number, high: number];
}

/** Values' worth of what both arms say together that each arm's spread begins with. */
const PRIOR = 20;
const HALVINGS = 40;

/** The spreads of two arms as one, each as far as it counts in the difference of their means. */
const spreadOf = (a: Sums, spreadA: number, b: Sums, spreadB: number): number =>
  (spreadA / a.n + spreadB / b.n) / (1 / a.n + 1 / b.n);

/** Real values, such as logarithms of latencies: Student's t of unequal variances (Welch 1947), by its likelihood. */
export const REALS: Deviance = {
  seen: (candidate, control) => candidate.mean - control.mean,
  of(candidate, control, difference) {
    const together = (candidate.m2 + control.m2) / (candidate.n + control.n - 2);
    const variance = ({ m2, n }: Sums): number => (m2 + together * PRIOR) / (n - 1 + PRIOR);
    const [a, b] = [variance(candidate) / candidate.n, variance(control) / control.n];
    if (a + b === 0) return 0;
    const freedom = (a + b) ** 2 / (a ** 2 / (candidate.n - 1) + b ** 2 / (control.n - 1));
    return freedom * Math.log1p((candidate.mean - control.mean - difference) ** 2 / (a + b) / freedom);
  },
  within: [-Infinity, Infinity],
};

/** Nats by which a mean of `seen` is better told by itself than by `p`, a value. */
const divergence = (seen: number, p: number): number =>
  (seen > 0 ? seen * Math.log(seen / p) : 0) + (seen < 1 ? (1 - seen) * Math.log((1 - seen) / (1 - p)) : 0);

/** The likeliest mean of the control where the candidate's is `difference` more. */
function likeliest(candidate: Sums, control: Sums, difference: number): number {
  if (difference === 0) return (candidate.n * candidate.mean + control.n * control.mean) / (candidate.n + control.n);
  let [low, high] = [Math.max(0, -difference), Math.min(1, 1 - difference)];
  for (let i = 0; i < HALVINGS; i++) {
    const q = (low + high) / 2;
    const p = q + difference;
    const slope =
      (candidate.n * (candidate.mean - p)) / (p * (1 - p)) + (control.n * (control.mean - q)) / (q * (1 - q));
    if (slope > 0) low = q;
    else high = q;
  }
  return (low + high) / 2;
}

/**
 * Values in [0, 1]: 0 or 1, however rare, or scores between. The likelihood is the binomial one, its deviance divided
 * by how much of a coin's variance the values have.
 */
export const FRACTIONS: Deviance = {
  seen: (candidate, control) => candidate.mean - control.mean,
  of(candidate, control, difference) {
    const q = likeliest(candidate, control, difference);
    const p = q + difference;
    const nats = candidate.n * divergence(candidate.mean, p) + control.n * divergence(control.mean, q);
    const share = ({ n, mean, m2 }: Sums): number => (m2 + 1) / (n * mean * (1 - mean) + 1);
    return (2 * nats) / spreadOf(candidate, share(candidate), control, share(control));
  },
  within: [-1, 1],
};

/**
 * Amounts over 0 with long tails, such as costs; the difference is that of the logarithms of their means. The
 * likelihood is that of a gamma distribution, its deviance divided by the squared coefficient of variation.
 */
export const AMOUNTS: Deviance = {
  seen: (candidate, control) => Math.log(candidate.mean) - Math.log(control.mean),
  of(candidate, control, difference) {
    if (!(candidate.mean > 0 && control.mean > 0)) return 0;
    const times = Math.exp(difference);
    const mu = (candidate.n * (candidate.mean / times) + control.n * control.mean) / (candidate.n + control.n);
    const nats =
      candidate.n * (Math.log((mu * times) / candidate.mean) + candidate.mean / (mu * times) - 1) +
      control.n * (Math.log(mu / control.mean) + control.mean / mu - 1);
    const squares = ({ mean, m2 }: Sums): number => m2 / mean ** 2;
    const together = (squares(candidate) + squares(control)) / (candidate.n + control.n - 2);
    // An arm that has not had its most expensive answers yet looks as if it varied less than the other.
    const variation = (sums: Sums): number => Math.max(together, squares(sums) / (sums.n - 1));
    const spread = spreadOf(candidate, variation(candidate), control, variation(control));
    return spread === 0 ? 0 : (2 * nats) / spread;
  },
  within: [-Infinity, Infinity],
};
