import type { Rng } from '../../base/rng.js';
import { bootstrapMean } from '../bootstrap.js';
import { breathe } from '../../base/breathe.js';
import type { CrossValidated } from '../folds.js';
import { meanOf, outcomesOf, utilities } from '../../measure/outcomes.js';
import { pairedTest } from '../../measure/paired-test.js';
import { LEARNED, ORACLE } from '../../measure/predictions.js';
import { signed } from '../../measure/signed.js';
import { empty, figure, type Measured } from './parts.js';

/** The learned profile against every baseline, query by query; the strongest baseline first. */
export async function pairedSection(held: CrossValidated, rng: Rng): Promise<Measured> {
  const section = empty('paired', 'The learned profile against each baseline');
  const worth = new Map(held.predictions.map((p) => [p.name, utilities(outcomesOf(held, p.scores))]));
  const learned = worth.get(LEARNED.name)!;
  const found = [];
  for (const { name, title, told } of held.predictions.filter(
    (p) => p.name !== LEARNED.name && p.name !== ORACLE.name,
  )) {
    const other = worth.get(name)!;
    found.push({
      title,
      told,
      mean: meanOf(other),
      ...pairedTest(learned, other, rng.fork(name)),
      ...bootstrapMean(
        learned.map((x, i) => x - other[i]!),
        rng.fork(`interval ${name}`),
      ),
    });
    await breathe();
  }
  found.sort((a, b) => b.mean - a.mean);
  const rival = found.find((f) => !f.told)!;
  const verdict =
    rival.pHigher < 0.05 ? 'better than' : rival.pLower < 0.05 ? 'worse than' : 'not distinguishable from';
  return {
    ...section,
    notes: [
      `The learned profile is ${verdict} the best baseline that reads only text, ${rival.title}: ` +
        `${signed(rival.difference, 4)} (95% interval ${signed(rival.low, 4)} to ${signed(rival.high, 4)}; p = ` +
        `${rival.pHigher.toFixed(4)}) over ${rival.pairs} queries.`,
      `Paired by query: the score of the chosen LLM${held.policy ? ', estimated,' : ''} where scores were measured, ` +
        'else the share of the query’s comparisons that were ranked right. p is the probability of a difference as ' +
        'high by chance (one-sided permutation test by random signs); the interval is a bootstrap over queries.',
    ],
    tables: [
      {
        caption: 'Mean difference, the strongest baseline first',
        header: ['baseline', 'reads', 'its mean', 'difference', 'low', 'high', 'p'],
        rows: found.map((f) => [
          f.title,
          f.told ? 'text and task' : 'text',
          ...[f.mean, f.difference, f.low, f.high, f.pHigher].map(figure),
        ]),
      },
    ],
  };
}
