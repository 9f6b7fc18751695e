import { sigmoid } from '../math/linear.js';

/**
 * How far LLMs fail together on a query beyond what was predicted: standard deviation, in log odds, of what the
 * predictions miss and all LLMs share. 0: failures are independent given the predictions. Measured on held-out
 * queries of the llmrouter log, by what the second and third best LLM add to the best (docs/learning.md).
 */
export const DEFAULT_SPREAD = 2.7;

/** Points at which what is shared is looked at, from −3.5 to 3.5 standard deviations: the trapezoid rule. */
const POINTS = 11;
const REACH = 3.5;
/** Predicted qualities of which the chances at each point are tabulated; between them, chances are linear. */
const GRID = 256;

/**
 * The luck of a query: whatever makes it easier or harder for every LLM than predicted. LLM i is right with
 * chance σ(t_i + spread · z) at luck z, z standard normal, where t_i is such that the mean is its predicted quality.
 * Given z, LLMs are right or wrong independently.
 */
export interface Luck {
  points: number;
  /** Chance of each point `[points]`. */
  prior: Float64Array;
  /**
   * Chances `[points]` that an LLM of this predicted quality, in [0, 1], is right; their mean over `prior` is
   * `quality`.
   */
  chances(quality: number): Float64Array;
}

function meanAt(shift: number, spread: number, at: Float64Array, prior: Float64Array): number {
  let mean = 0;
  for (let k = 0; k < POINTS; k++) mean += prior[k]! * sigmoid(shift + spread * at[k]!);
  return mean;
}

/** The shift at which the mean chance is `quality`, by bisection. */
function shiftOf(quality: number, spread: number, at: Float64Array, prior: Float64Array): number {
  let low = -40;
  let high = 40;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (meanAt(middle, spread, at, prior) < quality) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function createLuck(spread: number): Luck {
  const at = Float64Array.from({ length: POINTS }, (_, k) => (2 * REACH * k) / (POINTS - 1) - REACH);
  const density = at.map((z) => Math.exp((-z * z) / 2));
  const total = density.reduce((a, b) => a + b, 0);
  const prior = density.map((d) => d / total);
  const table = new Float64Array((GRID + 1) * POINTS);
  for (let g = 0; g <= GRID; g++) {
    const shift = shiftOf(g / GRID, spread, at, prior);
    for (let k = 0; k < POINTS; k++)
      table[g * POINTS + k] = g === 0 ? 0 : g === GRID ? 1 : sigmoid(shift + spread * at[k]!);
  }
  return {
    points: POINTS,
    prior,
    chances(quality) {
      const place = Math.min(1, Math.max(0, quality)) * GRID;
      const row = Math.min(GRID - 1, Math.floor(place));
      const share = place - row;
      const out = new Float64Array(POINTS);
      for (let k = 0; k < POINTS; k++)
        out[k] = (1 - share) * table[row * POINTS + k]! + share * table[(row + 1) * POINTS + k]!;
      return out;
    },
  };
}

const made = new Map<number, Luck>();

/** The luck of queries with this spread; made once for each, in a few milliseconds. */
export function luckOf(spread: number): Luck {
  let luck = made.get(spread);
  if (luck === undefined) made.set(spread, (luck = createLuck(spread)));
  return luck;
}
