import { brokenBounds, constraintsOf } from '../policy/constraints.js';
import type { Ranking } from '../policy/rank.js';
import type { DecisionDetail } from '../schema/decision.js';
import { currentRules } from '../schema/exploration.js';
import type { Rules } from '../schema/policy.js';
import type { Explanation, RankedLlm } from '../schema/route.js';
import type { ScoredLlm, ScoreExplanation, Scorer } from '../scoring/types.js';
import type { KeptDecision } from '../store/ports/decisions.js';
import type { SnapshotStore } from '../store/ports/snapshot.js';
import { firstOf, MOST_LISTED } from './answer.js';
import { explanationOf } from './explain.js';
import { factsOf, fallbacksFor, nearLlm } from './similarity.js';

/** The scores of a logged LLM, to six decimals. */
export const scoredAgain = ({
  model,
  quality,
  uncertainty,
  cost_usd,
  latency_ms,
  latency_p90_ms,
}: RankedLlm): ScoredLlm => ({
  model,
  quality,
  uncertainty,
  costUsd: cost_usd,
  latencyMs: latency_ms,
  latencyP90Ms: latency_p90_ms,
});

/** Neighbours with the texts of their queries. */
export async function neighbourTexts(
  neighbours: ScoreExplanation['neighbours'],
  snapshot: Pick<SnapshotStore, 'texts'>,
): Promise<Explanation['neighbours']> {
  const texts = await snapshot.texts(neighbours.map(({ queryHash }) => queryHash));
  return neighbours.map(({ queryHash, similarity, scores }, i) => ({
    query: texts[i] ?? `(query ${queryHash.slice(0, 12)}, no longer in the ledger)`,
    similarity,
    scores: Object.fromEntries(Object.entries(scores).slice(0, MOST_LISTED)),
  }));
}

/** How many candidates there were: of many, the log keeps the first, and chance was as small as there were many. */
function candidatesOf(logged: readonly RankedLlm[], { exploration }: Rules, propensity: number): number {
  return logged.length < MOST_LISTED || typeof exploration !== 'number'
    ? logged.length
    : Math.max(logged.length, Math.round(exploration / propensity));
}

/** Whether it was for a conversation that another than the first of the ranking was chosen. */
const isByConversation = (
  logged: readonly RankedLlm[],
  model: string,
  { cascade, propensity }: Pick<KeptDecision, 'cascade' | 'propensity'>,
): boolean => cascade === null && propensity === 1 && logged[0]!.model !== model;

/** Why a logged decision was made, by what `scorer` knows of its query; no explanation where its text is forgotten. */
export async function explainLogged(
  { query, task, model, router, policy, ...decision }: KeptDecision,
  scorer: Scorer,
  snapshot: Pick<SnapshotStore, 'texts'>,
): Promise<Pick<DecisionDetail, 'rules' | 'ranking' | 'excluded' | 'explanation' | 'explained_by'>> {
  const rules = currentRules(JSON.parse(decision.rules)) as Rules;
  const logged = JSON.parse(decision.ranking) as RankedLlm[];
  const ranking = firstOf(logged, MOST_LISTED, model);
  const excluded = (JSON.parse(decision.excluded) as DecisionDetail['excluded']).slice(0, MOST_LISTED);
  if (query === null || scorer.models.length === 0)
    return { rules, ranking, excluded, explanation: null, explained_by: null };
  const { tasks, kinds, neighbours } = scorer.explain(query, await scorer.encode(query), task ?? undefined);
  const facts = factsOf(scorer);
  const chosen = scoredAgain(ranking.find((llm) => llm.model === model)!);
  const explanation = explanationOf({
    chosen: model,
    ranking: logged,
    candidates: candidatesOf(logged, rules, decision.propensity),
    excluded: excluded as Ranking['excluded'],
    relaxed: brokenBounds(constraintsOf(rules), chosen),
    allBarred: false,
    allFull: false,
    cascade: decision.cascade !== null,
    ...(isByConversation(logged, model, decision) && { kept: 'kept' as const }),
    rules,
    policyName: policy,
    score: { tasks, kinds, neighbours: await neighbourTexts(neighbours, snapshot) },
    router,
    fallback: nearLlm(facts, model, fallbacksFor(facts, model, { ranking: logged, rules })[0]),
  });
  return { rules, ranking, excluded, explanation, explained_by: scorer.version };
}
