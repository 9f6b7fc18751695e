import { readVectors, type Dataset } from '../../dataset/dataset.js';
import type { Weights } from '../../math/weights.js';
import { queryStates, type ParameterTensors, type QueryMoments } from '../profile.js';
import type { TensorFlow, Tensor2D } from '../../tensor/types.js';
import { gatherQueries } from './batch.js';
import { queryMoments } from './moments.js';

const CHUNK = 1024;

/** Queries that moments are summed over, which are read as means: as many say what millions would. */
const MOMENT_QUERIES = 65_536;
/** Answers of each LLM, and queries of each task, that are among them in any case, where there are as many. */
const OF_EACH = 1_024;

/**
 * Moments over answered queries of one dataset. On a long log a pass over all of them is most of what freezing takes:
 * one that comes after another with the same tables sees only the queries that the other did not.
 */
export interface MomentCache {
  /** Moments of their states, of a long log those of a part that stands for all; the caller disposes them. */
  moments(data: Dataset, weights: Weights, p: ParameterTensors, queries: Int32Array): QueryMoments;
}

/** What passes summed up, of which queries, and with which tables. */
class Sums<Summed> {
  private readonly passes: { tables: readonly Float32Array[]; queries: Int32Array; summed: Summed }[] = [];

  keep(tables: readonly Float32Array[], queries: Int32Array, summed: Summed): void {
    this.passes.push({ tables, queries, summed });
  }

  /** What the last pass with these tables over some of the queries summed up, and the rest of them. */
  before(tables: readonly Float32Array[], queries: Int32Array): { summed: Summed | null; rest: Int32Array } {
    for (const pass of this.passes.toReversed()) {
      if (!sameNumbers(pass.tables, tables)) continue;
      const rest = without(queries, pass.queries);
      if (queries.length - rest.length === pass.queries.length) return { summed: pass.summed, rest };
    }
    return { summed: null, rest: queries };
  }
}

function without(queries: Int32Array, some: Int32Array): Int32Array {
  const seen = new Set(some);
  return queries.filter((q) => !seen.has(q));
}

const sameNumbers = (a: readonly Float32Array[], b: readonly Float32Array[]): boolean =>
  a.length === b.length &&
  a.every((x, i) => x === b[i] || (x.length === b[i]!.length && x.every((value, at) => value === b[i]![at])));

/** Of many queries some that are spread evenly over all, and enough of every LLM and task. */
export function standInsFor({ evidence, taskOf, numLlms, numTasks }: Dataset, queries: Int32Array): Int32Array {
  const stride = Math.ceil(queries.length / MOMENT_QUERIES);
  const answers = new Int32Array(numLlms);
  const members = new Int32Array(numTasks);
  return queries.filter((q, i) => {
    const task = taskOf[q]!;
    const llms = evidence.llm.subarray(evidence.start[q]!, evidence.start[q + 1]!);
    const taken =
      i % stride === 0 || (task >= 0 && members[task]! < OF_EACH) || llms.some((l) => answers[l]! < OF_EACH);
    if (!taken) return false;
    for (const l of llms) answers[l]!++;
    if (task >= 0) members[task]!++;
    return true;
  });
}

function* chunksOf(queries: Int32Array): Iterable<Int32Array> {
  for (let from = 0; from < queries.length; from += CHUNK) yield queries.subarray(from, from + CHUNK);
}

export function createMomentCache(tf: TensorFlow): MomentCache {
  const stated = new Sums<Record<keyof QueryMoments, Weights[string]>>();
  return {
    moments(data, weights, p, all) {
      const tables = Object.values(weights).map((table) => table.data);
      const queries = standInsFor(data, all);
      const { summed, rest } = stated.before(tables, queries);
      let total =
        summed === null
          ? null
          : mapMoments(summed, ({ shape, data: sums }) => tf.tensor2d(sums, shape as [number, number]));
      for (const chunk of chunksOf(rest)) {
        const before = total;
        total = tf.tidy(() => {
          const vectors = readVectors(data, chunk);
          const batch = gatherQueries(tf, { data, space: weights, queries: chunk, vectors });
          const moments = queryMoments(tf, queryStates(tf, p, batch.features), batch);
          return before === null ? moments : mapMoments(moments, (sum, name) => tf.add(sum, before[name]) as Tensor2D);
        });
        if (before !== null) tf.dispose(Object.values(before));
      }
      stated.keep(
        tables,
        queries,
        mapMoments(total!, (sum) => ({ shape: sum.shape, data: sum.dataSync<'float32'>().slice() })),
      );
      return total!;
    },
  };
}

function mapMoments<From, To>(
  moments: Record<keyof QueryMoments, From>,
  to: (from: From, name: keyof QueryMoments) => To,
): Record<keyof QueryMoments, To> {
  return Object.fromEntries(
    Object.entries(moments).map(([name, from]) => [name, to(from, name as keyof QueryMoments)]),
  ) as Record<keyof QueryMoments, To>;
}
