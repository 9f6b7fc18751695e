import { withoutQueries, type RecordSums } from '../dataset/records.js';
import type { Dataset } from '../dataset/dataset.js';
import { expectedByLevel, levelsOf } from './levels.js';

/** What logged answers say beyond their LLM's level, for one fold: an entry an answer, in the order of queries. */
export interface Residuals {
  /** Whose answer it is, and to which of the queries that were given. */
  llm: Int32Array;
  query: Int32Array;
  /** What it says, and how far it counts: 0 where it is not looked at. */
  residual: Float32Array;
  known: Float32Array;
  /** Answers that the prior of an LLM's level weighs as much as. */
  strength: number;
  /** How far each level is from that prior `[numLlms]`. */
  above: Float32Array;
}

/** Which answers are looked at, and by which others they are expected. */
export interface ResidualsOf {
  data: Dataset;
  queries: Int32Array;
  /** Over all that anything is learned from. */
  records: RecordSums;
  without: Int32Array;
  /** Whether the answers to `without` are looked at themselves, and not the others. */
  held?: boolean;
}

/** Residuals of the answers to `queries`, as what is logged without the queries `without` lets expect them. */
export function residualsOf({ data, queries, records, without, held = false }: ResidualsOf): Residuals {
  const { numTasks, evidence } = data;
  const { start, llm, score, weight } = evidence;
  const left = withoutQueries(data, records, without);
  const levels = levelsOf(left);
  const expected = expectedByLevel(left, levels);
  const leftOut = new Set(without);
  const size = queries.reduce((sum, q) => sum + start[q + 1]! - start[q]!, 0);
  const entries = {
    llm: new Int32Array(size),
    query: new Int32Array(size),
    residual: new Float32Array(size),
    known: new Float32Array(size),
  };
  let at = 0;
  queries.forEach((q, i) => {
    const looked = leftOut.has(q) === held;
    const task = data.taskOf[q]! < 0 ? numTasks : data.taskOf[q]!;
    for (let e = start[q]!; e < start[q + 1]!; e++, at++) {
      entries.llm[at] = llm[e]!;
      entries.query[at] = i;
      if (!looked) continue;
      entries.residual[at] = score[e]! - expected[llm[e]! * (numTasks + 1) + task]!;
      entries.known[at] = weight[e]!;
    }
  });
  return { ...entries, strength: levels.strength, above: levels.level.map((level, l) => level - levels.prior[l]!) };
}
