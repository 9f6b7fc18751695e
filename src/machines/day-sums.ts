import type { RankedLlm } from '../schema/route.js';
import { DAY_MS } from '../base/units.js';

/** What is summed per day and LLM, in the order in which the ledger has it. */
export const DAY_SUMS = [
  'chosen',
  'chosen_quality',
  'chosen_cost',
  'chosen_cost_n',
  'ranked',
  'ranked_quality',
  'ranked_cost',
  'ranked_cost_n',
  'best',
  'best_quality',
  'best_cost',
  'best_cost_n',
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
  /** Adds what was taken and could not be written. */
  giveBack(rows: readonly DayRow[]): void;
}

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
  const days = new Map<string, Map<string, Float64Array>>();
  let [current, today] = [-1, new Map<string, Float64Array>()];
  const rowsOf = (day: string): Map<string, Float64Array> => {
    let rows = days.get(day);
    if (rows === undefined) days.set(day, (rows = new Map()));
    return rows;
  };
  const sumsOf = (rows: Map<string, Float64Array>, model: string): Float64Array => {
    let sums = rows.get(model);
    if (sums === undefined) rows.set(model, (sums = new Float64Array(DAY_SUMS.length)));
    return sums;
  };
  return {
    add(at, ranking, chosen) {
      const day = Math.floor(at / DAY_MS);
      if (day !== current) [current, today] = [day, rowsOf(dayOf(at))];
      let best: RankedLlm | undefined;
      for (const llm of ranking) {
        const sums = sumsOf(today, llm.model);
        count(sums, RANKED, llm);
        if (llm.model === chosen) count(sums, CHOSEN, llm);
        if (best === undefined || llm.quality > best.quality) best = llm;
      }
      if (best !== undefined) count(sumsOf(today, best.model), BEST, best);
    },
    take() {
      const all = Array.from(days, ([day, rows]) =>
        Array.from(rows, ([model, sums]): DayRow => ({ day, model, sums })),
      ).flat();
      days.clear();
      current = -1;
      return all;
    },
    giveBack(rows) {
      for (const { day, model, sums } of rows) {
        const own = sumsOf(rowsOf(day), model);
        for (let i = 0; i < sums.length; i++) own[i]! += sums[i]!;
      }
    },
  };
}
