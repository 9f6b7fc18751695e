/**
 * What answers since say beyond what a version expects of them: how far each LLM's expected score is off, by task or
 * kind of query. Kept up with in closed form from one answer to the next, and forgotten with a half-life, so that an
 * LLM that got worse loses the traffic that the evidence is about, and gets it back once it is as before.
 *
 * For the residuals e of LLM m on the queries of a group g, in units of their variance σ² over all answers:
 *
 *     e = u_g + θ_mg + ε,    u_g ~ N(μ_g, COMMON² σ²),  ε ~ N(0, σ²),
 *     θ_mg ~ (1 − CHANGED) N(0, ERROR² σ²) + CHANGED N(0, CHANGE² σ²)
 *
 * u is so of all LLMs: the queries became harder, or scores are given otherwise than those that the version learned
 * from. μ is what is so of most: the median of the LLMs' mean residuals, each drawn towards 0 by 8 answers' worth,
 * where three or more are known; else 0. θ is mostly a small error of the version's, which is told by all its answers,
 * and seldom a large change of the LLM, which is told by its latest, and followed whole.
 */

/** How likely a query is of a group: a task, or a kind where no task is known. */
export interface GroupShare {
  group: string;
  probability: number;
}

/** Deviations of what is off, in deviations of a single answer; and how likely a change is. */
const COMMON = 0.05;
const ERROR = 0.1;
const CHANGE = 0.6;
const CHANGED = 0.2;
/** Answers that draw an LLM's mean towards 0 where the median of LLMs is taken, and LLMs that it takes. */
const DRAWN_BY = 8;
const MEDIAN_LLMS = 3;
/** Rounds in which what is so of all LLMs and what is so of one are told apart. */
const ROUNDS = 3;
/** Variance of a score that is expected before any is seen, and how many answers that is worth. */
const VARIANCE = 0.05;
const VARIANCE_ANSWERS = 2;
/** Evidence of fewer answers is let go of; where they have a weight, of fewer times that. */
const LEAST_ANSWERS = 0.25;
/** Groups that a query is less likely of are left out. */
const LEAST_SHARE = 0.02;

/** Own answers of an LLM after which its latest count half. */
const LATEST = 50;

/** How many residuals, and their sum. */
interface Residuals {
  answers: number;
  sum: number;
}

/** Residuals of one LLM in one group, all and the latest, as of when the group had `at` answers. */
interface Evidence {
  all: Residuals;
  latest: Residuals;
  /** How likely it then was as the version has it, whatever became of it meanwhile. */
  well: number;
  /** It is let go of where fewer answers are left of it. */
  least: number;
  at: number;
}

const times = ({ answers, sum }: Residuals, kept: number): Residuals => ({ answers: kept * answers, sum: kept * sum });
const plus = ({ answers, sum }: Residuals, share: number, residual: number): Residuals => ({
  answers: answers + share,
  sum: sum + share * residual,
});
const NOTHING: Residuals = { answers: 0, sum: 0 };

/** An LLM that got worse is as good again by each answer of a group with such a chance, that half are after so many. */
const RECOVERS = 400;
/** Nobody is known to be well, or not, for more certain than this. */
const LEAST_CHANCE = 0.002;
/** A recovery that gains less is none. */
const LEAST_GAIN = 0.02;

/** How likely an LLM is well, so many answers of a group after it was so with chance `well`. */
const recovered = (well: number, answers: number): number => 1 - (1 - well) * 2 ** (-answers / RECOVERS);

/**
 * How likely an LLM is well after an answer with this residual: beside what its latest answers say, unless it is.
 *
 * @param variance of a single answer
 * @param weight how many answers it counts as
 */
function wellAfter(well: number, { answers, sum }: Residuals, residual: number, variance: number, weight: number) {
  const sick = Math.min(0, sum / (answers + DRAWN_BY));
  const odds = (well / (1 - well)) * Math.exp((weight * (sick * sick - 2 * sick * residual)) / (2 * variance));
  return Math.min(1 - LEAST_CHANCE, Math.max(LEAST_CHANCE, odds / (1 + odds)));
}

/** What an LLM's own answers say in a group, and what of that is a change of it. */
interface Own {
  correction: number;
  change: number;
}

interface Group {
  /** Answers so far, of all LLMs, each by how likely it is of the group. */
  answers: number;
  llms: Map<string, Evidence>;
  /** What follows of it; null where more was observed since. */
  corrections: { common: number; own: ReadonlyMap<string, Own> } | null;
}

export interface Corrections {
  /**
   * Takes note of an answer whose score is `residual` higher than was expected.
   *
   * @param weight how many answers it counts as, in (0, 1]
   */
  observe(model: string, groups: readonly GroupShare[], residual: number, weight?: number): void;
  /** What to add to the expected score of an LLM on a query of these groups. */
  of(model: string, groups: readonly GroupShare[]): number;
  /**
   * How likely an LLM that got worse on such queries is as good again, and by how much it then is better; null where it
   * did not. It is likelier the more answers came of others, and by each of its own that is as good as before.
   */
  recoveryOf(model: string, groups: readonly GroupShare[]): { chance: number; gain: number } | null;
}

const density = (x: number, variance: number): number => Math.exp(-(x * x) / (2 * variance)) / Math.sqrt(variance);

/** What is off for most LLMs; 0 where few are known. */
function mostlyOff(known: readonly Residuals[]): number {
  if (known.length < MEDIAN_LLMS) return 0;
  const drawn = known.map(({ answers, sum }) => sum / (answers + DRAWN_BY)).toSorted((a, b) => a - b);
  const middle = drawn.length >> 1;
  return drawn.length % 2 === 1 ? drawn[middle]! : (drawn[middle - 1]! + drawn[middle]!) / 2;
}

/** @param halfLife answers of a group after which what was observed in it counts half */
export function createCorrections(halfLife: number): Corrections {
  const groups = new Map<string, Group>();
  let squares = VARIANCE_ANSWERS * VARIANCE;
  let answers = VARIANCE_ANSWERS;

  /** Evidence as of now. */
  function faded({ answers: group }: Group, evidence: Evidence): Evidence {
    const kept = 2 ** ((evidence.at - group) / halfLife);
    const [all, latest] = [times(evidence.all, kept), times(evidence.latest, kept)];
    return { ...evidence, all, latest, well: recovered(evidence.well, group - evidence.at), at: group };
  }

  function correct(group: Group): NonNullable<Group['corrections']> {
    const variance = squares / answers;
    const [common, error, change] = [COMMON, ERROR, CHANGE].map((deviation) => deviation ** 2 * variance) as [
      number,
      number,
      number,
    ];
    const told = ({ answers: n, sum }: Residuals) => ({ mean: sum / n, noise: variance / n });
    const evidence = [...group.llms].map(([model, own]) => ({ model, ...faded(group, own) }));
    const usual = mostlyOff(evidence.map(({ all }) => all));
    const known = evidence.map(({ model, all, latest }) => {
      return { model, all: told(all), latest: told(latest), changed: 0 };
    });
    let shift = 0;
    for (let round = 0; round < ROUNDS; round++) {
      let [sum, weight] = [usual / common, 1 / common];
      for (const { all, changed } of known) {
        const counts = (1 - changed) / (all.noise + error);
        sum += counts * all.mean;
        weight += counts;
      }
      shift = sum / weight;
      for (const one of known) {
        const { mean, noise } = one.latest;
        const as = CHANGED * density(mean - shift, noise + change);
        one.changed = as / (as + (1 - CHANGED) * density(mean - shift, noise + error));
      }
    }
    const own = known.map(({ model, all, latest, changed }): [string, Own] => {
      const ofChange = (changed * (latest.mean - shift) * change) / (change + latest.noise);
      const ofError = ((1 - changed) * (all.mean - shift) * error) / (error + all.noise);
      return [model, { correction: ofChange + ofError, change: ofChange }];
    });
    return { common: shift, own: new Map(own) };
  }

  return {
    observe(model, shares, residual, weight = 1) {
      squares += weight * residual * residual;
      answers += weight;
      for (const { group: name, probability } of shares) {
        if (probability < LEAST_SHARE) continue;
        let group = groups.get(name);
        if (group === undefined) groups.set(name, (group = { answers: 0, llms: new Map(), corrections: null }));
        const counts = weight * probability;
        group.answers += counts;
        group.corrections = null;
        const before = group.llms.get(model);
        const known =
          before === undefined ? { all: NOTHING, latest: NOTHING, well: 1 - LEAST_CHANCE } : faded(group, before);
        group.llms.set(model, {
          all: plus(known.all, counts, residual),
          latest: plus(times(known.latest, 2 ** (-counts / LATEST)), counts, residual),
          well: wellAfter(known.well, known.latest, residual, squares / answers, counts),
          least: Math.min(before?.least ?? LEAST_ANSWERS, weight * LEAST_ANSWERS),
          at: group.answers,
        });
        for (const [other, evidence] of group.llms)
          if (faded(group, evidence).all.answers < evidence.least) group.llms.delete(other);
      }
    },
    of(model, shares) {
      let correction = 0;
      for (const { group: name, probability } of shares) {
        const group = probability < LEAST_SHARE ? undefined : groups.get(name);
        if (group === undefined) continue;
        const { common, own } = (group.corrections ??= correct(group));
        correction += probability * (common + (own.get(model)?.correction ?? 0));
      }
      return correction;
    },
    recoveryOf(model, shares) {
      let [gain, likely] = [0, 0];
      for (const { group: name, probability } of shares) {
        const group = probability < LEAST_SHARE ? undefined : groups.get(name);
        const evidence = group?.llms.get(model);
        if (group === undefined || evidence === undefined) continue;
        const lost = -((group.corrections ??= correct(group)).own.get(model)?.change ?? 0);
        if (lost <= 0) continue;
        gain += probability * lost;
        likely += probability * lost * faded(group, evidence).well;
      }
      return gain < LEAST_GAIN ? null : { chance: likely / gain, gain };
    },
  };
}
