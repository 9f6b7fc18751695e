import { PointsmanError, type Issue } from '../base/errors.js';
import type { LlmId } from '../schema/ids.js';
import type { RankedLlm } from '../schema/route.js';
import type { ScoredLlm } from '../scoring/types.js';
import { checksOf, type Constraints, type Exclusion } from './constraints.js';
import type { Policy } from './weights.js';

export interface Ranking {
  /** Candidates by utility, best first; ties by lower cost, then by id. Never empty. */
  ranking: RankedLlm[];
  excluded: Exclusion[];
  /** Whether every candidate is barred, so that none is left out for it. */
  allBarred: boolean;
}

/** Names listed in a message before "and n more". */
const NAMES_SHOWN = 10;

/** To six decimals: more is noise in an answer. */
function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** To ten decimals, as one query may cost a ten-thousandth of a cent. */
function roundCost(value: number): number {
  return Math.round(value * 1e10) / 1e10;
}

function compareRanked(a: RankedLlm, b: RankedLlm): number {
  return b.utility - a.utility || (a.cost_usd ?? Infinity) - (b.cost_usd ?? Infinity) || (a.model < b.model ? -1 : 1);
}

/** The largest known value; 0 where none is known. */
function largest(values: Iterable<number | null>): number {
  let max = 0;
  for (const value of values) if (value !== null && value > max) max = value;
  return max;
}

function noCandidate(excluded: readonly Exclusion[], request: Constraints): PointsmanError {
  const byConstraint = new Map<Exclusion['constraint'], string[]>();
  for (const { constraint, model } of excluded) byConstraint.set(constraint, [...(byConstraint.get(constraint) ?? []), model]);
  const issues = [...byConstraint].map(([constraint, models]): Issue => {
    const more = models.length > NAMES_SHOWN ? ` and ${models.length - NAMES_SHOWN} more` : '';
    const value = request[constraint as keyof Constraints];
    return { field: constraint, expected: 'a constraint that leaves a candidate', received: `${Array.isArray(value) ? `${value.length} LLMs` : String(value)}, which excludes ${models.slice(0, NAMES_SHOWN).join(', ')}${more}` };
  });
  return new PointsmanError('no_candidate', `No LLM is left: ${issues.map((issue) => `${issue.field} is ${issue.received}`).join('; ')}`, { issues });
}

/**
 * Ranks scored LLMs by utility = quality − costWeight · US cents − latencyWeight · seconds, after the
 * request's constraints. A cost or latency that is not known counts as the highest known among the
 * candidates, so that silence is never an advantage. Pure. Throws `no_candidate` naming the constraints
 * that excluded everyone; `scored` must not be empty.
 *
 * @param barred why an LLM may not be chosen now, whatever the request; where that leaves none, it is not asked for: an
 *   answer that may fail is better than none
 */
export function rank(scored: readonly ScoredLlm[], request: Constraints, policy: Policy, barred: ((model: string) => string | undefined) | null = null): Ranking {
  const checks = checksOf(request);
  const excluded: Exclusion[] = [];
  const allowed = checks.length === 0 ? scored : scored.filter((llm) => {
    for (const check of checks) {
      const exclusion = check(llm);
      if (exclusion === undefined) continue;
      excluded.push(exclusion);
      return false;
    }
    return true;
  });
  if (allowed.length === 0) throw noCandidate(excluded, request);
  const bars = barred === null ? [] : allowed.map((llm) => barred(llm.model));
  const allBarred = bars.length > 0 && bars.every((reason) => reason !== undefined);
  const candidates = barred === null || allBarred ? allowed : allowed.filter((llm, i) => {
    const reason = bars[i];
    if (reason !== undefined) excluded.push({ model: llm.model, constraint: 'health', reason });
    return reason === undefined;
  });

  const { costWeight, latencyWeight } = policy;
  const unknownCost = costWeight === 0 ? 0 : largest(candidates.map((llm) => llm.costUsd));
  const unknownLatency = latencyWeight === 0 ? 0 : largest(candidates.map((llm) => llm.latencyMs));
  const ranking = candidates.map((llm): RankedLlm => {
    const cents = (llm.costUsd ?? unknownCost) * 100;
    const seconds = (llm.latencyMs ?? unknownLatency) / 1000;
    return {
      model: llm.model as LlmId,
      quality: round(llm.quality),
      uncertainty: round(llm.uncertainty),
      cost_usd: llm.costUsd === null ? null : roundCost(llm.costUsd),
      latency_ms: llm.latencyMs === null ? null : round(llm.latencyMs),
      utility: round(llm.quality - costWeight * cents - latencyWeight * seconds),
    };
  });
  return { ranking: ranking.toSorted(compareRanked), excluded, allBarred };
}
