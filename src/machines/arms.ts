import { differenceIn, harmOf, MEASURES, type ArmSums, type Measure } from './measures.js';
import type { Difference } from './sequential.js';

/** What is told of an arm beside the first. */
export interface ArmVerdict {
  /** By quality. */
  verdict: 'better' | 'worse' | 'open';
  /** This arm less the first, each measure in its unit ({@link differenceIn}). */
  differences: Readonly<Record<Measure, Difference>>;
}

export interface ArmsVerdict {
  /** Of all arms but the first, in their order. */
  arms: ArmVerdict[];
  /** Whether all are told from the first, so that an experiment that stops by itself ends. */
  ends: boolean;
}

/** Chance that any arm as good as the first is ever told from it. */
export const ARMS_ALPHA = 0.05;

/**
 * How arms do beside the first, at any look. {@link ARMS_ALPHA} is shared evenly by the arms that are compared
 * (Bonferroni): in each measure, the intervals of all arms hold all the time, together, with a chance of 1 − alpha.
 * Measures do not share it, as only quality tells.
 *
 * - `better` or `worse`: the interval of quality has no place for "as good".
 * - `open` otherwise. Arms that are alike stay open; their experiment ends by its date, or somebody ends it.
 *
 * @param arms two or more, the first of which is what the others are compared with
 */
export function armsVerdict(arms: readonly ArmSums[], alpha: number = ARMS_ALPHA): ArmsVerdict {
  const [first, ...others] = arms as [ArmSums, ...ArmSums[]];
  const told = others.map((arm): ArmVerdict => {
    const differences = Object.fromEntries(
      MEASURES.map((measure) => [measure, differenceIn(measure, arm, first, alpha / others.length)]),
    ) as Record<Measure, Difference>;
    const harm = harmOf('quality', differences.quality);
    return { verdict: harm.low > 0 ? 'worse' : harm.high < 0 ? 'better' : 'open', differences };
  });
  return { arms: told, ends: told.every(({ verdict }) => verdict !== 'open') };
}
