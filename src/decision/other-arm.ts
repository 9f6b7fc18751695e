import { chain, type Maybe } from '../base/maybe.js';
import type { Assigned } from '../live/experiments.js';
import type { RoutingLoad } from '../live/load.js';
import type { Policies } from '../live/policies.js';
import type { Ranking } from '../policy/rank.js';
import type { Rules } from '../schema/policy.js';
import type { RankedLlm } from '../schema/route.js';
import type { Scorer } from '../scoring/types.js';
import { rulesIn } from './arm.js';
import type { Asked } from './asked.js';
import type { Ranker } from './ranking.js';
import type { ScorerFacts } from './similarity.js';

export interface RankingOtherwise {
  policies: Policies;
  rank: Ranker;
  factsIn(scorer: Scorer): ScorerFacts;
  /** The scorer in force. */
  inForce(): Scorer;
}

/** The query's vector for another scorer: the same where both were trained, as one process has one encoder. */
function vectorFor(scorer: Scorer, { known, vector, query }: Asked): Maybe<Float32Array> {
  const isSame = scorer === known.scorer || (scorer.version !== null && known.scorer.version !== null);
  return isSame ? vector : scorer.encode(query);
}

/**
 * A query's ranking by another arm, or by a shadow: with the request's own rules and its caller's LLMs, by the scorer,
 * policy and LLMs of that. It takes no capacity, charges nobody and logs nothing. Throws (rejects with) what ranking
 * throws.
 */
export function rankedBy(
  { policies, rank, factsIn, inForce }: RankingOtherwise,
  by: Pick<Assigned, 'candidate' | 'scorer'>,
  asked: Asked,
  near: RoutingLoad | null,
): Maybe<{ ranked: Ranking; rules: Rules; known: ScorerFacts }> {
  const { own, caller, policy } = asked;
  const known = factsIn(by.scorer ?? inForce());
  const prepared = policies.prepare(by.candidate?.policy ?? policy, rulesIn(by, own), caller);
  return chain(vectorFor(known.scorer, asked), (vector) => ({
    ranked: rank({ ...asked, vector, known, prepared }, near),
    rules: prepared.rules,
    known,
  }));
}

/**
 * Whether the other arm of a canary would have chosen otherwise: has another LLM first, or leaves something else to
 * chance. Later turns of a conversation count as otherwise: where it stands by then is the arm's own doing. So does a
 * query for which the other arm has no candidate. Null where no arm of a canary decides.
 *
 * @param ranking of the arm that decides
 */
export function isApart(
  parts: RankingOtherwise,
  asked: Asked,
  near: RoutingLoad | null,
  ranking: readonly RankedLlm[],
): Maybe<boolean | null> {
  const other = asked.arm?.other ?? null;
  if (other === null) return null;
  if (asked.context?.standing) return true;
  const compared = ({ ranked, rules }: { ranked: Ranking; rules: Rules }): boolean =>
    ranked.ranking[0]!.model !== ranking[0]!.model ||
    JSON.stringify(rules.exploration) !== JSON.stringify(asked.prepared.rules.exploration);
  try {
    const otherwise = rankedBy(parts, other, asked, near);
    return otherwise instanceof Promise ? otherwise.then(compared).catch(() => true) : compared(otherwise);
  } catch {
    return true;
  }
}
