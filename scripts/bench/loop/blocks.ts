/** What the calls of a block were expected to be worth, by what is true. */
export interface Block {
  calls: number;
  /** Sums: of the LLMs that were chosen, of the best single LLM, of the best LLM for each query, and by chance. */
  chosen: number;
  single: number;
  full: number;
  asked: number;
}

export const emptyBlock = (): Block => ({ calls: 0, chosen: 0, single: 0, full: 0, asked: 0 });

/** Share of what full knowledge would gain over the best single LLM. */
export const shareOfGain = ({ chosen, single, full }: Block): number => (chosen - single) / (full - single);
