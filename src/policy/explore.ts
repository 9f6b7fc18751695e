import type { Rng } from '../base/rng.js';
import { DEFAULT_BUDGET, DEFAULT_SHARES, type Exploration, type ExplorationPlan } from '../schema/exploration.js';
import type { Rules } from '../schema/policy.js';
import type { RankedLlm } from '../schema/route.js';
import { chancesToBeBest, chancesToBeCheapest } from './best.js';

/** Position of what is drawn by `chances`, which add up to 1. */
function drawn(chances: Float64Array, rng: Rng): number {
  let left = rng.next();
  for (let i = 0; i < chances.length; i++) if ((left -= chances[i]!) < 0) return i;
  return 0;
}

/** What exploration goes by, beside the rules. */
export interface Exploring {
  /**
   * Whether anything tells how well LLMs do on the query: until then, those that are good on average are no likelier
   * than others to be the best for it.
   */
  isLearned: boolean;
}

type Plan = Required<Pick<ExplorationPlan, 'method' | 'share' | 'budget'>> & Pick<ExplorationPlan, 'floor' | 'exclude'>;

/** A rule with what it leaves out; a share alone is of any candidate alike, whatever that costs. */
function planOf(exploration: Exploration): Plan {
  if (typeof exploration === 'number') return { method: 'epsilon', share: exploration, budget: 1 };
  const { method } = exploration;
  return { share: DEFAULT_SHARES[method], budget: method === 'thompson' ? DEFAULT_BUDGET : 1, ...exploration };
}

/** Whether an LLM may be tried by chance; a cost that is not known keeps no bound. */
function mayBeTried(llm: RankedLlm, { floor, exclude }: Plan): boolean {
  return (
    llm.quality >= (floor?.min_quality ?? 0) &&
    (llm.cost_usd ?? Infinity) <= (floor?.max_cost_usd ?? Infinity) &&
    !exclude?.includes(llm.model)
  );
}

/** How likely each of `candidates` is what the rules ask for, or any alike. */
function sharesOf(candidates: readonly RankedLlm[], { method }: Plan, within: number | undefined, by: Exploring) {
  if (method === 'epsilon' || !by.isLearned) return new Float64Array(candidates.length).fill(1 / candidates.length);
  return within === undefined ? chancesToBeBest(candidates) : chancesToBeCheapest(candidates, within);
}

/** Utility that is expected of an LLM, the chance that it recovered included. */
const expected = ({ utility, recovery }: RankedLlm): number =>
  utility + (recovery === undefined ? 0 : recovery.chance * recovery.gain);

/**
 * With which chance each LLM of a ranking is chosen `[ranking.length]`; null where it is the first for certain.
 *
 * The share s of the rule `exploration` goes by `p`, how likely each is what the rules ask for, the rest to the first:
 *
 *     s = min(share, budget · best quality / Σ p_i max(0, u_first − u_i))
 *
 * so that what is given up in expectation stays within the budget. Choices are drawn by these very chances: as
 * propensities they are exact, however near `p` is to what is believed (see {@link chancesToBeBest}).
 */
export function chancesOf(
  ranking: readonly RankedLlm[],
  { exploration = 0, cheapest_within: within, pin }: Rules,
  by: Exploring,
): Float64Array | null {
  const plan = planOf(exploration);
  const first = ranking[0]!;
  if (plan.share === 0 || (plan.method === 'thompson' && pin?.includes(first.model))) return null;
  const open = ranking.flatMap((llm, i) => (i === 0 || mayBeTried(llm, plan) ? [i] : []));
  if (open.length < 2) return null;
  const candidates = open.map((i) => ranking[i]!);
  const shares = sharesOf(candidates, plan, within, by);
  const loss = shares.reduce(
    (sum, chance, k) => sum + chance * Math.max(0, first.utility - expected(candidates[k]!)),
    0,
  );
  const best = ranking.reduce((most, { quality }) => Math.max(most, quality), 0);
  const affordable = plan.budget === 1 || loss === 0 ? 1 : (plan.budget * best) / loss;
  const share = Math.min(plan.share, affordable);
  if (share === 0) return null;
  const chances = new Float64Array(ranking.length);
  open.forEach((i, k) => (chances[i] = share * shares[k]!));
  chances[0]! += 1 - share;
  return chances;
}

/**
 * The first of a ranking, unless `exploration` leaves it to chance, and with which chance this one was chosen.
 *
 * @param ranking not empty
 */
export function explored(
  ranking: readonly RankedLlm[],
  rules: Rules,
  { rng, ...by }: Exploring & { rng: Rng },
): { chosen: RankedLlm['model']; propensity: number } {
  const chances = chancesOf(ranking, rules, by);
  const position = chances === null ? 0 : drawn(chances, rng);
  return { chosen: ranking[position]!.model, propensity: chances?.[position] ?? 1 };
}
