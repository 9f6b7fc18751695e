import type { LlmId } from '../schema/ids.js';
import type { Rules } from '../schema/policy.js';
import type { LlmProfile } from '../schema/profile.js';
import type { RankedLlm } from '../schema/route.js';
import type { ScoredLlm } from '../scoring/types.js';
import { finite, isSane } from './finite.js';
import { noCandidate } from './no-candidate.js';
import { unableFor, type CallDemands } from './needs.js';
import { brokenBounds, latencyOf, tooLong, type Constraints, type Exclusion, type Scored } from './constraints.js';

/** What is to be ranked, and by what. */
export interface RankInput {
  /** Not empty. */
  scored: readonly ScoredLlm[];
  /** What each of `scored` declares, in the same order. */
  profiles: readonly LlmProfile[];
  rules: Rules;
  /** Of `rules`; see `constraintsOf`. */
  constraints: Constraints;
  promptTokens: number;
  /** What the call that is to be routed asks for; nothing unless given. */
  demands?: CallDemands | null;
  /**
   * Why an LLM may not be chosen now, whatever the rules; where that leaves none, it is not asked for: an answer that
   * may fail is better than none.
   */
  barred?: ((model: string) => Pick<Exclusion, 'constraint' | 'reason'> | undefined) | null;
  /**
   * Why an LLM has no room for a query now; where none has, it is not asked for: the price then puts those first that
   * soonest have.
   */
  full?: ((model: string) => string | undefined) | null;
  /** Quality points that an LLM is dearer by for how little of it is left; none where it is not told. */
  price?: ((model: string) => number) | null;
}

export interface Ranking {
  /**
   * Candidates, best first: pinned ones, then those within `cheapest_within` by cost, then by utility; ties by lower
   * cost, then by id. Never empty.
   */
  ranking: RankedLlm[];
  excluded: Exclusion[];
  /** Bounds that the first of the ranking breaks, as nobody keeps them all. */
  relaxed: Exclusion['constraint'][];
  /** Whether every candidate is barred, so that none is left out for it. */
  allBarred: boolean;
  /** Whether every candidate is full, likewise. */
  allFull: boolean;
}

/** To six decimals: more is noise in an answer. */
function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** To ten decimals, as one query may cost a ten-thousandth of a cent. */
function roundCost(value: number): number {
  return Math.round(value * 1e10) / 1e10;
}

function compareCost(a: RankedLlm, b: RankedLlm): number {
  return (a.cost_usd ?? Infinity) - (b.cost_usd ?? Infinity) || 0;
}

function compareRanked(a: RankedLlm, b: RankedLlm): number {
  return b.utility - a.utility || compareCost(a, b) || (a.model < b.model ? -1 : 1);
}

/**
 * What is given up per US cent and per second, where the dearest candidate costs `dearest` US dollars and the slowest
 * takes `slowest` milliseconds.
 */
export function weightsOf(
  {
    cost_weight: cost = 0,
    latency_weight: latency = 0,
    relative_cost_weight: ofDearest = 0,
    relative_latency_weight: ofSlowest = 0,
  }: Rules,
  dearest: number,
  slowest: number,
): { costWeight: number; latencyWeight: number } {
  return {
    costWeight: cost + (dearest > 0 ? ofDearest / (100 * dearest) : 0),
    latencyWeight: latency + (slowest > 0 ? (1000 * ofSlowest) / slowest : 0),
  };
}

/** The largest known value; 0 where none is known. */
export function largest(values: Iterable<number | null>): number {
  let max = 0;
  for (const value of values) if (value !== null && value > max) max = value;
  return max;
}

/**
 * The LLMs that keep all rules; where none does and the rules allow it, those that come nearest, and how far off each
 * is.
 */
function allowedBy({ scored, profiles, rules, constraints: { firm, bounds }, promptTokens, demands }: RankInput): {
  allowed: Scored[];
  excluded: Exclusion[];
  excess: Map<string, number> | null;
} {
  const unable = demands ? unableFor(demands) : null;
  const answerTokens = demands?.maxOutputTokens ?? 0;
  const excluded: Exclusion[] = [];
  /** Those of `excluded` that no rule excludes, but what the query needs. */
  const unfit: Exclusion[] = [];
  const beyond: Scored[] = [];
  const allowed: Scored[] = [];
  scored.forEach((found, i) => {
    const llm = finite(found);
    const one: Scored = { llm, profile: profiles[i]! };
    const exclude = (constraint: Exclusion['constraint'], reason: string): Exclusion => {
      const exclusion: Exclusion = { model: llm.model, constraint, reason };
      excluded.push(exclusion);
      return exclusion;
    };
    for (const { constraint, check } of firm) {
      const reason = check(one);
      if (reason !== undefined) return void exclude(constraint, reason);
    }
    const lacks = unable === null ? undefined : unable(one.profile);
    if (lacks !== undefined) return void unfit.push(exclude(lacks.constraint, lacks.reason));
    const long = tooLong(one, promptTokens, answerTokens);
    if (long !== undefined) return void unfit.push(exclude('context_tokens', long));
    for (const bound of bounds) {
      if (bound.excess(llm) <= 0) continue;
      beyond.push(one);
      return void exclude(bound.constraint, bound.reason(llm));
    }
    allowed.push(one);
  });
  if (allowed.length > 0) return { allowed, excluded, excess: null };
  if (beyond.length === 0 || rules.on_no_candidate !== 'nearest') throw noCandidate(excluded, unfit, rules);
  const excess = new Map(
    beyond.map(({ llm }) => [llm.model, bounds.reduce((sum, bound) => sum + Math.max(0, bound.excess(llm)), 0)]),
  );
  return { allowed: beyond, excluded: excluded.filter(({ model }) => !excess.has(model)), excess };
}

/** Leaves out candidates that there is a reason to; where that leaves none, all stay. */
function without(
  candidates: Scored[],
  reasonFor: RankInput['barred'],
  excluded: Exclusion[],
): { left: Scored[]; all: boolean } {
  if (!reasonFor) return { left: candidates, all: false };
  const reasons = candidates.map(({ llm }) => reasonFor(llm.model));
  const left = candidates.filter((_, i) => reasons[i] === undefined);
  if (left.length === 0) return { left: candidates, all: true };
  candidates.forEach(({ llm: { model } }, i) => {
    const reason = reasons[i];
    if (reason !== undefined) excluded.push({ model, ...reason });
  });
  return { left, all: false };
}

/** As {@link RankInput.barred} has it. */
function fullAs(full: RankInput['full']): RankInput['barred'] {
  if (!full) return null;
  return (model) => {
    const reason = full(model);
    return reason === undefined ? undefined : { constraint: 'load', reason };
  };
}

/** The order of candidates that the rules ask for besides utility; null where they ask for none. */
function orderOf(
  ranking: readonly RankedLlm[],
  { pin, cheapest_within: within }: Rules,
  excess: Map<string, number> | null,
): ((a: RankedLlm, b: RankedLlm) => number) | null {
  if (pin === undefined && within === undefined && excess === null) return null;
  const places = new Map<string, number>(pin?.map((model, i) => [model, i]));
  const place = ({ model }: RankedLlm): number => places.get(model) ?? places.size;
  const least = within === undefined ? Infinity : round(largest(ranking.map((llm) => llm.quality)) - within);
  const far = ({ model }: RankedLlm): number => excess?.get(model) ?? 0;
  return (a, b) => {
    const pinned = place(a) - place(b);
    if (pinned !== 0) return pinned;
    // Two that are infinitely far off are alike.
    const nearer = far(a) === far(b) ? 0 : far(a) - far(b);
    if (nearer !== 0) return nearer;
    const [near, other] = [a.quality >= least, b.quality >= least];
    if (near !== other) return near ? -1 : 1;
    return (near ? compareCost(a, b) : 0) || compareRanked(a, b);
  };
}

/**
 * Ranks scored LLMs by utility = quality − weight of cost · US cents − weight of latency · seconds − price, after the
 * rules' constraints; see {@link weightsOf}. A cost or latency that is not known counts as the highest known among the
 * candidates, so that silence is never an advantage. Whatever was scored, every number of the ranking is finite. Pure.
 * Throws `no_candidate` naming the constraints that excluded everyone.
 */
export function rank(input: RankInput): Ranking {
  const { rules, barred, full, price } = input;
  const { allowed, excluded, excess } = allowedBy(input);
  const { left: healthy, all: allBarred } = without(allowed, barred, excluded);
  const { left: candidates, all: allFull } = without(healthy, fullAs(full), excluded);

  const dearest = largest(candidates.map(({ llm }) => llm.costUsd));
  const slowest = largest(candidates.map(({ llm }) => latencyOf(llm, rules)));
  const { costWeight, latencyWeight } = weightsOf(rules, dearest, slowest);
  const ranking = candidates.map(({ llm }): RankedLlm => {
    const cents = (llm.costUsd ?? dearest) * 100;
    const seconds = (latencyOf(llm, rules) ?? slowest) / 1000;
    const asked = price?.(llm.model) ?? 0;
    const loadPrice = isSane(asked) ? asked : 0;
    const correction = round(llm.correction ?? 0);
    return {
      model: llm.model as LlmId,
      quality: round(llm.quality),
      uncertainty: round(llm.uncertainty),
      cost_usd: llm.costUsd === null ? null : roundCost(llm.costUsd),
      latency_ms: llm.latencyMs === null ? null : round(llm.latencyMs),
      latency_p90_ms: llm.latencyP90Ms === null ? null : round(llm.latencyP90Ms),
      utility: round(llm.quality - costWeight * cents - latencyWeight * seconds - loadPrice),
      ...(loadPrice === 0 ? {} : { load_price: round(loadPrice) }),
      ...(correction === 0 ? {} : { correction }),
      ...(llm.learnable !== undefined && { learnable: round(llm.learnable) }),
      ...(llm.recovery && { recovery: { chance: round(llm.recovery.chance), gain: round(llm.recovery.gain) } }),
    };
  });
  ranking.sort(orderOf(ranking, rules, excess) ?? compareRanked);
  const first = candidates.find(({ llm }) => llm.model === (ranking[0] as RankedLlm).model)!.llm;
  return {
    ranking,
    excluded,
    relaxed: excess === null ? [] : brokenBounds(input.constraints, first),
    allBarred,
    allFull,
  };
}
