import { AMOUNTS, FRACTIONS, REALS, type Deviance } from './deviance.js';
import type { Sums } from './sums.js';

export { added, NO_SUMS, replaced, type Sums } from './sums.js';

/**
 * A test of two means that may be looked at after every outcome, of arms of any shares, and an interval that holds at
 * all of these looks at once (a confidence sequence). Evidence of a difference is what Robbins' normal mixture makes of
 * the deviance `z²` of that difference (1970; asymptotic in the sense of Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas,
 * arXiv 2103.06476; boundaries in Howard, Ramdas, McAuliffe & Sekhon, arXiv 1810.08240). For `a` and `b` values of both
 * arms, with `m = ab / (a + b)` and a mixture that is worth `r` values, in nats:
 *
 *     evidence = ½ z² m / (m + r) − ½ ln(1 + m / r)
 *
 * Where the difference is the true one, the exponential of that is a martingale of mean 1 in `m`, whatever each arm's
 * share is and becomes: it ever reaches 1 / alpha with a chance of alpha (Ville 1939). Values are taken for
 * independent: of those that are alike, such as of one conversation, let the mean count once ({@link replaced}).
 */

/** What values are: any number; within [0, 1]; amounts over 0, whose difference is that of their means' logarithms. */
export type Values = 'reals' | 'fractions' | 'amounts';

const DEVIANCES: Readonly<Record<Values, Deviance>> = { reals: REALS, fractions: FRACTIONS, amounts: AMOUNTS };

export interface DifferenceOptions {
  /** Chance that the interval, at any of all looks, leaves out the true difference. */
  alpha?: number;
  values?: Values;
}

/** Candidate less control. */
export interface Difference {
  mean: number;
  /** Interval; infinite, which JSON has as null, while an arm has too few values. */
  low: number;
  high: number;
  /** Values of each arm. */
  n: { candidate: number; control: number };
}

/** Of fewer values of an arm nothing is said. */
export const LEAST_VALUES = 10;
/**
 * What the mixture is worth, in values: the boundary is lowest for what is found after some ten times as many. Chosen
 * on Brownian motion (`scripts/bench/sequential-tuning.ts`), so that nothing from 100 to 40,000 takes much longer.
 */
const MIXTURE = 40;
const HALVINGS = 30;

/** Values of both arms as one number, `m`: it is less than those of the smaller arm. */
const together = (candidate: Sums, control: Sums): number => (candidate.n * control.n) / (candidate.n + control.n);

/** The deviance at which evidence reaches 1 / alpha. */
function boundary(m: number, alpha: number): number {
  return (1 + MIXTURE / m) * (Math.log1p(m / MIXTURE) + 2 * Math.log(1 / alpha));
}

/**
 * Nats of evidence against `difference` being the true one, at any look: one that ever reaches ln(1 / alpha) is false
 * with a chance of alpha. It is quicker than {@link differenceOf}, whose interval it makes.
 */
export function evidenceAgainst(difference: number, candidate: Sums, control: Sums, values: Values = 'reals'): number {
  if (Math.min(candidate.n, control.n) < LEAST_VALUES) return 0;
  const m = together(candidate, control);
  const deviance = DEVIANCES[values].of(candidate, control, difference);
  return (deviance * m) / (m + MIXTURE) / 2 - Math.log1p(m / MIXTURE) / 2;
}

/** Where the deviance reaches `most`, from `seen` towards `bound`. */
function edge(seen: number, bound: number, most: number, deviance: (difference: number) => number): number {
  let [inside, outside] = [seen, bound];
  if (!Number.isFinite(bound)) {
    let reach = 1e-6;
    while (deviance((outside = seen + Math.sign(bound) * reach)) < most) {
      if (reach > 1e12) return bound;
      reach *= 2;
    }
  }
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (inside + outside) / 2;
    if (deviance(middle) < most) inside = middle;
    else outside = middle;
  }
  return outside;
}

/** The difference of the means of two arms, with an interval that may be looked at any time. */
export function differenceOf(
  candidate: Sums,
  control: Sums,
  { alpha = 0.05, values = 'reals' }: DifferenceOptions = {},
): Difference {
  const { seen, of, within } = DEVIANCES[values];
  const n = { candidate: candidate.n, control: control.n };
  const mean = seen(candidate, control);
  if (Math.min(candidate.n, control.n) < LEAST_VALUES || !Number.isFinite(mean))
    return { mean: Number.isFinite(mean) ? mean : 0, low: -Infinity, high: Infinity, n };
  const most = boundary(together(candidate, control), alpha);
  const deviance = (difference: number): number => of(candidate, control, difference);
  return { mean, low: edge(mean, within[0], most, deviance), high: edge(mean, within[1], most, deviance), n };
}
