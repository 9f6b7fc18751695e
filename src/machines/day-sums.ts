import type { RankedLlm } from '../schema/route.js';
import { DAY_MS, HOUR_MS } from '../base/units.js';

/** What is summed per time and LLM, in the order in which the ledger has it. */
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
  'dearest',
  'dearest_quality',
  'dearest_cost',
  'dearest_cost_n',
] as const;

/** Sums of one LLM on one day `[DAY_SUMS.length]`. */
export interface DayRow {
  /** In UTC, as 2026-11-25. */
  day: string;
  model: string;
  sums: Float64Array;
}

/** Sums of one LLM from `at` on, in milliseconds since the epoch, for as long as a step is `[DAY_SUMS.length]`. */
export interface SlotRow {
  at: number;
  model: string;
  sums: Float64Array;
}

/** Finest time that sums are of, in milliseconds: hours and days are made of these. */
export const SLOT_MS = 120_000;
/** Steps of time, in milliseconds, of which the ledger keeps sums for a while beside those of days. */
export const STEPS = [SLOT_MS, 10 * SLOT_MS, HOUR_MS] as const;

/** Sums of decisions per slot and LLM, until they are taken to be written. */
export interface DaySums {
  add(at: number, ranking: readonly RankedLlm[], chosen: string): void;
  /** What was summed since the last time. */
  take(): SlotRow[];
  /** Adds what was taken and could not be written. */
  giveBack(rows: readonly SlotRow[]): void;
}

const [CHOSEN, RANKED, BEST, DEAREST] = [0, 4, 8, 12];

export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

function count(sums: Float64Array, from: number, { quality, cost_usd: cost }: RankedLlm): void {
  sums[from]! += 1;
  sums[from + 1]! += quality;
  if (cost === null) return;
  sums[from + 2]! += cost;
  sums[from + 3]! += 1;
}

/** Sums by number of the slot, and LLM. */
type Slots = Map<number, Map<string, Float64Array>>;

function rowsAt(slots: Slots, slot: number): Map<string, Float64Array> {
  let rows = slots.get(slot);
  if (rows === undefined) slots.set(slot, (rows = new Map()));
  return rows;
}

function sumsOf(rows: Map<string, Float64Array>, model: string): Float64Array {
  let sums = rows.get(model);
  if (sums === undefined) rows.set(model, (sums = new Float64Array(DAY_SUMS.length)));
  return sums;
}

function addRows(slots: Slots, rows: readonly SlotRow[], stepMs: number): void {
  for (const { at, model, sums } of rows) {
    const own = sumsOf(rowsAt(slots, Math.floor(at / stepMs)), model);
    for (let i = 0; i < sums.length; i++) own[i]! += sums[i]!;
  }
}

const listed = (slots: Slots, stepMs: number): SlotRow[] =>
  Array.from(slots, ([slot, rows]) =>
    Array.from(rows, ([model, sums]): SlotRow => ({ at: slot * stepMs, model, sums })),
  ).flat();

/** The same by longer steps. */
export function joined(rows: readonly SlotRow[], stepMs: number): SlotRow[] {
  const slots: Slots = new Map();
  addRows(slots, rows, stepMs);
  return listed(slots, stepMs);
}

/** The same by days. */
export const byDay = (rows: readonly SlotRow[]): DayRow[] =>
  joined(rows, DAY_MS).map(({ at, ...row }) => ({ day: dayOf(at), ...row }));

export function createDaySums(): DaySums {
  const slots: Slots = new Map();
  let [current, rows] = [-1, new Map<string, Float64Array>()];
  return {
    add(at, ranking, chosen) {
      const slot = Math.floor(at / SLOT_MS);
      if (slot !== current) [current, rows] = [slot, rowsAt(slots, slot)];
      let best: RankedLlm | undefined;
      let dearest: RankedLlm | undefined;
      for (const llm of ranking) {
        const sums = sumsOf(rows, llm.model);
        count(sums, RANKED, llm);
        if (llm.model === chosen) count(sums, CHOSEN, llm);
        if (best === undefined || llm.quality > best.quality) best = llm;
        if (llm.cost_usd !== null && !(llm.cost_usd <= (dearest?.cost_usd ?? -1))) dearest = llm;
      }
      if (best !== undefined) count(sumsOf(rows, best.model), BEST, best);
      if (dearest !== undefined) count(sumsOf(rows, dearest.model), DEAREST, dearest);
    },
    take() {
      const all = listed(slots, SLOT_MS);
      slots.clear();
      current = -1;
      return all;
    },
    giveBack: (taken) => addRows(slots, taken, SLOT_MS),
  };
}
