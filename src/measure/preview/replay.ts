import type { Pace } from '../../base/pace.js';
import { chain } from '../../base/maybe.js';
import { createRng } from '../../base/rng.js';
import type { ScoringParts } from '../../decision/scored.js';
import type { PolicyBody } from '../../schema/policy.js';
import type { Scorer } from '../../scoring/types.js';
import { principalComponents, SAMPLE } from '../off-policy/components.js';
import { estimatedPropensities } from '../off-policy/estimated-propensities.js';
import type { DecisionLog } from '../off-policy/log.js';
import { createPolicyRanker, ownRules, scoreAgain, type Would } from './rank.js';
import type { LoggedChoice } from './read.js';

/** A policy, and what scores for it. */
export interface Judged {
  body: PolicyBody;
  scorer: Scorer;
}

/** What two policies would do with logged queries, in columns; see {@link DecisionLog}. */
export interface Replayed {
  /** The choices that both have a candidate for, newest first. */
  choices: LoggedChoice[];
  log: DecisionLog;
  /** `[n · numLlms]` each. */
  chances: { policy: Float64Array; against: Float64Array };
  /** What each would choose first `[n]`, with its ranking's entry. */
  first: { policy: Would['ranking'][number][]; against: Would['ranking'][number][] };
  /** Candidates of the policy in the mean. */
  candidates: number;
  /** What was expected before it was known what came of it `[n · numLlms]`; NaN where nothing was. */
  expected: DecisionLog['outcome'];
  /** What is expected now, by the policy's scorer `[n · numLlms]`. */
  now: DecisionLog['outcome'];
  /** What describes each query `[n · axes]`. */
  features: Float64Array;
  axes: number;
  /** Choices that a policy has no candidate for. */
  refused: { policy: number; against: number };
  /** Where in `rulesTried` order each of some queries would go: `[rules][n]`, −1 where not tried. */
  tried: Int32Array[];
}

export interface ReplayInput extends ScoringParts {
  choices: readonly LoggedChoice[];
  policy: Judged;
  against: Judged;
  /** Policies by their names, as they are now. */
  policies(name: string): PolicyBody | undefined;
  /** Rules that every `strideTried`-th query is ranked by, too. */
  tried: readonly PolicyBody[];
  strideTried: number;
  /** Whether the policy's version was asked for, so that what another expected does not stand for it. */
  mustScore: boolean;
  pace: Pace;
}

/** The vector of a query; null where its text is not kept, or it can't be encoded. */
async function vectorOf({ query }: LoggedChoice, scorer: Scorer): Promise<Float32Array | null> {
  return query === null ? null : await chain(scorer.encode(query), (vector) => vector);
}

/** What a query is of, by which its LLM may have been chosen: its task, or the likeliest of what is inferred. */
function groupOf({ task }: LoggedChoice, vector: Float32Array | null, scorer: Scorer): string {
  if (task !== null) return `task ${task}`;
  if (vector === null) return '';
  const groups = [...scorer.tasksOf(vector).map((t) => ({ name: t.task, ...t })), ...kindsOf(scorer, vector)];
  return groups.reduce((best, one) => (one.probability > best.probability ? one : best), { name: '', probability: 0 })
    .name;
}

const kindsOf = (scorer: Scorer, vector: Float32Array): { name: string; probability: number }[] =>
  scorer.kindsOf(vector).map(({ kind, probability }) => ({ name: kind, probability }));

/** Ranks logged queries by two policies. */
export async function replay(input: ReplayInput): Promise<Replayed> {
  const { policy, against, mustScore, pace, trust, corrections } = input;
  const parts = { trust, corrections };
  const models = policy.scorer.models;
  const places = new Map(models.map((model, l) => [model, l]));
  const numLlms = models.length;
  const given = input.choices.filter(({ model }) => places.has(model));
  const stride = Math.max(1, Math.floor(given.length / SAMPLE));
  const sampled: Float32Array[] = [];
  for (let i = 0; i < given.length; i += stride) {
    const vector = await vectorOf(given[i]!, policy.scorer);
    if (vector !== null) sampled.push(vector);
    await pace.turn();
  }
  const components = await principalComponents(sampled, createRng(1));
  const { axes } = components;

  const n = given.length;
  const matrix = (fill: number): Float64Array => new Float64Array(n * numLlms).fill(fill);
  const out = {
    chances: { policy: matrix(0), against: matrix(0) },
    expected: { quality: matrix(NaN), cost: matrix(NaN), latency: matrix(NaN) },
    now: { quality: matrix(NaN), cost: matrix(NaN), latency: matrix(NaN) },
    features: new Float64Array(n * axes),
    tried: input.tried.map(() => new Int32Array(n).fill(-1)),
  };
  const first: Replayed['first'] = { policy: [], against: [] };
  const refused = { policy: 0, against: 0 };
  const kept: LoggedChoice[] = [];
  const groups: string[] = [];
  const queries = new Map<string, number>();
  const query: number[] = [];
  let candidates = 0;
  const ranker = createPolicyRanker(policy.body, policy.scorer.version !== null);
  const otherRanker = createPolicyRanker(against.body, against.scorer.version !== null);
  const triedRankers = input.tried.map((body) => createPolicyRanker(body, true));

  for (const [at, choice] of given.entries()) {
    await pace.turn();
    const vector = await vectorOf(choice, policy.scorer);
    const mine = await scoreAgain(choice, policy.scorer, { ...parts, vector, mustScore });
    const same = against.scorer === policy.scorer;
    const otherVector = same ? vector : await vectorOf(choice, against.scorer);
    const theirs = same
      ? mine
      : await scoreAgain(choice, against.scorer, { ...parts, vector: otherVector, mustScore: false });
    if (mine === null || theirs === null) continue;
    const own = ownRules(choice, choice.policy === null ? undefined : input.policies(choice.policy));
    const would = ranker.rank(choice, own, mine);
    const other = otherRanker.rank(choice, own, theirs);
    if (would === null) refused.policy++;
    if (other === null) refused.against++;
    if (would === null || other === null) continue;
    const i = kept.push(choice) - 1;
    const spread = (chances: Float64Array, { ranking, chances: by }: Would): void =>
      ranking.forEach(({ model }, k) => {
        const l = places.get(model);
        if (l !== undefined) chances[i * numLlms + l] = by === null ? Number(k === 0) : by[k]!;
      });
    spread(out.chances.policy, would);
    spread(out.chances.against, other);
    first.policy.push(would.ranking[0]!);
    first.against.push(other.ranking[0]!);
    candidates += would.ranking.length;
    for (const llm of mine.scored) {
      const cell = i * numLlms + places.get(llm.model)!;
      out.now.quality[cell] = llm.quality;
      out.now.cost[cell] = out.expected.cost[cell] = llm.costUsd ?? NaN;
      out.now.latency[cell] = out.expected.latency[cell] = llm.latencyMs ?? NaN;
    }
    for (const llm of choice.ranking) {
      const l = places.get(llm.model);
      if (l === undefined) continue;
      const cell = i * numLlms + l;
      out.expected.quality[cell] = llm.quality;
      out.expected.cost[cell] = llm.cost_usd ?? out.expected.cost[cell]!;
      out.expected.latency[cell] = llm.latency_ms ?? out.expected.latency[cell]!;
    }
    if (vector !== null) out.features.set(components.of(vector), i * axes);
    groups.push(groupOf(choice, vector, policy.scorer));
    if (!queries.has(choice.queryHash)) queries.set(choice.queryHash, queries.size);
    query.push(queries.get(choice.queryHash)!);
    if (at % input.strideTried === 0)
      triedRankers.forEach((one, r) => {
        const tried = one.rank(choice, own, mine);
        if (tried !== null) out.tried[r]![i] = places.get(tried.ranking[0]!.model)!;
      });
  }

  const m = kept.length;
  const chosen = Int32Array.from(kept, ({ model }) => places.get(model)!);
  const estimated = kept.some(({ propensity }) => Number.isNaN(propensity))
    ? estimatedPropensities(chosen, groups, numLlms)
    : null;
  const rows = (of: Float64Array, width = numLlms): Float64Array => of.subarray(0, m * width);
  const measures = (of: DecisionLog['outcome']): DecisionLog['outcome'] => ({
    quality: rows(of.quality),
    cost: rows(of.cost),
    latency: rows(of.latency),
  });
  return {
    choices: kept,
    log: {
      models,
      query: Int32Array.from(query),
      chosen,
      propensity: Float64Array.from(kept, ({ propensity }, i) =>
        Number.isNaN(propensity) ? estimated![i]! : propensity,
      ),
      outcome: {
        quality: Float64Array.from(kept, ({ score }) => score),
        cost: Float64Array.from(kept, ({ costUsd }) => costUsd),
        latency: Float64Array.from(kept, ({ latencyMs }) => latencyMs),
      },
    },
    chances: { policy: rows(out.chances.policy), against: rows(out.chances.against) },
    first,
    candidates: candidates / Math.max(1, m),
    expected: measures(out.expected),
    now: measures(out.now),
    features: rows(out.features, axes),
    axes,
    refused,
    tried: out.tried.map((of) => of.subarray(0, m)),
  };
}
