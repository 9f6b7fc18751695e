import type { Rng } from '../base/rng.js';
import { nextStep, type CascadeCandidate } from '../cascade/plan.js';
import type { CascadeRequest } from '../schema/cascade.js';
import { breathe } from '../base/breathe.js';

/** One held-out query that several LLMs answered. */
export interface Asked {
  fold: number;
  /** The LLMs as the learned profile ranks them for this query, with their estimated costs. */
  ranking: CascadeCandidate[];
  /** How good each of them was, in the order of `ranking`. */
  scores: number[];
  /**
   * What the judge of each answer draws `[llms]`, uniform in [0, 1): whether it knows, and the coin it tosses if not.
   */
  knows: number[];
  coin: number[];
}

/** Draws for every answer of a query: the same for all ways to route, so that they differ by what they ask alone. */
export function drawJudge(llms: number, rng: Rng): Pick<Asked, 'knows' | 'coin'> {
  return {
    knows: Array.from({ length: llms }, () => rng.next()),
    coin: Array.from({ length: llms }, () => rng.next()),
  };
}

/** What the judge says of an answer: its score with chance `reliability`, else 0 or 1 by a coin. */
export function reported({ scores, knows, coin }: Asked, llm: number, reliability: number): number {
  return knows[llm]! < reliability ? scores[llm]! : coin[llm]! < 0.5 ? 0 : 1;
}

/** Means over queries; costs in US dollars. */
export interface Outcome {
  /** Expected before anything was asked; NaN where nothing was expected. */
  expected: number;
  expectedCost: number;
  score: number;
  cost: number;
  calls: number;
}

/** What one query came to. */
type Single = Omit<Outcome, 'expected' | 'expectedCost'> & Partial<Outcome>;

const QUERIES_A_BREATH = 256;

async function over(queries: readonly Asked[], route: (asked: Asked) => Single): Promise<Outcome> {
  const sums: Outcome = { expected: 0, expectedCost: 0, score: 0, cost: 0, calls: 0 };
  for (const [i, asked] of queries.entries()) {
    const one = route(asked);
    sums.expected += one.expected ?? NaN;
    sums.expectedCost += one.expectedCost ?? NaN;
    for (const key of ['score', 'cost', 'calls'] as const) sums[key] += one[key];
    if (i % QUERIES_A_BREATH === 0) await breathe();
  }
  return Object.fromEntries(
    Object.entries(sums).map(([key, sum]) => [key, sum / queries.length]),
  ) as unknown as Outcome;
}

const costOf = (llm: CascadeCandidate): number => llm.cost_usd ?? NaN;

/** Asks step by step what the planner says, and keeps what it says. */
export function runCascade(
  queries: readonly Asked[],
  request: CascadeRequest,
  spreadOf: (fold: number) => number,
): Promise<Outcome> {
  return over(queries, (asked) => {
    const { ranking, scores, fold } = asked;
    const spread = spreadOf(fold);
    const reports: { model: CascadeCandidate['model']; score: number }[] = [];
    const first = nextStep(ranking, request, reports, spread);
    let cost = 0;
    let next = first;
    while (next.model !== null) {
      const l = ranking.findIndex((llm) => llm.model === next.model);
      cost += costOf(ranking[l]!);
      reports.push({ model: next.model, score: reported(asked, l, request.reliability) });
      next = nextStep(ranking, request, reports, spread);
    }
    return {
      expected: first.expected_quality,
      expectedCost: first.expected_cost_usd ?? NaN,
      score: scores[ranking.findIndex((llm) => llm.model === next.answer)]!,
      cost,
      calls: reports.length,
    };
  });
}

/** One LLM for each query. */
export function runSingle(queries: readonly Asked[], choose: (asked: Asked) => number): Promise<Outcome> {
  return over(queries, (asked) => {
    const l = choose(asked);
    return { score: asked.scores[l]!, cost: costOf(asked.ranking[l]!), calls: 1 };
  });
}

/** A fixed order of two: the second is asked, and its answer kept, where the judge gives the first less than a half. */
export function runPair(
  queries: readonly Asked[],
  reliability: number,
  choose: (asked: Asked) => readonly [number, number],
): Promise<Outcome> {
  return over(queries, (asked) => {
    const [first, second] = choose(asked);
    const cost = costOf(asked.ranking[first]!);
    if (first === second || reported(asked, first, reliability) >= 0.5)
      return { score: asked.scores[first]!, cost, calls: 1 };
    return { score: asked.scores[second]!, cost: cost + costOf(asked.ranking[second]!), calls: 2 };
  });
}
