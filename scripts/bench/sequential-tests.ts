/** Tests of the difference of two means, to be compared: each takes pairs of values, and says when it stops. */
import { added, evidenceAgainst, NO_SUMS, type Values } from '../../src/machines/sequential.js';

/** What is planned for: values of each arm that the fixed-size test takes. */
export interface Plan {
  size: number;
  values: Values;
  alpha: number;
}

/** Takes a value of each arm; whether the difference is found by now. */
export type Looking = (candidate: number, control: number) => boolean;

export interface Contender {
  name: string;
  /** Values of each arm, in sizes of the plan, after which it gives up. */
  until: number;
  open(plan: Plan): Looking;
}

/** Sums of both arms, and the square of their z statistic. */
function sums(): { add(candidate: number, control: number): number; z2(): number } {
  let [a, b] = [NO_SUMS, NO_SUMS];
  return {
    add(candidate, control) {
      [a, b] = [added(a, candidate), added(b, control)];
      return a.n;
    },
    z2() {
      const variance = (a.m2 + b.m2) / (a.n - 1) / a.n;
      return variance === 0 ? 0 : (a.mean - b.mean) ** 2 / variance;
    },
  };
}

/** Two-sided quantile of the standard normal distribution for .05, as of Student's for so many values. */
const Z = 1.96;

/** A t-test that is looked at when `looks` says so of the number of values, against a z that may move. */
const tTest = (name: string, until: number, z: (n: number, size: number) => number | null): Contender => ({
  name,
  until,
  open({ size }) {
    const arms = sums();
    return (candidate, control) => {
      const n = arms.add(candidate, control);
      const bound = z(n, size);
      return bound !== null && n > 1 && arms.z2() >= bound ** 2;
    };
  },
});

const atLooks = (n: number, last: number, looks: number): number | null => {
  const look = Math.floor((n * looks) / last);
  return look > Math.floor(((n - 1) * looks) / last) ? look : null;
};

export const fixedSize = tTest('t-test, one look at its size', 1, (n, size) => (n === size ? Z : null));
export const peeked = tTest('t-test, peeked at each outcome', 3, (n) => (n >= 10 ? Z : null));
/** 20 looks up to 1.4 sizes, each at .05 / 20. */
export const bonferroni = tTest('t-test, 20 looks, Bonferroni', 1.4, (n, size) =>
  atLooks(n, 1.4 * size, 20) === null ? null : 3.023,
);
/** O'Brien & Fleming 1979, 20 looks up to 1.05 sizes: constant of Jennison & Turnbull 2000, table 2.3. */
export const groupSequential = tTest('group-sequential, 20 looks (O’Brien–Fleming)', 1.05, (n, size) => {
  const look = atLooks(n, 1.05 * size, 20);
  return look === null ? null : 2.126 * Math.sqrt(20 / look);
});

/** Howard et al. (arXiv 1810.08240, equation 10), of values of variance 1, from `from` values on. */
export const stitched = (from: number): Contender =>
  tTest(`stitched boundary, from ${from}`, 12, (n) =>
    n < from ? null : 1.7 * Math.sqrt(Math.log(Math.log((2 * n) / from)) + 0.72 * Math.log((5.2 * 2) / 0.05)),
  );

/** A normal mixture of the plain z statistic, worth so many values. */
export const mixture = (worth: number): Contender =>
  tTest(`normal mixture of z, worth ${worth}`, 12, (n) =>
    n < 10 ? null : Math.sqrt((1 + worth / (n / 2)) * (Math.log1p(n / 2 / worth) + 2 * Math.log(20))),
  );

/**
 * Bets on the differences of pairs, both ways (Waudby-Smith & Ramdas, arXiv 2010.09686, aGRAPA): valid without any
 * limit theorem, of values in [0, 1] in pairs.
 */
export const betting: Contender = {
  name: 'betting on pairs (aGRAPA)',
  until: 12,
  open({ alpha }) {
    let seen = NO_SUMS;
    let [up, down] = [0, 0];
    return (candidate, control) => {
      const d = candidate - control;
      const variance = (seen.m2 + 0.25) / (seen.n + 1);
      const mean = (seen.mean * seen.n) / (seen.n + 1);
      const bet = Math.max(-0.5, Math.min(0.5, mean / (variance + mean ** 2)));
      up += Math.log1p(Math.max(0, bet) * d);
      down += Math.log1p(Math.min(0, bet) * d);
      seen = added(seen, d);
      return Math.log((Math.exp(up) + Math.exp(down)) / 2) >= Math.log(1 / alpha);
    };
  },
};

/** What serves. */
export const ours: Contender = {
  name: 'ours: normal mixture of the deviance, worth 40',
  until: 12,
  open({ values, alpha }) {
    let [a, b] = [NO_SUMS, NO_SUMS];
    return (candidate, control) => {
      [a, b] = [added(a, candidate), added(b, control)];
      return evidenceAgainst(0, a, b, values) >= Math.log(1 / alpha);
    };
  },
};

export const CONTENDERS: readonly Contender[] = [
  fixedSize,
  peeked,
  bonferroni,
  groupSequential,
  stitched(50),
  betting,
  mixture(10),
  mixture(160),
  ours,
];
