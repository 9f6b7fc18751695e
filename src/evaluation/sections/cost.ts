import type { ReportSection } from '../../schema/evaluation.js';
import { answerCost, answerUsage, estimateTokens } from '../../scoring/cost.js';
import type { GraphRows } from '../../graph/rows.js';
import type { CrossValidated } from '../folds.js';
import { meanOf, outcomesOf, routedMean } from '../outcomes.js';
import { LEARNED } from '../predictions.js';

/** How many mean costs of the dearest LLM one point of score is worth, from quality alone to cost alone. */
const WEIGHTS = [0, ...Array.from({ length: 60 }, (_, i) => 10 ** (-4 + (5 * i) / 59))];

/** A way to trade: mean cost in US dollars, and mean score, of a router at one weight of cost. */
interface Point {
  cost: number;
  score: number;
}

/** Estimated US dollars of every LLM on every held-out query `[n · numLlms]`; null where an LLM with scores has no price. */
export function estimateCosts(held: CrossValidated, rows: GraphRows): Float64Array | null {
  const { data, queries } = held;
  const costs = new Float64Array(queries.length * data.numLlms).fill(NaN);
  for (const [i, q] of queries.entries()) {
    const tokens = estimateTokens(rows.queries[q]!.text);
    rows.llms.forEach((llm, l) => (costs[i * data.numLlms + l] = answerCost(llm, answerUsage(llm, undefined), tokens) ?? NaN));
    for (let e = data.evidence.start[q]!; e < data.evidence.start[q + 1]!; e++) if (Number.isNaN(costs[i * data.numLlms + data.evidence.llm[e]!]!)) return null;
  }
  return costs;
}

function trade(held: CrossValidated, scores: Float32Array, costs: Float64Array, unit: number): Point[] {
  return WEIGHTS.map((weight) => {
    const { chosen, quality } = outcomesOf(held, scores.map((s, at) => s - (weight * costs[at]!) / unit));
    return { cost: meanOf(Float64Array.from(chosen, (l, i) => (l < 0 ? NaN : costs[i * held.data.numLlms + l]!))), score: meanOf(quality) };
  });
}

/** The best score for at most each cost: points in order of cost, each better than those before. */
function frontier(points: readonly Point[]): Point[] {
  const out: Point[] = [];
  for (const point of points.toSorted((a, b) => a.cost - b.cost || b.score - a.score)) if (out.length === 0 || point.score > out.at(-1)!.score) out.push(point);
  return out;
}

/** Mean over costs from `low` to `high` of the best score for at most that cost. */
function area(points: readonly Point[], low: number, high: number): number {
  if (high <= low) return NaN;
  const steps = frontier(points);
  let total = 0;
  steps.forEach((point, i) => {
    const from = Math.max(low, i === 0 ? low : point.cost);
    const to = Math.min(high, steps[i + 1]?.cost ?? high);
    if (to > from) total += point.score * (to - from);
  });
  return total / (high - low);
}

/** What routing costs for what it scores, when cost is given more and more weight. */
export function costSection(held: CrossValidated, rows: GraphRows): ReportSection {
  const section: ReportSection = { id: 'cost', title: 'Cost and quality', notes: [], tables: [], plots: [] };
  const skipped = (why: string): ReportSection => ({ ...section, notes: [why] });
  const single = held.predictions.find((p) => p.name === 'best-single')!;
  const atBest = outcomesOf(held, single.scores);
  if (!Number.isFinite(routedMean(atBest))) return skipped('Left out: it needs measured scores of at least two LLMs on a query.');
  const costs = estimateCosts(held, rows);
  if (costs === null) return skipped('Left out: it needs `input_price` and `output_price` of every LLM that has scores (PUT /v1/models/{id}, or a catalogue file in --log).');
  const { numLlms } = held.data;
  const asked = Array.from({ length: numLlms }, (_, l) => meanOf(Float64Array.from(atBest.chosen, (c, i) => (c < 0 ? NaN : costs[i * numLlms + l]!)))).filter((_, l) => held.data.evidence.llm.includes(l));
  const [low, high] = [Math.min(...asked), Math.max(...asked)];
  const bestCost = meanOf(Float64Array.from(atBest.chosen, (l, i) => (l < 0 ? NaN : costs[i * numLlms + l]!)));
  const target = routedMean(atBest);
  const curves = held.predictions.map((p) => ({ ...p, points: trade(held, p.scores, costs, high) }));
  const equal = (points: readonly Point[]): number => Math.min(...points.filter((p) => p.score >= target - 1e-9).map((p) => p.cost));
  const bestBaseline = Math.min(...curves.filter((c) => !c.told && c.name !== LEARNED.name).map((c) => equal(c.points)));
  const million = 1e6;
  return {
    ...section,
    notes: [
      `Each router takes the LLM of the highest predicted score less a weight times its estimated cost (${WEIGHTS.length} weights, the same for all). Cost is estimated for all alike: a token is 4 characters, an answer 256 tokens, at the catalogue’s prices. Area is the mean of the best score for at most each cost, from the cheapest LLM’s (${(low * million).toFixed(1)} US dollars a million queries) to the dearest’s (${(high * million).toFixed(1)}).`,
      `The best single LLM scores ${target.toFixed(4)} at ${(bestCost * million).toFixed(1)} US dollars a million queries; “at equal quality” is the least cost at which a router scores as much.`,
    ],
    tables: [
      {
        caption: 'Cost of quality (US dollars a million queries)',
        header: ['router', 'cost at best quality', 'area', 'cost at equal quality', 'of the best single LLM’s', 'of the best text-only baseline’s'],
        rows: curves.map(({ title, points }) => {
          const cost = equal(points);
          return [title, points[0]!.cost * million, area(points, low, high), ...[cost * million, cost / bestCost, cost / bestBaseline].map((x) => (Number.isFinite(x) ? x : null))];
        }),
        digits: [0, 1, 4, 1, 3, 3],
      },
    ],
    plots: [
      {
        title: 'Best score for at most each cost',
        x: 'US dollars a million queries',
        y: 'mean score',
        series: curves.filter((c) => !c.told || c.name === LEARNED.name).map(({ title, name, points }) => ({ name: title, mark: 'step' as const, emphasis: name === LEARNED.name, points: frontier(points).map((p) => [p.cost * million, p.score] as [number, number]) })),
      },
    ],
  };
}
