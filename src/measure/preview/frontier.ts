import { policyRules } from '../../policy/named.js';
import type { Preview } from '../../schema/preview.js';
import type { PolicyBody, Rules } from '../../schema/policy.js';
import type { Replayed } from './replay.js';

/** Quality points given up per cost of the dearest candidate: from quality alone towards cost alone. */
const WEIGHTS = [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1];
/** Rules that weigh quality, cost and latency: on the frontier, weights of cost take their place. */
const WEIGHING = new Set<string>([
  'cost_weight',
  'latency_weight',
  'relative_cost_weight',
  'relative_latency_weight',
  'cheapest_within',
  'pin',
  'exploration',
]);

/** The constraints of a policy with each weight of cost. */
export function weightsTried(policy: PolicyBody): Rules[] {
  const constraints = Object.fromEntries(Object.entries(policyRules(policy)).filter(([rule]) => !WEIGHING.has(rule)));
  return WEIGHTS.map((weight) => ({ ...constraints, ...(weight > 0 && { relative_cost_weight: weight }) }));
}

type Point = Pick<Preview['stands'], 'quality' | 'cost_usd'>;

/** Means of what is expected of choices; those without a known cost count as the mean of the others. */
function pointOf(cells: readonly number[], quality: Float64Array, cost: Float64Array): Point {
  const costs = cells.map((cell) => cost[cell]!).filter((usd) => !Number.isNaN(usd));
  return {
    quality: cells.reduce((sum, cell) => sum + quality[cell]!, 0) / cells.length,
    cost_usd: costs.length === 0 ? null : costs.reduce((sum, usd) => sum + usd, 0) / costs.length,
  };
}

const dearer = (point: Point): number => point.cost_usd ?? Infinity;

/**
 * What weights of cost come to on the queries that were ranked by them, beside the policy's first choices there, all by
 * what is expected.
 *
 * @param quality expected score of each LLM `[n · numLlms]`
 */
export function frontierOf(
  { tried, log, first, now }: Replayed,
  rules: readonly Rules[],
  quality: Float64Array,
): Pick<Preview, 'frontier' | 'stands'> {
  const numLlms = log.models.length;
  const ranked = [...log.query.keys()].filter((i) => tried.every((of) => of[i]! >= 0));
  if (ranked.length === 0) return { frontier: [], stands: { quality: 0, cost_usd: null, below: 0 } };
  const places = new Map(log.models.map((model, l) => [model, l]));
  const points = tried
    .map((of, r) => ({
      ...pointOf(
        ranked.map((i) => i * numLlms + of[i]!),
        quality,
        now.cost,
      ),
      rules: rules[r]!,
    }))
    .toSorted((a, b) => dearer(a) - dearer(b) || b.quality - a.quality);
  let best = -Infinity;
  const frontier = points.map((point) => {
    const onFrontier = point.quality > best;
    best = Math.max(best, point.quality);
    return { ...point, on_frontier: onFrontier };
  });
  const stands = pointOf(
    ranked.map((i) => i * numLlms + places.get(first.policy[i]!.model)!),
    quality,
    now.cost,
  );
  const within = frontier.filter((point) => dearer(point) <= dearer(stands) * (1 + 1e-9));
  const most = Math.max(-Infinity, ...within.map((point) => point.quality));
  return { frontier, stands: { ...stands, below: Math.max(0, 100 * (most - stands.quality)) } };
}
