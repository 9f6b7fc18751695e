import { inGrains } from './recency.js';
import type { GraphRows } from './rows.js';

/** Interactions as they were read; the first `length` entries of each array. */
export interface RawScores {
  query: Int32Array;
  llm: Int32Array;
  /** NaN of an answer that nobody scored: it says only that, and by what chance, it was asked for. */
  score: Float64Array;
  /** 1 where it is a signal of an answer, and no answer; undefined where all are answers. */
  observed?: Uint8Array | undefined;
  /** Probability with which the LLM was asked, NaN where unknown; undefined where none is known. */
  propensity?: Float32Array | undefined;
  /** How much it counts beside others of its query and LLM, in (0, 1]; undefined where all count wholly. */
  weight?: Float32Array | undefined;
  length: number;
}

/** Preferences as they were read; the first `length` entries of each array. */
export interface RawPreferences {
  query: Int32Array;
  better: Int32Array;
  worse: Int32Array;
  length: number;
}

/** From query id to place in the canonical order; queries are appended in that order. */
export class QueryRanks {
  private readonly places: Int32Array;
  size = 0;

  constructor(ids: number) {
    this.places = new Int32Array(ids).fill(-1);
  }

  append(id: number): void {
    this.places[id] = this.size++;
  }

  of(id: number): number {
    return this.places[id]!;
  }
}

/**
 * One entry per (query, LLM), by query then LLM: the mean score, by weight, and how many there were, each as far as it
 * counts. Scores are summed in order of size, so that the mean does not depend on the order of the rows.
 *
 * @param recency how far each answer counts for its age, in (0, 1]; wholly where there is none
 */
export function aggregateScores(
  raw: RawScores,
  ranks: QueryRanks,
  numLlms: number,
  recency?: Float32Array,
): GraphRows['scores'] {
  const { order, starts } = groupByQuery(raw, ranks);
  const column = (known: unknown): Float32Array | undefined => (known ? new Float32Array(raw.length) : undefined);
  const query = new Int32Array(raw.length);
  const llm = new Int32Array(raw.length);
  const score = new Float32Array(raw.length);
  const count = new Float32Array(raw.length);
  const isWeighed = raw.weight?.some((weight) => weight !== 1);
  const [propensity, answers, age] = [raw.propensity, raw.observed, isWeighed].map(column);
  const perLlm: number[][] = Array.from({ length: numLlms }, () => []);
  let cells = 0;
  for (let rank = 0; rank < ranks.size; rank++) {
    const present: number[] = [];
    for (let i = starts[rank]!; i < starts[rank + 1]!; i++) {
      const row = order[i]!;
      const rows = perLlm[raw.llm[row]!]!;
      if (rows.length === 0) present.push(raw.llm[row]!);
      rows.push(row);
    }
    present.sort((a, b) => a - b);
    for (const index of present) {
      const rows = perLlm[index]!;
      perLlm[index] = [];
      const scored = rows.filter((row) => !Number.isNaN(raw.score[row]!));
      if (scored.length === 0) continue;
      const mean = meanOf(scored, raw, recency);
      query[cells] = rank;
      llm[cells] = index;
      score[cells] = mean.score;
      if (propensity) propensity[cells] = meanKnown(rows, raw.propensity!);
      if (answers) answers[cells] = Math.max(1, rows.filter((row) => raw.observed![row] === 0).length);
      if (age) age[cells] = scored.reduce((most, row) => Math.max(most, recency?.[row] ?? 1), 0);
      count[cells++] = mean.count;
    }
  }
  return {
    query: query.slice(0, cells),
    llm: llm.slice(0, cells),
    score: score.slice(0, cells),
    count: count.slice(0, cells),
    ...(propensity && { propensity: propensity.slice(0, cells) }),
    ...(answers && { answers: answers.slice(0, cells) }),
    ...(age && { age: age.slice(0, cells) }),
  };
}

/** Preferences by query, better LLM, worse LLM, and where they are weighed by weight. */
export function sortPreferences(
  raw: RawPreferences,
  ranks: QueryRanks,
  numLlms: number,
  weights?: Float32Array,
): GraphRows['preferences'] {
  const keys = new Float64Array(raw.length);
  for (let i = 0; i < raw.length; i++)
    keys[i] = (ranks.of(raw.query[i]!) * numLlms + raw.better[i]!) * numLlms + raw.worse[i]!;
  const order =
    weights && Int32Array.from(keys.keys()).toSorted((a, b) => keys[a]! - keys[b]! || weights[a]! - weights[b]!);
  keys.sort();
  const query = new Int32Array(raw.length);
  const better = new Int32Array(raw.length);
  const worse = new Int32Array(raw.length);
  keys.forEach((key, i) => {
    worse[i] = key % numLlms;
    better[i] = Math.floor(key / numLlms) % numLlms;
    query[i] = Math.floor(key / numLlms / numLlms);
  });
  return { query, better, worse, ...(weights && { weight: Float32Array.from(order!, (i) => weights[i]!) }) };
}

/** Row numbers gathered by query rank: those of rank `r` are `order[starts[r] … starts[r + 1])`. */
function groupByQuery(raw: RawScores, ranks: QueryRanks): { order: Int32Array; starts: Int32Array } {
  const starts = new Int32Array(ranks.size + 1);
  for (let i = 0; i < raw.length; i++) starts[ranks.of(raw.query[i]!) + 1]!++;
  for (let rank = 0; rank < ranks.size; rank++) starts[rank + 1]! += starts[rank]!;
  const next = starts.slice();
  const order = new Int32Array(raw.length);
  for (let i = 0; i < raw.length; i++) order[next[ranks.of(raw.query[i]!)]!++] = i;
  return { order, starts };
}

/** Mean of what is known of some rows; NaN where nothing is. In the order of size, as scores are. */
function meanKnown(rows: readonly number[], values: Float32Array): number {
  const known = rows.map((row) => values[row]!).filter((value) => !Number.isNaN(value));
  known.sort((a, b) => a - b);
  return known.length === 0 ? NaN : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/**
 * Mean score of some rows by weight, and how many they count as: in grains, see {@link inGrains}. Answers that count
 * less than wholly for their age count together as much as the weightiest of them: the same query, asked a thousand
 * times before its LLM changed, must not outvote an answer from after.
 */
function meanOf(
  rows: number[],
  { score: scores, weight: weights }: RawScores,
  recency: Float32Array | undefined,
): { score: number; count: number } {
  const ageOf = (row: number): number => recency?.[row] ?? 1;
  const weightOf = (row: number): number => (weights?.[row] ?? 1) * ageOf(row);
  if (rows.length === 1) return { score: scores[rows[0]!]!, count: inGrains(weightOf(rows[0]!)) };
  rows.sort((a, b) => scores[a]! - scores[b]! || ageOf(a) - ageOf(b) || weightOf(a) - weightOf(b));
  let [whole, sum, most, part, partSum] = [0, 0, 0, 0, 0];
  for (const row of rows) {
    const weight = weightOf(row);
    if (ageOf(row) === 1) {
      whole += weight;
      sum += weight * scores[row]!;
    } else {
      most = Math.max(most, weight);
      part += weight;
      partSum += weight * scores[row]!;
    }
  }
  if (part > 0) sum += most * (partSum / part);
  return { score: sum / (whole + most), count: inGrains(whole + most) };
}
