import type { Rng } from '../base/rng.js';
import { planCascade } from '../cascade/plan.js';
import { explored } from '../policy/explore.js';
import type { LlmId } from '../schema/ids.js';
import type { Kept, RankedLlm } from '../schema/route.js';
import type { Asked } from './asked.js';
import { nextOf } from './conversation.js';

/** Which LLM of a ranking was chosen, and how. */
export interface Choice {
  chosen: LlmId;
  propensity: number;
  cascade: ReturnType<typeof planCascade> | null;
  kept?: Kept;
}

/**
 * The first of a ranking, unless `exploration` leaves it to chance; the first of a cascade; or who gets the next turn
 * of a conversation. Results of tools are no query to begin a cascade with.
 *
 * @param relaxed whether nobody keeps the bounds of the rules
 */
export function pick(
  { caller, cascade: wanted, context, known, prepared: { rules } }: Asked,
  ranking: readonly RankedLlm[],
  { relaxed, rng }: { relaxed: boolean; rng: Rng },
): Choice {
  const standing = context?.standing ?? null;
  if (wanted !== null && (standing === null || standing.turn === 'free')) {
    const cascade = planCascade(ranking, wanted);
    return { chosen: cascade.steps[0]!.model, propensity: 1, cascade };
  }
  if (standing !== null) {
    const { chosen, kept } = nextOf(ranking, { standing, rules, relaxed });
    return { chosen: chosen.model, propensity: 1, cascade: null, kept };
  }
  const isLearned = known.scorer.version !== null;
  const allowed = caller.exploration ? rules : { ...rules, exploration: 0 };
  return { ...explored(ranking, allowed, { rng, isLearned }), cascade: null };
}
