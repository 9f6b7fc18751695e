import { breathe } from '../base/breathe.js';
import type { DecisionSearch, DecisionsFound, DecisionStore, KeptDecision } from '../store/ports/decisions.js';

/** Decisions that one page looks at, most, and how many of them without a pause: queries are routed in between. */
export const MOST_SEARCHED = 5_000;
const AT_ONCE = 250;

/**
 * Looks for a page of decisions among the next {@link MOST_SEARCHED}: it may have less than a page, and even nothing,
 * while there is more to look at.
 */
export async function searchDecisions(
  decisions: Pick<DecisionStore, 'search'>,
  search: Omit<DecisionSearch, 'most'>,
): Promise<DecisionsFound> {
  const found: KeptDecision[] = [];
  let before = search.before;
  for (let looked = 0; looked < MOST_SEARCHED; looked += AT_ONCE) {
    const limit = search.limit - found.length;
    const part = await decisions.search({ ...search, before, limit, most: AT_ONCE });
    found.push(...part.found);
    if (part.next === null || part.found.length === limit) return { found, next: part.next };
    before = part.next;
    await breathe();
  }
  return { found, next: before ?? null };
}
