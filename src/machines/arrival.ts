/**
 * What the first answers of an LLM that came after the training say beyond what is declared of it: how much better or
 * worse it is altogether, and by task or kind of query. It is told against what was expected of each query, so that an
 * LLM that is asked what is hard does not look weak. In closed form from one answer to the next.
 *
 * For the residuals e of an LLM on the queries of a group g, n_g of them with mean m_g:
 *
 *     e = μ + θ_g + ε,    μ ~ N(0, LEVEL²),  θ_g ~ N(0, GROUP²),  ε ~ N(0, NOISE²)
 */
import type { GroupShare } from './correction.js';

/** Deviations: of a level that is declared, of a group around it, and of a single answer. */
const LEVEL = 0.2;
const GROUP = 0.1;
const NOISE = 0.4;
/** Groups that a query is less likely of are left out. */
const LEAST_SHARE = 0.02;

interface Sums {
  answers: number;
  sum: number;
}

/** What is believed of one LLM. */
interface Belief {
  level: number;
  levelVariance: number;
  /** Of a group: what is expected there, and by how much its own answers are believed, in [0, 1). */
  groups: ReadonlyMap<string, { mean: number; believed: number }>;
}

export interface Arrivals {
  /** Takes note of an answer whose score is `residual` higher than what is declared lets expect. */
  observe(model: string, groups: readonly GroupShare[], residual: number, weight?: number): void;
  /** What to add to the expected score on a query of these groups, and the deviation of that. */
  of(model: string, groups: readonly GroupShare[]): { shift: number; deviation: number };
}

const UNKNOWN: Belief = { level: 0, levelVariance: LEVEL ** 2, groups: new Map() };

function believe(groups: ReadonlyMap<string, Sums>): Belief {
  let [sum, weight] = [0, 1 / LEVEL ** 2];
  for (const { answers, sum: of } of groups.values()) {
    const counts = 1 / (GROUP ** 2 + NOISE ** 2 / answers);
    sum += (counts * of) / answers;
    weight += counts;
  }
  const level = sum / weight;
  const told = Array.from(groups, ([group, { answers, sum: of }]) => {
    const believed = GROUP ** 2 / (GROUP ** 2 + NOISE ** 2 / answers);
    return [group, { mean: level + believed * (of / answers - level), believed }] as const;
  });
  return { level, levelVariance: 1 / weight, groups: new Map(told) };
}

export function createArrivals(): Arrivals {
  const llms = new Map<string, { groups: Map<string, Sums>; belief: Belief | null }>();
  return {
    observe(model, shares, residual, weight = 1) {
      let own = llms.get(model);
      if (own === undefined) llms.set(model, (own = { groups: new Map(), belief: null }));
      own.belief = null;
      const known = shares.filter(({ probability }) => probability >= LEAST_SHARE);
      for (const { group, probability } of known.length > 0 ? known : [{ group: '', probability: 1 }]) {
        const { answers, sum } = own.groups.get(group) ?? { answers: 0, sum: 0 };
        const counts = weight * probability;
        own.groups.set(group, { answers: answers + counts, sum: sum + counts * residual });
      }
    },
    of(model, shares) {
      const own = llms.get(model);
      const belief = own === undefined ? UNKNOWN : (own.belief ??= believe(own.groups));
      let [shift, ofLevel, variance] = [0, 1, 0];
      for (const { group, probability } of shares) {
        const { mean, believed } = belief.groups.get(group) ?? { mean: belief.level, believed: 0 };
        shift += probability * (mean - belief.level);
        ofLevel -= probability * believed;
        variance += probability ** 2 * GROUP ** 2 * (1 - believed);
      }
      return { shift: belief.level + shift, deviation: Math.sqrt(variance + ofLevel ** 2 * belief.levelVariance) };
    },
  };
}
