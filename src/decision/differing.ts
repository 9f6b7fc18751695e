import { chain, type Maybe } from '../base/maybe.js';
import type { RoutingLoad } from '../live/load.js';
import type { Beside } from '../live/experiments.js';
import type { Policies } from '../live/policies.js';
import type { LlmId } from '../schema/ids.js';
import type { RankedLlm } from '../schema/route.js';
import type { ExpectedOfBoth } from '../schema/shadow.js';
import type { Scorer } from '../scoring/types.js';
import { rulesIn } from './arm.js';
import type { Asked } from './asked.js';
import { nextOf } from './conversation.js';
import type { Ranker } from './ranking.js';
import { ownRules } from './rules.js';
import type { ScorerFacts } from './similarity.js';

/** A decision that was made, as far as shadows take part in it. */
export interface Made {
  id: string;
  /** In milliseconds since the epoch. */
  at: number;
  asked: Asked;
  near: RoutingLoad | null;
  ranking: readonly RankedLlm[];
  /** The LLM that got the query. */
  chosen: LlmId;
  propensity: number;
}

/** What a shadow would have decided beside what was. */
export interface Differing {
  /** Who comes first by either: what exploration left to chance is not compared. */
  model: LlmId;
  candidate: LlmId;
  expected: ExpectedOfBoth;
}

export interface DifferingParts {
  policies: Policies;
  rank: Ranker;
  factsIn(scorer: Scorer): ScorerFacts;
}

type Expected = NonNullable<ExpectedOfBoth['active']['active']>;

/** The query's vector for another scorer: the same where both were trained, as one process has one encoder. */
function vectorFor(scorer: Scorer, { known, vector, query }: Asked): Maybe<Float32Array> {
  const isSame = scorer === known.scorer || (scorer.version !== null && known.scorer.version !== null);
  return isSame ? vector : scorer.encode(query);
}

function expectedIn(model: LlmId, rankings: readonly (readonly RankedLlm[])[]): Expected | null {
  for (const ranking of rankings) {
    const found = ranking.find((llm) => llm.model === model);
    if (found === undefined) continue;
    const { quality, cost_usd, latency_ms } = found;
    return { quality, cost_usd, latency_ms };
  }
  return null;
}

/**
 * What a shadow would have decided: the same query, with the request's own rules and its caller's LLMs, by the shadow's
 * scores, policy and LLMs. It takes no capacity, charges nobody and logs nothing. Throws (rejects with) what ranking
 * throws.
 */
export function differingBy(
  { policies, rank, factsIn }: DifferingParts,
  { shadow: { candidate: by }, scorer: own }: Beside,
  { asked, near, ranking, chosen, propensity }: Made,
): Maybe<Differing> {
  const known = own === null ? asked.known : factsIn(own);
  const { caller, request, context } = asked;
  const rules = rulesIn({ candidate: by }, ownRules(request));
  const prepared = policies.prepare(by.policy ?? asked.policyName, rules, caller);
  return chain(vectorFor(known.scorer, asked), (vector): Differing => {
    const others = rank({ ...asked, vector, known, prepared }, near);
    const standing = context?.standing ?? null;
    const relaxed = others.relaxed.length > 0;
    const first =
      standing === null
        ? others.ranking[0]!
        : nextOf(others.ranking, { standing, rules: prepared.rules, relaxed }).chosen;
    const model = propensity === 1 ? chosen : ranking[0]!.model;
    const candidate = first.model;
    // Where both have one scorer, what one's rules leave out is known of the other's ranking.
    const isOne = known.scorer === asked.known.scorer;
    const [ours, theirs] = isOne
      ? [
          [ranking, others.ranking],
          [others.ranking, ranking],
        ]
      : [[ranking], [others.ranking]];
    return {
      model,
      candidate,
      expected: {
        active: { active: expectedIn(model, ours!), candidate: expectedIn(candidate, ours!) },
        candidate: { active: expectedIn(model, theirs!), candidate: expectedIn(candidate, theirs!) },
      },
    };
  });
}
