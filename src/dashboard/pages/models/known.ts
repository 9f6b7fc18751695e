import type { Schemas } from '../../../client/index.js';

/** The level of the intervals of learned profiles. */
export const FOUR_IN_FIVE = '80%';

/** Decisions of some days that chose an LLM, and their share of all; null where there was none. */
export function trafficOf({ days }: Schemas['Summary'], id: string): { decisions: number; share: number | null } {
  let [own, all] = [0, 0];
  for (const day of days) {
    all += day.decisions;
    own += day.models.find(({ model }) => model === id)?.decisions ?? 0;
  }
  return { decisions: own, share: all === 0 ? null : own / all };
}
