import type { GraphRows } from '../../graph/rows.js';
import { POLICIES } from '../../policy/named.js';
import { largest, weightsOf } from '../../policy/rank.js';
import { DEFAULT_COMPLETION_TOKENS } from '../../base/tokens.js';
import type { ReportTable } from '../../schema/evaluation.js';
import { breathe } from '../../base/breathe.js';
import { costsOfChoice, estimateCosts, unpriced } from '../costs.js';
import type { CrossValidated } from '../folds.js';
import { area, costAt, extreme, frontier, tradeAt, WEIGHTS } from '../frontier.js';
import { meanOf, outcomesOf, routedMean } from '../../measure/outcomes.js';
import { LEARNED } from '../../measure/predictions.js';
import { empty, figure, leftOut, type Measured } from './parts.js';

const MILLION = 1e6;
const dollars = (cost: number): string => (cost * MILLION).toFixed(1);

/** Policies that weigh nothing that a log of scores lacks. */
const PRICED_POLICIES = ['quality', 'balanced', 'cost'] as const;

/** What each policy comes to on the held-out queries. */
function policyRows(
  held: CrossValidated,
  scores: Float32Array,
  costs: Float64Array,
  single: { quality: number; cost: number },
): ReportTable['rows'] {
  const { numLlms, evidence } = held.data;
  return PRICED_POLICIES.map((name) => {
    const utility = Float64Array.from(scores);
    held.queries.forEach((q, i) => {
      const row = i * numLlms;
      const candidates = Array.from(evidence.llm.subarray(evidence.start[q]!, evidence.start[q + 1]!), (l) => row + l);
      const { costWeight } = weightsOf(POLICIES[name], largest(candidates.map((at) => costs[at]!)), 0);
      for (const at of candidates) utility[at]! -= costWeight * 100 * costs[at]!;
    });
    const outcomes = outcomesOf(held, utility);
    const [quality, cost] = [routedMean(outcomes), meanOf(costsOfChoice(held, outcomes.chosen, costs))];
    return [name, ...[quality, quality - single.quality, cost * MILLION, cost / single.cost].map(figure)];
  });
}

/** What routing costs for what it scores, when cost is given more and more weight. */
export async function costSection(held: CrossValidated, rows: GraphRows): Promise<Measured> {
  const section = empty('cost', 'Cost and quality');
  const single = outcomesOf(held, held.predictions.find((p) => p.name === 'best-single')!.scores);
  const target = routedMean(single);
  if (Number.isNaN(target)) return leftOut(section, 'it needs measured scores of two LLMs on a query.');
  const missing = unpriced(held, rows);
  if (missing.length > 0)
    return leftOut(
      section,
      'it needs input_price and output_price of every LLM with scores; there are none of ' +
        `${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ` and ${missing.length - 5} more` : ''} (add a ` +
        'file of LLMs to --log, or use pointsman models put).',
    );

  const costs = estimateCosts(held, rows);
  const [cheapest, dearest] = [extreme(held, costs, 1), extreme(held, costs, -1)];
  const singleCost = meanOf(costsOfChoice(held, single.chosen, costs));
  // Where all is free, nothing is weighed.
  const unit = dearest.cost || 1;
  const curves = [];
  for (const { name, title, told, scores } of held.predictions) {
    const points = [cheapest];
    for (const weight of WEIGHTS) points.push(tradeAt(held, { scores, costs, weight, unit }));
    curves.push({ name, title, told, points, best: points[1]!, equal: costAt(points, target) });
    await breathe();
  }
  const baseline = Math.min(...curves.filter((c) => !c.told && c.name !== LEARNED.name).map((c) => c.equal));
  return {
    ...section,
    notes: [
      'Each router takes the LLM of the highest predicted score less a weight times its estimated cost, at ' +
        `${WEIGHTS.length} weights, the same for all, and at last the cheapest LLM. Costs are estimates: a token ` +
        `is 4 characters, an answer ${DEFAULT_COMPLETION_TOKENS} tokens, at the catalogue’s prices. The area is ` +
        `the mean, over costs from the cheapest LLM of each query (${dollars(cheapest.cost)} US dollars a ` +
        `million queries) to the dearest (${dollars(dearest.cost)}), of the best score for at most that cost.`,
      `The best single LLM scores ${target.toFixed(4)} for ${dollars(singleCost)} US dollars a million ` +
        'queries; at equal quality means the least cost at which a router scores as much, at the best of the ' +
        'weights: its shares of the best single LLM’s cost and of the cheapest text-only baseline’s stand beside ' +
        'it. Best score is with cost ignored.',
    ],
    tables: [
      {
        caption: 'Cost of quality, in US dollars a million queries',
        header: [
          'router',
          'best score',
          'its cost',
          'area',
          'cost at equal quality',
          'of best single',
          'of best baseline',
        ],
        rows: curves.map(({ title, points, best, equal }) => [
          title,
          ...[
            best.score,
            best.cost * MILLION,
            area(points, cheapest.cost, dearest.cost),
            equal * MILLION,
            equal / singleCost,
            equal / baseline,
          ].map(figure),
        ]),
        digits: [0, 4, 1, 4, 1, 3, 3],
      },
      {
        caption: 'Policies, by the learned profile',
        header: ['policy', 'mean score', 'above best single', 'US dollars a million queries', 'of best single'],
        rows: policyRows(held, held.predictions.find((p) => p.name === LEARNED.name)!.scores, costs, {
          quality: target,
          cost: singleCost,
        }),
        digits: [0, 4, 4, 1, 3],
      },
    ],
    plots: [
      {
        kind: 'curves',
        title: 'Best score for at most each cost',
        x: 'US dollars a million queries',
        y: 'mean score',
        series: curves
          .filter((c) => !c.told)
          .map(({ title, name, points }) => ({
            name: title,
            mark: 'step' as const,
            emphasis: name === LEARNED.name,
            points: frontier(points).map((p) => [p.cost * MILLION, p.score] as [number, number]),
          })),
      },
    ],
  };
}
