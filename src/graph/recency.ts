import { DAY_MS } from '../base/units.js';
/** What an answer from before its LLM changed counts beside one that came after; of several changes, their product. */
export const BEFORE_CHANGE = 1 / 16;

/**
 * The least that an answer counts, and what all weights are multiples of: so their sums are exact in single precision,
 * and where answers are taken out of a sum again nothing is left of them.
 */
const GRAIN = 1 / 64;

/** The nearest multiple of the grain, one at least. */
export const inGrains = (weight: number): number => Math.max(GRAIN, Math.round(weight / GRAIN) * GRAIN);

/** From when on an LLM was another one. */
export interface ChangePoint {
  /** Its place among the snapshot's LLMs. */
  llm: number;
  /** Id of the task on which it changed; null for all. */
  task: number | null;
  /** Milliseconds since the epoch. */
  at: number;
}

/** What was said of LLMs, as it was read; the first `length` entries of each array. */
export interface TimedAnswers {
  query: Int32Array;
  llm: Int32Array;
  /** Milliseconds since the epoch. */
  at: Float64Array;
  length: number;
}

/**
 * How far each answer of each list counts, in (0, 1]: wholly since its LLM last changed, little before, as soon as
 * there is one since (on that task, where it changed on one); and with a half-life, the less the longer before the
 * newest.
 *
 * @param taskOf id of a query's task, 0 where unknown
 * @param halfLifeDays null for none
 * @returns for each list `[length]`
 */
export function weighAnswers(
  lists: readonly TimedAnswers[],
  taskOf: (query: number) => number,
  changes: readonly ChangePoint[],
  halfLifeDays: number | null,
): Float32Array[] {
  const changesOf = new Map<number, ChangePoint[]>();
  for (const change of changes) changesOf.set(change.llm, [...(changesOf.get(change.llm) ?? []), change]);
  const concerning = (llm: number, query: number): ChangePoint[] =>
    (changesOf.get(llm) ?? []).filter((change) => change.task === null || change.task === taskOf(query));
  const answered = new Set<ChangePoint>();
  let newest = -Infinity;
  for (const { query, llm, at, length } of lists) {
    for (let i = 0; i < length; i++) {
      newest = Math.max(newest, at[i]!);
      if (changesOf.has(llm[i]!))
        for (const change of concerning(llm[i]!, query[i]!)) if (at[i]! >= change.at) answered.add(change);
    }
  }
  return lists.map(({ query, llm, at, length }) => {
    const weights = new Float32Array(length);
    for (let i = 0; i < length; i++) {
      let weight = halfLifeDays === null ? 1 : 2 ** ((at[i]! - newest) / (halfLifeDays * DAY_MS));
      if (changesOf.has(llm[i]!))
        for (const change of concerning(llm[i]!, query[i]!))
          if (at[i]! < change.at && answered.has(change)) weight *= BEFORE_CHANGE;
      weights[i] = inGrains(weight);
    }
    return weights;
  });
}
