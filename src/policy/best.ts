import type { RankedLlm } from '../schema/route.js';

/** Candidates that chance is shared among: of more, the others are hardly ever the best. */
const MOST = 32;
/** Utilities are held beside each other at such steps of each one's deviation, so many to each side. */
const STEP = 0.5;
const STEPS = 8;
const DEVIATIONS = STEP * STEPS;
/**
 * How far that part of deviations counts which all candidates have: what is not known of any of them is mostly the
 * query, of which answers to others tell little. What is not known of one alone, new or changed, counts whole.
 */
const COMMON_COUNTED = 0.05;
/** Under this deviation a utility counts as known this well. */
const LEAST_DEVIATION = 1e-4;

/** What of a candidate says how likely it is the best. */
export type Candidate = Pick<
  RankedLlm,
  'quality' | 'utility' | 'uncertainty' | 'cost_usd' | 'correction' | 'learnable' | 'recovery'
>;

/** Share of the standard normal distribution below `x`, to four digits (Zelen & Severo 1964). */
function below(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const tail =
    0.3989423 *
    Math.exp((-x * x) / 2) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return x > 0 ? 1 - tail : tail;
}

/** What is believed of one candidate: a normal distribution, or two of them where it may have recovered. */
interface Belief {
  mean: number;
  deviation: number;
  chance: number;
  gain: number;
}

function beliefsOf(candidates: readonly Candidate[], meanOf: (one: Candidate) => number): Belief[] {
  // A correction widens what is not known by half of it (live/corrections.ts): that is no reason to ask.
  const variances = candidates.map(({ uncertainty, correction = 0 }) => uncertainty ** 2 - (correction / 2) ** 2);
  const common = Math.sqrt(Math.max(0, Math.min(...variances)));
  return candidates.map((one, i) => {
    const own = one.learnable ?? Math.sqrt(Math.max(0, variances[i]! - common ** 2));
    return {
      mean: meanOf(one),
      deviation: Math.max(LEAST_DEVIATION, Math.hypot(own, COMMON_COUNTED * common)),
      chance: one.recovery?.chance ?? 0,
      gain: one.recovery?.gain ?? 0,
    };
  });
}
const highest = ({ mean, deviation, chance, gain }: Belief, deviations: number): number =>
  mean + (chance > 0 ? gain : 0) + deviations * deviation;

/** Share of a belief below `at`. */
function shareBelow({ mean, deviation, chance, gain }: Belief, at: number): number {
  const share = below((at - mean) / deviation);
  return chance === 0 ? share : (1 - chance) * share + chance * below((at - mean - gain) / deviation);
}

/** Positions of those that may be within `within` of the best: of many, by what they may be at best. */
function likeliest(beliefs: readonly Belief[], within = 0): number[] {
  const surely = Math.max(...beliefs.map(({ mean, deviation }) => mean - DEVIATIONS * deviation)) - within;
  const may = Array.from(beliefs.keys()).filter((i) => highest(beliefs[i]!, DEVIATIONS) >= surely);
  if (may.length <= MOST) return may;
  return may.toSorted((a, b) => highest(beliefs[b]!, 2) - highest(beliefs[a]!, 2)).slice(0, MOST);
}

/** Where utilities are held beside each other, from low to high. */
function placesOf(beliefs: readonly Belief[], within: number): Float64Array {
  const places: number[] = [];
  for (const { mean, deviation, chance, gain } of beliefs)
    for (const centre of chance > 0 ? [mean, mean + gain] : [mean])
      for (let step = -STEPS; step <= STEPS; step++) places.push(centre + STEP * step * deviation);
  if (within > 0) places.push(...places.map((place) => place + within));
  return Float64Array.from(places).toSorted();
}

/** Products of all that stand before each of `values`, and of all that stand after it. */
function products(values: readonly number[]): { before: number[]; after: number[] } {
  const [before, after] = [values.map(() => 1), values.map(() => 1)];
  for (let i = 1; i < values.length; i++) before[i] = before[i - 1]! * values[i - 1]!;
  for (let i = values.length - 2; i >= 0; i--) after[i] = after[i + 1]! * values[i + 1]!;
  return { before, after };
}

/** Chances of `order`, by walking places from low to high: what `add` gives each between two of them. */
function walked(
  candidates: readonly Candidate[],
  beliefs: readonly Belief[],
  { order, within }: { order: readonly number[]; within: number },
  add: (shares: number[], before: number[], middle: number) => number[],
): Float64Array {
  const of = order.map((i) => beliefs[i]!);
  const chances = new Float64Array(candidates.length);
  let before = of.map(() => 0);
  let last = -Infinity;
  for (const at of placesOf(of, within)) {
    const shares = of.map((belief) => shareBelow(belief, at));
    add(shares, before, Math.max((at + last) / 2, last)).forEach((added, k) => (chances[order[k]!]! += added));
    [before, last] = [shares, at];
  }
  const total = chances.reduce((sum, chance) => sum + chance, 0);
  return chances.map((chance) => chance / total);
}

/**
 * How likely each candidate is the best `[candidates.length]`, adding up to 1: by its utility, as far as that is known,
 * each by itself (probability matching, Thompson 1933). By quadrature at steps of half a deviation: within .01 of what
 * sampling the same beliefs comes to.
 */
export function chancesToBeBest(candidates: readonly Candidate[]): Float64Array {
  const beliefs = beliefsOf(candidates, ({ utility }) => utility);
  return walked(candidates, beliefs, { order: likeliest(beliefs), within: 0 }, (shares, before) => {
    // That it lies between the last place and this one, and all others below.
    const others = products(shares.map((share, k) => (share + before[k]!) / 2));
    return shares.map((share, k) => (share - before[k]!) * others.before[k]! * others.after[k]!);
  });
}

/**
 * How likely each candidate is the cheapest whose quality is at most `within` below the best's `[candidates.length]`,
 * adding up to 1; a cost that is not known is the highest.
 */
export function chancesToBeCheapest(candidates: readonly Candidate[], within: number): Float64Array {
  const beliefs = beliefsOf(candidates, ({ quality }) => quality);
  const cost = (i: number): number => candidates[i]!.cost_usd ?? Infinity;
  const order = likeliest(beliefs, within).toSorted((a, b) => (cost(a) === cost(b) ? a - b : cost(a) - cost(b)));
  return walked(candidates, beliefs, { order, within }, (shares, before, middle) => {
    // That the best lies between the last place and this one, it is good enough, and all cheaper ones are not.
    const short = order.map((i) => shareBelow(beliefs[i]!, middle - within));
    const cheaper = products(short).before;
    const [dearer, dearerBefore] = [products(shares).after, products(before).after];
    return shares.map((share, k) =>
      Math.max(0, cheaper[k]! * ((share - short[k]!) * dearer[k]! - (before[k]! - short[k]!) * dearerBefore[k]!)),
    );
  });
}
