import type { Exclusion } from '../policy/constraints.js';
import { largest, weightsOf } from '../policy/rank.js';
import type { Rules } from '../schema/policy.js';
import type { Explanation, Kept, NearLlm, RankedLlm, RunnerUp } from '../schema/route.js';
import { isTrainable } from '../serving/routers.js';
import { MOST_LISTED } from './answer.js';

/** A decision as it was made, and what the scorer says of its query. */
export interface Explained {
  chosen: string;
  /** The candidates in the order of the decision; of many, those that the log kept. */
  ranking: readonly RankedLlm[];
  /** How many candidates there were. */
  candidates: number;
  excluded: readonly Exclusion[];
  relaxed: readonly Exclusion['constraint'][];
  allBarred: boolean;
  allFull: boolean;
  /** Whether the chosen one is the first of a cascade. */
  cascade: boolean;
  /** What became of the LLM of its conversation; `kept` where only that there was one is known. */
  kept?: Kept | 'kept' | undefined;
  rules: Rules;
  policyName: string;
  /** What the query looks like, and its nearest logged queries. */
  score: Pick<Explanation, 'tasks' | 'kinds' | 'neighbours'>;
  /** What scored; see `Scorer.router`. */
  router: string;
  /** What comes next should the chosen one fail. */
  fallback: NearLlm | null;
}

/** Names that a sentence lists. */
const LISTED = 3;

const short = (value: number): number => Number(value.toPrecision(3));

function dollars(value: number): string {
  return `$${short(value)}`;
}

/** Which of an LLM's latencies counts. */
function latencyOf(llm: RankedLlm, rules: Rules): number | null {
  return rules.latency_percentile === 'p90' ? llm.latency_p90_ms : llm.latency_ms;
}

/** What is given up per US cent and per second in this ranking. */
const weightsIn = (ranking: readonly RankedLlm[], rules: Rules): ReturnType<typeof weightsOf> =>
  weightsOf(rules, largest(ranking.map((llm) => llm.cost_usd)), largest(ranking.map((llm) => latencyOf(llm, rules))));

/** Rounded to six decimals; null where it is not a number above `least`. */
function needed(value: number, least = 0): number | null {
  return Number.isFinite(value) && value >= least ? Math.round(value * 1e6) / 1e6 : null;
}

/** What would have to be otherwise, one thing at a time, for `second` to be chosen in place of `best`. */
export function runnerUpOf(best: RankedLlm, second: RankedLlm, rules: Rules, ranking: readonly RankedLlm[]): RunnerUp {
  const gap = best.utility - second.utility;
  const { cost_weight: ownCost = 0, latency_weight: ownLatency = 0, cheapest_within: within } = rules;
  const { costWeight, latencyWeight } = weightsIn(ranking, rules);
  const [latency, otherLatency] = [latencyOf(best, rules), latencyOf(second, rules)];
  const decidedByCost =
    within !== undefined && best.cost_usd !== null && second.cost_usd !== null && second.cost_usd >= best.cost_usd;
  const cents = best.cost_usd === null || second.cost_usd === null ? NaN : (best.cost_usd - second.cost_usd) * 100;
  const seconds = latency === null || otherLatency === null ? NaN : (latency - otherLatency) / 1000;
  return {
    model: second.model,
    utility_gap: needed(gap, -Infinity) ?? 0,
    // Among those that are good enough, quality decides nothing.
    quality: decidedByCost ? null : needed(second.quality + Math.max(0, gap)),
    cost_usd: decidedByCost
      ? best.cost_usd
      : costWeight > 0 && second.cost_usd !== null
        ? needed(second.cost_usd - gap / costWeight / 100)
        : null,
    latency_ms: latencyWeight > 0 && otherLatency !== null ? needed(otherLatency - (gap / latencyWeight) * 1000) : null,
    cost_weight: within !== undefined || cents === 0 ? null : needed(ownCost + gap / cents),
    latency_weight: within !== undefined || seconds === 0 ? null : needed(ownLatency + gap / seconds),
  };
}

/** What would have to change, in words. */
function changes(second: RankedLlm, { quality, cost_usd, latency_ms, cost_weight, latency_weight }: RunnerUp): string {
  const ways = [
    quality !== null && quality <= 1
      ? `its quality were ${quality.toFixed(3)} instead of ${second.quality.toFixed(3)}`
      : '',
    cost_usd === null ? '' : `it cost ${dollars(cost_usd)}`,
    latency_ms === null ? '' : `it took ${Math.round(latency_ms)} ms`,
    cost_weight === null ? '' : `cost_weight were ${short(cost_weight)}`,
    latency_weight === null ? '' : `latency_weight were ${short(latency_weight)}`,
  ].filter((way) => way !== '');
  return ways.length === 0 ? '' : `; it would win if ${ways.join(' or ')}`;
}

/** Where the runner-up is better than the chosen one, and why that did not decide. */
function versus(best: RankedLlm, second: RankedLlm): string {
  const gain = second.quality - best.quality;
  const lead = `${second.model}, the runner-up, is expected at ${second.quality.toFixed(2)}`;
  if (gain <= 0) return lead;
  const cheaper = best.cost_usd !== null && second.cost_usd !== null && best.cost_usd < second.cost_usd;
  const faster = best.latency_ms !== null && second.latency_ms !== null && best.latency_ms < second.latency_ms;
  const freer = (best.load_price ?? 0) < (second.load_price ?? 0);
  const why =
    [cheaper ? 'its cost' : '', faster ? 'its latency' : '', freer ? 'how little is left of its limits' : '']
      .filter(Boolean)
      .join(' and ') || 'what is not known of it';
  return `${lead}, but ${why} outweighs that`;
}

const BY_CONVERSATION = {
  stayed: 'its conversation stays with it while that pays',
  escalated: 'the first that is expected to do better than the LLM whose calls of tools fail or repeat',
  kept: 'its conversation stays with it while that pays, or needs a better one as calls of tools fail',
} as const;

/** What the chosen one is the best at, by the rules. */
function reason(best: RankedLlm, explained: Explained): string {
  const { rules, ranking, candidates, relaxed, cascade, kept } = explained;
  if (cascade) return 'the first of a cascade';
  if (kept !== undefined && kept !== 'switched') return BY_CONVERSATION[kept];
  if (ranking[0]!.model !== best.model)
    return `one of the ${candidates} candidates, chosen by chance to keep profiles current`;
  if (relaxed.length > 0) return `the nearest to keeping ${relaxed.join(' and ')}, which nobody keeps`;
  if (rules.pin?.includes(best.model)) return 'pinned';
  if (rules.cheapest_within !== undefined) return `the cheapest within ${rules.cheapest_within} of the best`;
  const { costWeight, latencyWeight } = weightsIn(ranking, rules);
  const given = [
    costWeight > 0 ? `${short(costWeight)} per US cent` : '',
    latencyWeight > 0 ? `${short(latencyWeight)} per second` : '',
    ranking.some((llm) => llm.load_price !== undefined) ? 'what is left of limits' : '',
  ].filter((part) => part !== '');
  return given.length === 0 ? 'highest expected quality' : `best quality less ${given.join(' and ')}`;
}

/** What answers since the training changed, where it can be seen. */
function sinceTraining({ correction = 0 }: RankedLlm): string {
  if (Math.abs(correction) < 0.005) return '';
  const way = correction < 0 ? 'lowered' : 'raised';
  return ` (its answers since the training ${way} that by ${Math.abs(correction).toFixed(2)})`;
}

const both = (a: string, b: string): string => (a === b ? `${a} both` : `${a} and ${b}`);
const seconds = (ms: number): string => (ms < 1000 ? `${short(ms)} ms` : `${short(ms / 1000)} s`);

/** What comes next should the chosen one fail, and what the two share, where they declare anything alike. */
function nextInWords(fallback: NearLlm | null): string {
  if (fallback === null) return '';
  const { task_types: tasks, domains, family, latency_ms: latency, price } = fallback.shared;
  const facts = [
    tasks === undefined ? '' : `both do ${listed(tasks)}`,
    domains === undefined ? '' : `for ${listed(domains)}`,
    family === undefined ? '' : `of the family ${family}`,
    latency === undefined ? '' : `in ${both(seconds(latency[0]!), seconds(latency[1]!))}`,
    price === undefined ? '' : `at ${both(dollars(price[0]!), dollars(price[1]!))} a million tokens`,
  ].filter((fact) => fact !== '');
  return facts.length === 0 ? '' : `; should it fail, ${fallback.model} is next: ${facts.join(', ')}`;
}

/** Names with commas between; of many, the first. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, LISTED).join(', ');
  return names.length > LISTED ? `${shown} and ${names.length - LISTED} more` : shown;
}

function summaryOf(
  explained: Explained,
  best: RankedLlm,
  second: RankedLlm | undefined,
  runnerUp: RunnerUp | null,
): string {
  const { score, policyName, router, ranking, allBarred, allFull, relaxed } = explained;
  const like = score.tasks[0]?.task ?? score.kinds[0]?.kind;
  const kind = like === undefined ? '' : ` on a query that looks like ${like}`;
  const price = best.cost_usd === null ? '' : ` for about ${dollars(best.cost_usd)}`;
  const why = reason(best, explained);
  const rival =
    second === undefined
      ? 'no other LLM is a candidate'
      : explained.kept !== undefined && ranking[0] !== best
        ? `${second.model}, the first of the ranking, is expected at ${second.quality.toFixed(2)}`
        : versus(best, second) + (runnerUp === null || relaxed.length > 0 ? '' : changes(second, runnerUp));
  const source =
    router === 'prior'
      ? '; nothing is trained yet, so this rests on declared facts and mean scores'
      : isTrainable(router)
        ? ''
        : `; the baseline ${router} answers, as it was better on held-out queries than the learned profile`;
  const failing = allBarred ? '; every candidate is failing, so that did not count' : '';
  const full = allFull ? '; every candidate is at its limits, and it has room again the soonest' : '';
  return (
    `${best.model} is expected to score ${best.quality.toFixed(2)} ± ` +
    `${best.uncertainty.toFixed(2)}${kind}${price}${sinceTraining(best)}: ${why} (policy ${policyName}); ` +
    `${rival}${source}${failing}${full}${nextInWords(explained.fallback)}.`
  );
}

/**
 * Why this LLM: one sentence, the kind of query, its nearest logged queries, who was left out for what, and what the
 * runner-up lacks.
 */
export function explanationOf(explained: Explained): Explanation {
  const { chosen, ranking, excluded, rules, score } = explained;
  const best = ranking.find((llm) => llm.model === chosen)!;
  const second = ranking.find((llm) => llm !== best);
  const runnerUp =
    second === undefined || ranking[0] !== best || explained.cascade || (rules.pin?.includes(best.model) ?? false)
      ? null
      : runnerUpOf(best, second, rules, ranking);
  return {
    summary: summaryOf(explained, best, second, runnerUp),
    tasks: score.tasks,
    kinds: score.kinds,
    neighbours: score.neighbours,
    excluded: excluded.slice(0, MOST_LISTED).map(({ model, reason: why }) => ({ model, reason: why })),
    ...(excluded.length > MOST_LISTED && { more_excluded: excluded.length - MOST_LISTED }),
    fallback: explained.fallback,
    runner_up: runnerUp,
  };
}
