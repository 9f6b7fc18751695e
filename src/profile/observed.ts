import { freezeGraph, type FrozenEdges, type FrozenGraph } from '../graph/freeze.js';
import { listQueries, type GraphRows, type QueryKeys, type SnapshotRows } from '../graph/rows.js';
import { partsOf, type ProfileDesign } from './design.js';

/** What profiles may know: the graph of a design over the queries that are learned from, and over no other. */
export interface Observed {
  /**
   * Its query nodes are `rows.queries`, in the order of `train`; comparisons stand in as scores where none was
   * measured.
   */
  rows: GraphRows;
  sizes: FrozenGraph['sizes'];
  edges: FrozenGraph['edges'];
}

/** The scores of the rows' queries, with the share of comparisons won where no score was measured. */
function scoresOf(rows: SnapshotRows, nodeOf: Int32Array): GraphRows['scores'] {
  const numLlms = rows.llms.length;
  const found = new Map<number, { score: number; count: number }>();
  const { query, llm, score, count } = rows.scores;
  for (let e = 0; e < query.length; e++)
    if (nodeOf[query[e]!]! >= 0)
      found.set(nodeOf[query[e]!]! * numLlms + llm[e]!, { score: score[e]!, count: count[e]! });
  const compared = new Map<number, { score: number; count: number }>();
  const note = (node: number, l: number, won: number, weight: number): void => {
    const key = node * numLlms + l;
    if (found.has(key)) return;
    const entry = compared.get(key) ?? { score: 0, count: 0 };
    compared.set(key, {
      score: (entry.score * entry.count + weight * won) / (entry.count + weight),
      count: entry.count + weight,
    });
  };
  const { better, worse, weight } = rows.preferences;
  rows.preferences.query.forEach((q, p) => {
    if (nodeOf[q]! < 0) return;
    note(nodeOf[q]!, better[p]!, 1, weight?.[p] ?? 1);
    note(nodeOf[q]!, worse[p]!, 0, weight?.[p] ?? 1);
  });
  const entries = [...found, ...compared].toSorted(([a], [b]) => a - b);
  return {
    query: Int32Array.from(entries, ([key]) => Math.floor(key / numLlms)),
    llm: Int32Array.from(entries, ([key]) => key % numLlms),
    score: Float32Array.from(entries, ([, entry]) => entry.score),
    count: Float32Array.from(entries, ([, entry]) => entry.count),
  };
}

/** Rows whose queries that are learned from have their texts. */
export interface ToObserve extends SnapshotRows {
  queries: QueryKeys & { textOf(place: number): string };
}

/** The graph of a design over the queries `train` (indices into `rows.queries`). */
export function observe(rows: ToObserve, train: Int32Array, design: ProfileDesign): Observed {
  const nodeOf = new Int32Array(rows.queries.length).fill(-1);
  train.forEach((q, node) => (nodeOf[q] = node));
  const seen: GraphRows = {
    ...rows,
    queries: listQueries(
      Array.from(train, (q) => ({
        hash: rows.queries.hashOf(q),
        text: rows.queries.textOf(q),
        task: rows.queries.taskOf(q),
      })),
    ),
    scores: scoresOf(rows, nodeOf),
    preferences: { query: new Int32Array(), better: new Int32Array(), worse: new Int32Array() },
  };
  const { sizes, edges } = freezeGraph(seen, partsOf(design));
  return { rows: seen, sizes, edges };
}

/** How sure a mean of `count` answers is, in [0, 1): one half at 2. */
export const sureness = (count: number): number => count / (count + 2);

/**
 * By how much the LLM of each edge beat the mean of the other LLMs at the same node (a query, a task), in scores.
 * Where no other LLM answered, its own mean takes their place. `[numEdges]`
 */
export function advantages({ source, target, weight, count }: FrozenEdges): Float32Array {
  const atNode = sumsBy(target, weight, () => 1);
  const ofLlm = sumsBy(source, weight, (e) => count[e]!);
  return weight.map((score, e) => {
    const node = atNode.get(target[e]!)!;
    const own = ofLlm.get(source[e]!)!;
    const usual = node.weight > 1 ? (node.sum - score) / (node.weight - 1) : own.sum / own.weight;
    // Sums in another order than the score's own may leave a trace where there is no difference.
    return Math.abs(score - usual) < 1e-6 ? 0 : score - usual;
  });
}

function sumsBy(
  keys: Int32Array,
  values: Float32Array,
  weightOf: (edge: number) => number,
): Map<number, { sum: number; weight: number }> {
  const sums = new Map<number, { sum: number; weight: number }>();
  keys.forEach((key, e) => {
    const weight = weightOf(e);
    const entry = sums.get(key);
    if (entry) {
      entry.sum += values[e]! * weight;
      entry.weight += weight;
    } else sums.set(key, { sum: values[e]! * weight, weight });
  });
  return sums;
}
