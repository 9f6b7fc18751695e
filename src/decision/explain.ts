import type { Ranking } from '../policy/rank.js';
import type { Policy, PolicyName } from '../policy/weights.js';
import type { Explanation, RankedLlm } from '../schema/route.js';
import { LEARNED_ROUTER } from '../scoring/model.js';
import type { ScoreExplanation } from '../scoring/types.js';

interface Explained {
  ranking: Ranking;
  score: ScoreExplanation;
  policyName: PolicyName;
  policy: Policy;
  /** What scored; see `ScoringIndex.router`. */
  router: string;
}

function dollars(value: number): string {
  return `$${Number(value.toPrecision(3))}`;
}

/** Where the runner-up is better than the chosen one, and why that did not decide. */
function versus(best: RankedLlm, second: RankedLlm): string {
  const gain = second.quality - best.quality;
  const lead = `${second.model}, the runner-up, is expected at ${second.quality.toFixed(2)}`;
  if (gain <= 0) return lead;
  const cheaper = best.cost_usd !== null && second.cost_usd !== null && best.cost_usd < second.cost_usd;
  const faster = best.latency_ms !== null && second.latency_ms !== null && best.latency_ms < second.latency_ms;
  const why = [cheaper ? 'its cost' : '', faster ? 'its latency' : ''].filter(Boolean).join(' and ') || 'what is not known of it';
  return `${lead}, but ${why} outweighs that`;
}

function summaryOf({ ranking, score, policyName, policy, router }: Explained): string {
  const [best, second] = ranking.ranking as [RankedLlm, RankedLlm | undefined];
  const kind = score.tasks[0] === undefined ? '' : ` on a query that looks like ${score.tasks[0].task}`;
  const price = best.cost_usd === null ? '' : ` for about ${dollars(best.cost_usd)}`;
  const weights = policy.costWeight === 0 && policy.latencyWeight === 0 ? 'highest expected quality' : `best quality less ${policy.costWeight} per US cent and ${policy.latencyWeight} per second`;
  const rival = second === undefined ? 'no other LLM is a candidate' : versus(best, second);
  const source = router === 'prior' ? '; nothing is trained yet, so this rests on declared facts and mean scores' : router === LEARNED_ROUTER ? '' : `; the baseline ${router} answers, as it was better on held-out queries than the learned profile`;
  const failing = ranking.allBarred ? '; every candidate is failing, so that did not count' : '';
  return `${best.model} is expected to score ${best.quality.toFixed(2)} ± ${best.uncertainty.toFixed(2)}${kind}${price}, the ${weights} (policy ${policyName}); ${rival}${source}${failing}.`;
}

/** Why this LLM: one sentence, the kind of query, its nearest logged queries, and who was left out for what. */
export function explanationOf(explained: Explained): Explanation {
  const { score, ranking } = explained;
  return {
    summary: summaryOf(explained),
    tasks: score.tasks,
    neighbours: score.neighbours,
    excluded: ranking.excluded.map(({ model, reason }) => ({ model, reason })),
  };
}
