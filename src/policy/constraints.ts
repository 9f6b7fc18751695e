import type { RouteRequest } from '../schema/route.js';
import type { ScoredLlm } from '../scoring/types.js';

export type Constraints = Pick<RouteRequest, 'models' | 'exclude' | 'max_cost_usd' | 'max_latency_ms' | 'min_quality'>;

/** Why an LLM is no candidate: the field of the request that forbids it, or its health, and what it came to. */
export interface Exclusion {
  model: string;
  constraint: keyof Constraints | 'health';
  reason: string;
}

/** The first constraint that a scored LLM breaks; undefined when it meets all. What is not known can't meet a bound. */
type Check = (llm: ScoredLlm) => Exclusion | undefined;

function upperBound(constraint: 'max_cost_usd' | 'max_latency_ms', bound: number, what: string, of: (llm: ScoredLlm) => number | null): Check {
  return (llm) => {
    const value = of(llm);
    if (value !== null && value <= bound) return undefined;
    const reason = value === null ? `its ${what} is not known, and ${constraint} is ${bound}` : `its expected ${what} ${Number(value.toPrecision(4))} is above ${constraint} ${bound}`;
    return { model: llm.model, constraint, reason };
  };
}

/** The checks that a request asks for; an empty list when it sets no constraint. */
export function checksOf(request: Constraints): Check[] {
  const checks: Check[] = [];
  const { models, exclude, max_cost_usd: maxCost, max_latency_ms: maxLatency, min_quality: minQuality } = request;
  if (models !== undefined) {
    const allowed = new Set<string>(models);
    checks.push(({ model }) => (allowed.has(model) ? undefined : { model, constraint: 'models', reason: 'it is not among models' }));
  }
  if (exclude !== undefined && exclude.length > 0) {
    const forbidden = new Set<string>(exclude);
    checks.push(({ model }) => (forbidden.has(model) ? { model, constraint: 'exclude', reason: 'it is named in exclude' } : undefined));
  }
  if (maxCost !== undefined) checks.push(upperBound('max_cost_usd', maxCost, 'cost', (llm) => llm.costUsd));
  if (maxLatency !== undefined) checks.push(upperBound('max_latency_ms', maxLatency, 'latency', (llm) => llm.latencyMs));
  if (minQuality !== undefined)
    checks.push(({ model, quality }) =>
      quality >= minQuality ? undefined : { model, constraint: 'min_quality', reason: `its expected quality ${quality.toFixed(3)} is below min_quality ${minQuality}` },
    );
  return checks;
}
