import type { Dataset } from '../../dataset/dataset.js';
import type { SnapshotRows } from '../../graph/rows.js';
import type { Rng } from '../../base/rng.js';

/** Most LLMs, tasks, and queries that a map shows, and most expected scores of it: they bound its file. */
const LLMS = 64;
const TASKS = 200;
const QUERIES = 5_000;
const SCORES = 200_000;

/** What a map shows of a snapshot: indices, and the place of each among those chosen (−1 for one that is not). */
export interface Chosen {
  llms: number[];
  tasks: number[];
  /** A random sample in random order. */
  queries: Int32Array;
  llmAt: Int32Array;
  taskAt: Int32Array;
  /** Answers of each LLM of the snapshot. */
  answers: Float64Array;
}

/** The `count` with the most, in their own order. */
function most(values: Float64Array, count: number): number[] {
  const all = Array.from(values.keys());
  if (all.length <= count) return all;
  return all
    .toSorted((a, b) => values[b]! - values[a]! || a - b)
    .slice(0, count)
    .toSorted((a, b) => a - b);
}

const placesIn = (size: number, chosen: readonly number[]): Int32Array => {
  const at = new Int32Array(size).fill(-1);
  chosen.forEach((index, place) => (at[index] = place));
  return at;
};

/** Those with the most answers and queries, and queries at random. */
export function chooseShown(rows: SnapshotRows, { evidence, numQueries, taskOf }: Dataset, rng: Rng): Chosen {
  const answers = new Float64Array(rows.llms.length);
  for (const llm of evidence.llm) answers[llm]!++;
  const members = new Float64Array(rows.tasks.length);
  for (const task of taskOf) if (task >= 0 && task < members.length) members[task]!++;
  const [llms, tasks] = [most(answers, LLMS), most(members, TASKS)];
  const size = Math.min(QUERIES, Math.floor(SCORES / Math.max(1, llms.length)));
  const queries = rng.shuffle(Int32Array.from({ length: numQueries }, (_, q) => q)).subarray(0, size);
  return {
    llms,
    tasks,
    queries,
    llmAt: placesIn(rows.llms.length, llms),
    taskAt: placesIn(rows.tasks.length, tasks),
    answers,
  };
}
