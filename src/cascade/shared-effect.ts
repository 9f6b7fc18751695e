import { sigmoid } from '../math/linear.js';

/**
 * Standard deviation, in log odds, of the effect that all LLMs share on a query: how far they fail together beyond what
 * was predicted. 0: failures are independent given the predictions. Measured on held-out queries of the llmrouter log,
 * by what the second and third best LLM add to the best (docs/learning.md).
 */
export const DEFAULT_SPREAD = 2.7;

/** Points of the trapezoid rule by which the effect is integrated, from −3.5 to 3.5 standard deviations. */
const POINTS = 11;
const REACH = 3.5;
/** Number of predicted qualities whose chances at each point are tabulated; between them, chances are linear. */
const GRID = 256;

/**
 * The effect that all LLMs share on a query (a random intercept): it makes the query easier or harder for each of them
 * than predicted. LLM i is right with chance σ(t_i + spread · z), z standard normal; t_i is such that the mean over z
 * is its predicted quality. Given z, LLMs are right or wrong independently.
 */
export interface SharedEffect {
  points: number;
  /** Chance of each point `[points]`. */
  prior: Float64Array;
  /** Chances `[points]` that an LLM of this predicted quality, in [0, 1], is right; their mean over `prior` is that. */
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

function createSharedEffect(spread: number): SharedEffect {
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
      const position = Math.min(1, Math.max(0, quality)) * GRID;
      const row = Math.min(GRID - 1, Math.floor(position));
      const share = position - row;
      const out = new Float64Array(POINTS);
      for (let k = 0; k < POINTS; k++)
        out[k] = (1 - share) * table[row * POINTS + k]! + share * table[(row + 1) * POINTS + k]!;
      return out;
    },
  };
}

const made = new Map<number, SharedEffect>();

/** The shared effect of this spread; made once for each, in a few milliseconds. */
export function sharedEffectOf(spread: number): SharedEffect {
  let effect = made.get(spread);
  if (effect === undefined) made.set(spread, (effect = createSharedEffect(spread)));
  return effect;
}
