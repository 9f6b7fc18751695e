import type { SimulatedQuery } from '../../../src/simulator/types.js';
import { bestFor, trueQuality } from './llms.js';

/** What some calls were expected to be worth, by what is true: sums. */
export interface Block {
  calls: number;
  /** Of the LLMs that were chosen, of the best single LLM, and of the best LLM for each query. */
  chosen: number;
  single: number;
  full: number;
  /** How many the best single LLM got. */
  ofSingle: number;
}

export const emptyBlock = (): Block => ({ calls: 0, chosen: 0, single: 0, full: 0, ofSingle: 0 });

/** Counts a call in a block. */
export function count(block: Block, query: SimulatedQuery, model: string, single: string): void {
  block.calls++;
  block.chosen += trueQuality(model, query);
  block.single += trueQuality(single, query);
  block.full += trueQuality(bestFor(query), query);
  if (model === single) block.ofSingle++;
}

/** Share of what full knowledge would gain over the best single LLM. */
export const shareOfGain = ({ chosen, single, full }: Block): number => (chosen - single) / (full - single);

/** How much better the chosen LLMs were than the best single one, in points of a hundred. */
export const pointsAhead = ({ calls, chosen, single }: Block): number => (100 * (chosen - single)) / calls;
