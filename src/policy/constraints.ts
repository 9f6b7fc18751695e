import type { Rules } from '../schema/policy.js';
import type { LlmProfile } from '../schema/profile.js';
import type { ScoredLlm } from '../scoring/types.js';

/** Why an LLM is no candidate: the rule that forbids it, its health or load, and what it came to. */
export interface Exclusion {
  model: string;
  constraint: keyof Rules | 'health' | 'load' | 'deployments';
  reason: string;
}

/** An LLM as scored, with what it declares. */
export interface Scored {
  llm: ScoredLlm;
  profile: LlmProfile;
}

/** Answers what of an LLM breaks a rule; undefined when it keeps it. */
type Check = (scored: Scored) => string | undefined;

/**
 * A rule that has a bound: how far an LLM is beyond it, as a share of the bound; above 0 when it breaks it. What is not
 * known is infinitely far.
 */
interface Bound {
  constraint: 'max_cost_usd' | 'max_latency_ms' | 'min_quality';
  excess(llm: ScoredLlm): number;
  reason(llm: ScoredLlm): string;
}

/** What rules ask of each LLM, made once for many. */
export interface Constraints {
  /** Never given up. */
  firm: { constraint: keyof Rules; check: Check }[];
  /** Given up where nobody keeps them and the rules say `on_no_candidate: nearest`. */
  bounds: Bound[];
}

export function latencyOf(llm: ScoredLlm, { latency_percentile }: Rules): number | null {
  return latency_percentile === 'p90' ? llm.latencyP90Ms : llm.latencyMs;
}

function upperBound(
  constraint: 'max_cost_usd' | 'max_latency_ms',
  bound: number,
  what: string,
  of: (llm: ScoredLlm) => number | null,
): Bound {
  return {
    constraint,
    excess: (llm) => (of(llm) ?? Infinity) / bound - 1,
    reason(llm) {
      const value = of(llm);
      return value === null
        ? `its ${what} is not known, and ${constraint} is ${bound}`
        : `its expected ${what} ${Number(value.toPrecision(4))} is above ${constraint} ${bound}`;
    },
  };
}

/** Checks that an LLM declares all of `wanted`. */
function declares(
  what: string,
  wanted: readonly string[],
  of: (profile: LlmProfile) => readonly string[] | undefined,
): Check {
  return ({ profile }) => {
    const own = of(profile);
    const missing = wanted.filter((one) => own === undefined || !own.includes(one));
    return missing.length === 0 ? undefined : `it does not declare the ${what} ${missing.join(', ')}`;
  };
}

/** What these rules ask of each LLM. */
export function constraintsOf(rules: Rules): Constraints {
  const firm: Constraints['firm'] = [];
  const bounds: Bound[] = [];
  const {
    models,
    exclude,
    context_tokens: context,
    capabilities,
    languages,
    regions,
    max_cost_usd: maxCost,
    max_latency_ms: maxLatency,
    min_quality: minQuality,
  } = rules;
  if (models !== undefined) {
    const allowed = new Set<string>(models);
    firm.push({
      constraint: 'models',
      check: ({ llm }) => (allowed.has(llm.model) ? undefined : 'it is not among models'),
    });
  }
  if (exclude !== undefined && exclude.length > 0) {
    const forbidden = new Set<string>(exclude);
    firm.push({
      constraint: 'exclude',
      check: ({ llm }) => (forbidden.has(llm.model) ? 'it is named in exclude' : undefined),
    });
  }
  if (context !== undefined)
    firm.push({
      constraint: 'context_tokens',
      check: ({ profile: { context_tokens: own } }) =>
        own !== undefined && own >= context
          ? undefined
          : `its context is ${own === undefined ? 'not declared' : `${own} tokens`}, and context_tokens is ${context}`,
    });
  if (capabilities !== undefined)
    firm.push({
      constraint: 'capabilities',
      check: declares('capabilities', capabilities, (profile) => profile.capabilities),
    });
  if (languages !== undefined)
    firm.push({ constraint: 'languages', check: declares('languages', languages, (profile) => profile.languages) });
  if (regions !== undefined) {
    const allowed = new Set(regions);
    firm.push({
      constraint: 'regions',
      check({ profile: { regions: own } }) {
        if (own === undefined || own.length === 0)
          return `it declares no regions, and regions is ${regions.join(', ')}`;
        const outside = own.filter((region) => !allowed.has(region));
        return outside.length === 0
          ? undefined
          : `it may process data in ${outside.join(', ')}, and regions is ${regions.join(', ')}`;
      },
    });
  }
  if (maxCost !== undefined) bounds.push(upperBound('max_cost_usd', maxCost, 'cost', (llm) => llm.costUsd));
  if (maxLatency !== undefined)
    bounds.push(
      upperBound('max_latency_ms', maxLatency, `latency${rules.latency_percentile === 'p90' ? ' (p90)' : ''}`, (llm) =>
        latencyOf(llm, rules),
      ),
    );
  if (minQuality !== undefined)
    bounds.push({
      constraint: 'min_quality',
      excess: ({ quality }) => (minQuality === 0 ? -1 : 1 - quality / minQuality),
      reason: ({ quality }) => `its expected quality ${quality.toFixed(3)} is below min_quality ${minQuality}`,
    });
  return { firm, bounds };
}

/** The bounds that an LLM breaks: where nobody keeps them all, the chosen one may. */
export const brokenBounds = ({ bounds }: Constraints, llm: ScoredLlm): Bound['constraint'][] =>
  bounds.filter((bound) => bound.excess(llm) > 0).map((bound) => bound.constraint);

/**
 * The rule that a query itself makes: it has to fit, with the longest answer that is asked for. What declares no
 * context is let through.
 */
export function tooLong(
  { profile: { context_tokens: context } }: Scored,
  promptTokens: number,
  answerTokens = 0,
): string | undefined {
  if (context === undefined || promptTokens + answerTokens <= context) return undefined;
  const answer = answerTokens === 0 ? '' : ` and its answer may have ${answerTokens}`;
  return `the query has about ${promptTokens} tokens${answer}, and its context is ${context}`;
}
