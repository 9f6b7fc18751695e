import { PointsmanError } from '../../base/errors.js';
import { estimateTokens } from '../../base/tokens.js';
import { scoredNow, type ScoringParts } from '../../decision/scored.js';
import { constraintsOf, type Constraints } from '../../policy/constraints.js';
import { chancesOf } from '../../policy/explore.js';
import { withRequest } from '../../policy/named.js';
import { rank, type RankInput } from '../../policy/rank.js';
import type { PolicyBody, Rules } from '../../schema/policy.js';
import type { RankedLlm } from '../../schema/route.js';
import type { ScoredLlm, Scorer } from '../../scoring/types.js';
import type { LoggedChoice } from './read.js';

/** Rules that a request, or whoever asks, may have added to a policy's: they hold for any other policy, too. */
const HELD = ['models', 'exclude', 'capabilities', 'languages', 'regions', 'context_tokens'] as const;
/** What excludes an LLM for the query's sake, where the rules say nothing of it. */
const OF_QUERY: ReadonlySet<string> = new Set(['deployments', 'capabilities', 'languages', 'regions']);

/** What a logged query's rules have beyond those of its policy as it is now. */
export function ownRules({ rules }: LoggedChoice, policy: PolicyBody | undefined): Rules {
  const own: Record<string, unknown> = {};
  for (const field of HELD)
    if (rules[field] !== undefined && JSON.stringify(rules[field]) !== JSON.stringify(policy?.[field]))
      own[field] = rules[field];
  return own as Rules;
}

/** LLMs that could not have served a logged query, whatever the rules; null where all could. */
function barredBy({ excluded, rules }: LoggedChoice): RankInput['barred'] {
  const unable = new Map(
    excluded
      .filter(({ constraint }) => OF_QUERY.has(constraint) && !Object.hasOwn(rules, constraint))
      .map(({ model, constraint, reason }) => [model, { constraint, reason }]),
  );
  return unable.size === 0 ? null : (model) => unable.get(model);
}

/** A query's LLMs as scored, with what they declare. */
export interface ScoredQuery {
  scored: readonly ScoredLlm[];
  profiles: Scorer['profiles'];
}

/** As an LLM of a logged ranking was scored. */
const scoredAs = (llm: RankedLlm): ScoredLlm => ({
  model: llm.model,
  quality: llm.quality,
  uncertainty: llm.uncertainty,
  costUsd: llm.cost_usd,
  latencyMs: llm.latency_ms,
  latencyP90Ms: llm.latency_p90_ms,
  learnable: llm.learnable,
  recovery: llm.recovery,
});

/**
 * Scores a logged query's LLMs by a scorer; where its text is no longer kept, as they were scored when it was decided.
 * Null where neither is there, or `mustScore` and the text is not.
 */
export async function scoreAgain(
  choice: LoggedChoice,
  scorer: Scorer,
  { vector, mustScore, ...parts }: ScoringParts & { vector: Float32Array | null; mustScore: boolean },
): Promise<ScoredQuery | null> {
  const { query, task, ranking, version } = choice;
  if (query !== null && vector !== null) {
    const promptTokens = estimateTokens(query);
    const scored = scoredNow({ scorer, query, vector, task: task ?? undefined, promptTokens }, parts);
    return { scored, profiles: scorer.profiles };
  }
  if (ranking.length === 0 || (mustScore && version !== scorer.version)) return null;
  const profiles = new Map(scorer.profiles.map((profile) => [profile.id as string, profile]));
  const known = ranking.filter(({ model }) => profiles.has(model));
  if (known.length === 0) return null;
  return { scored: known.map(scoredAs), profiles: known.map(({ model }) => profiles.get(model)!) };
}

/** What a policy would do with a query: its ranking, and with which chance it chooses each; null for the first. */
export interface Would {
  ranking: readonly RankedLlm[];
  chances: Float64Array | null;
}

/** Ranks logged queries by a policy, without what was so only then: health, limits. */
export interface PolicyRanker {
  /** Null where it has no candidate. */
  rank(choice: LoggedChoice, own: Rules, query: ScoredQuery): Would | null;
}

export function createPolicyRanker(body: PolicyBody, isLearned: boolean): PolicyRanker {
  /** Rules with those of requests, by the JSON of these: most add none. */
  const ready = new Map<string, { rules: Rules; constraints: Constraints }>();
  function prepare(own: Rules): { rules: Rules; constraints: Constraints } {
    const key = JSON.stringify(own);
    let found = ready.get(key);
    if (found === undefined) {
      const rules = withRequest(body, own);
      ready.set(key, (found = { rules, constraints: constraintsOf(rules) }));
    }
    return found;
  }
  return {
    rank(choice, own, { scored, profiles }) {
      const { rules, constraints } = prepare(own);
      const promptTokens = choice.query === null ? 1 : estimateTokens(choice.query);
      try {
        const { ranking } = rank({ scored, profiles, rules, constraints, promptTokens, barred: barredBy(choice) });
        return { ranking, chances: chancesOf(ranking, rules, { isLearned }) };
      } catch (error) {
        if (error instanceof PointsmanError && error.code === 'no_candidate') return null;
        throw error;
      }
    },
  };
}
