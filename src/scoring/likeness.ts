import { DEFAULT_METRICS, type MetricSettings } from '../schema/metric.js';
import type { LlmProfile } from '../schema/profile.js';
import type { SharedFacts } from '../schema/route.js';
import { nameId, strengthAt, strengthsOf, type Strength } from '../schema/strength.js';
import { declaredQuality } from './declared-quality.js';

/** How near two declared profiles are. */
export interface Likeness {
  /** Mean over the facts that both declare, and one of LLMs half alike, in [0, 1]. */
  similarity: number;
  /** What makes them so. */
  shared: SharedFacts;
}

/**
 * How alike two positive quantities are, in [0, 1]: 1 when equal, 0 when a thousandfold apart; undefined unless both
 * are known.
 */
function logSimilarity(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return undefined;
  const [x, y] = [Math.max(a, 1e-6), Math.max(b, 1e-6)];
  return Math.max(0, 1 - Math.abs(Math.log10(x / y)) / 3);
}

/** Share of what either has that both have; undefined unless both have some. */
function overlap(a: readonly string[], b: readonly string[]): number | undefined {
  if (a.length === 0 || b.length === 0) return undefined;
  const [left, right] = [new Set(a.map(nameId)), new Set(b.map(nameId))];
  const shared = [...left].filter((name) => right.has(name)).length;
  return shared / (left.size + right.size - shared);
}

const domainsOf = ({ task_types: types = [] }: LlmProfile): string[] => types.flatMap(({ domains = [] }) => domains);

/** Price of a million tokens, half of them read and half written; undefined unless both prices are declared. */
const priceOf = ({ input_price: input, output_price: output }: LlmProfile): number | undefined =>
  input === undefined || output === undefined ? undefined : (input + output) / 2;

/** Names of `a` that `b` has, too, each once. */
function common(a: readonly string[], b: readonly string[]): string[] {
  const other = new Set(b.map(nameId));
  return [...new Set(a)].filter((name) => other.has(nameId(name)));
}

/** Whether what is declared of an LLM says how good it is. */
const isRated = (llm: LlmProfile, strengths: readonly Strength[]): boolean =>
  strengths.length > 0 || llm.size_b !== undefined;

/** How near two LLMs are by what is declared of them: kinds of work, domains, latency, price, family, size, context. */
export function likenessOf(a: LlmProfile, b: LlmProfile, metrics: MetricSettings = DEFAULT_METRICS): Likeness {
  const [left, right] = [strengthsOf(a, metrics), strengthsOf(b, metrics)];
  const tasks = (llm: LlmProfile): string[] => (llm.task_types ?? []).map(({ task }) => task as string);
  const both = common(tasks(a), tasks(b));
  // How alike they are at the kinds of work that both declare, where both say how good they are.
  const apart = both.flatMap((task) => {
    const [one, other] = [strengthAt(left, task), strengthAt(right, task)];
    return one === undefined || other === undefined ? [] : [Math.abs(one.score - other.score)];
  });
  const family = a.family === undefined || b.family === undefined ? undefined : Number(a.family === b.family);
  const facts = [
    overlap(tasks(a), tasks(b)),
    apart.length === 0 ? undefined : 1 - apart.reduce((x, y) => x + y, 0) / apart.length,
    overlap(domainsOf(a), domainsOf(b)),
    logSimilarity(a.latency_ms, b.latency_ms),
    logSimilarity(priceOf(a), priceOf(b)),
    isRated(a, left) && isRated(b, right)
      ? 1 - Math.abs(declaredQuality(a, undefined, metrics) - declaredQuality(b, undefined, metrics))
      : undefined,
    family,
    logSimilarity(a.size_b, b.size_b),
    logSimilarity(a.context_tokens, b.context_tokens),
    overlap(a.tags ?? [], b.tags ?? []),
  ].filter((fact) => fact !== undefined);
  const domains = common(domainsOf(a), domainsOf(b));
  const price = [priceOf(a), priceOf(b)];
  return {
    // Few facts tell little: as if there were one more, of LLMs half alike.
    similarity: facts.reduce((sum, fact) => sum + fact, 0.5) / (facts.length + 1),
    shared: {
      ...(both.length > 0 && { task_types: both }),
      ...(domains.length > 0 && { domains }),
      ...(family === 1 && { family: a.family }),
      ...(a.latency_ms !== undefined && b.latency_ms !== undefined && { latency_ms: [a.latency_ms, b.latency_ms] }),
      ...(price[0] !== undefined && price[1] !== undefined && { price: [price[0], price[1]] }),
    },
  };
}
