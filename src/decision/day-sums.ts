import type { RankedLlm } from '../schema/route.js';

/** What is summed per day and LLM, in the order in which the ledger has it. */
export const DAY_SUMS = [
  'chosen', 'chosen_quality', 'chosen_cost', 'chosen_cost_n',
  'ranked', 'ranked_quality', 'ranked_cost', 'ranked_cost_n',
  'best', 'best_quality', 'best_cost', 'best_cost_n',
] as const;

/** Sums of one LLM on one day `[DAY_SUMS.length]`. */
export interface DayRow {
  /** In UTC, as 2026-11-25. */
  day: string;
  model: string;
  sums: Float64Array;
}

/** Sums of decisions per day and LLM, until they are taken to be written. */
export interface DaySums {
  add(at: number, ranking: readonly RankedLlm[], chosen: string): void;
  /** What was summed since the last time. */
  take(): DayRow[];
}

const DAY_MS = 86_400_000;
const [CHOSEN, RANKED, BEST] = [0, 4, 8];

export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

function count(sums: Float64Array, from: number, { quality, cost_usd: cost }: RankedLlm): void {
  sums[from]! += 1;
  sums[from + 1]! += quality;
  if (cost === null) return;
  sums[from + 2]! += cost;
  sums[from + 3]! += 1;
}

export function createDaySums(): DaySums {
  let rows = new Map<string, DayRow>();
  const taken: DayRow[] = [];
  let current = -1;
  return {
    add(at, ranking, chosen) {
      const day = Math.floor(at / DAY_MS);
      if (day !== current) {
        taken.push(...rows.values());
        rows = new Map();
        current = day;
      }
      let best: RankedLlm | undefined;
      for (const llm of ranking) {
        let row = rows.get(llm.model);
        if (row === undefined) rows.set(llm.model, (row = { day: dayOf(at), model: llm.model, sums: new Float64Array(DAY_SUMS.length) }));
        count(row.sums, RANKED, llm);
        if (llm.model === chosen) count(row.sums, CHOSEN, llm);
        if (best === undefined || llm.quality > best.quality) best = llm;
      }
      if (best !== undefined) count(rows.get(best.model)!.sums, BEST, best);
    },
    take() {
      const all = [...taken.splice(0), ...rows.values()];
      rows = new Map();
      return all;
    },
  };
}
