import { z } from 'zod';
import { CostBound } from './amounts.js';
import { Fraction } from './fraction.js';
import { LlmId } from './ids.js';

/** Share of queries that is left to chance where an object says nothing of it. */
export const DEFAULT_SHARES = { thompson: 1, epsilon: 0.05 } as const;

/** What a query may give up in expectation where a policy explores by Thompson sampling and names no budget. */
export const DEFAULT_BUDGET = 0.02;

export const ExplorationShare = z
  .number()
  .min(0)
  .max(0.5)
  .describe('Share of queries that go to a candidate chosen by chance, any alike: `{method: epsilon, share}`');

export const ExplorationPlan = z
  .strictObject({
    method: z
      .enum(['thompson', 'epsilon'])
      .describe(
        'Whom chance chooses: `thompson`, each candidate as often as it is likely to be the best by what is known of ' +
          'it; any alike, as `epsilon` does, before anything is trained. `epsilon`: any candidate alike',
      ),
    share: Fraction.optional().describe(
      `Most queries that are left to chance; ${DEFAULT_SHARES.thompson} if left out, ${DEFAULT_SHARES.epsilon} ` +
        'with `epsilon`',
    ),
    budget: Fraction.optional().describe(
      'Share of the best candidate’s expected quality that a query may give up in expectation: chance gets less ' +
        `where it would cost more. ${DEFAULT_BUDGET} if left out; no bound with \`epsilon\``,
    ),
    floor: z
      .strictObject({ min_quality: Fraction.optional(), max_cost_usd: CostBound.optional() })
      .optional()
      .describe('What a candidate must be expected to have to be tried by chance'),
    exclude: z.array(LlmId).max(1000).optional().describe('These LLMs are never tried by chance'),
  })
  .meta({ id: 'ExplorationPlan', description: 'What is left to chance, and how' });
export type ExplorationPlan = z.infer<typeof ExplorationPlan>;

export const Exploration = z
  .union([ExplorationShare, ExplorationPlan])
  .describe('What is left to chance, so that all profiles stay current');
export type Exploration = z.infer<typeof Exploration>;

/**
 * Rules as they are now, of rules as they were kept: once `explore: likely` said that the share which `exploration`
 * names goes to each candidate as often as it is likely to be the best, whatever that costs.
 */
export function currentRules(kept: unknown): unknown {
  if (typeof kept !== 'object' || kept === null || !('explore' in kept)) return kept;
  const { explore, ...rules } = kept as { explore: unknown; exploration?: unknown };
  if (explore !== 'likely' || typeof rules.exploration !== 'number') return rules;
  return {
    ...rules,
    exploration: { method: 'thompson', share: rules.exploration, budget: 1 } satisfies ExplorationPlan,
  };
}
