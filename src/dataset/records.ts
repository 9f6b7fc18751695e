import type { Dataset } from './dataset.js';

/**
 * Sums of logged scores, each as far as it counts, over a set of queries, from which single queries can be taken out
 * again.
 */
export interface RecordSums {
  /** `[numLlms]` */
  sum: Float32Array;
  count: Float32Array;
  /** `[numLlms · numTasks]`, LLM-major. Of a single task they are 0: it says nothing that the sums over all don't. */
  taskSum: Float32Array;
  taskCount: Float32Array;
  /** How much better than usual each LLM is by all that it declares `[numLlms]`; 0 where it declares nothing. */
  declared: Float32Array;
}

export function sumRecords(data: Dataset, queries: ArrayLike<number>): RecordSums {
  const sums: RecordSums = {
    sum: new Float32Array(data.numLlms),
    count: new Float32Array(data.numLlms),
    taskSum: new Float32Array(data.numLlms * data.numTasks),
    taskCount: new Float32Array(data.numLlms * data.numTasks),
    declared: data.declaredOverall,
  };
  for (let i = 0; i < queries.length; i++) addQuery(data, sums, queries[i]!, 1);
  return sums;
}

function addQuery(data: Dataset, sums: RecordSums, query: number, sign: 1 | -1): void {
  const { start, llm, score, weight } = data.evidence;
  const task = data.taskOf[query]!;
  for (let e = start[query]!; e < start[query + 1]!; e++) {
    const l = llm[e]!;
    const counts = sign * weight[e]!;
    sums.sum[l]! += counts * score[e]!;
    sums.count[l]! += counts;
    if (task < 0 || data.numTasks === 1) continue;
    sums.taskSum[l * data.numTasks + task]! += counts * score[e]!;
    sums.taskCount[l * data.numTasks + task]! += counts;
  }
}

/** The sums without the queries of a batch: what is predicted carries no message. */
export function withoutQueries(data: Dataset, sums: RecordSums, queries: ArrayLike<number>): RecordSums {
  const rest: RecordSums = {
    sum: sums.sum.slice(),
    count: sums.count.slice(),
    taskSum: sums.taskSum.slice(),
    taskCount: sums.taskCount.slice(),
    declared: sums.declared,
  };
  for (let i = 0; i < queries.length; i++) addQuery(data, rest, queries[i]!, -1);
  return rest;
}

/** Forgets an LLM's every interaction, as if it had just arrived. */
export function forgetLlm(data: Dataset, sums: RecordSums, llm: number): void {
  sums.sum[llm] = 0;
  sums.count[llm] = 0;
  sums.taskSum.fill(0, llm * data.numTasks, (llm + 1) * data.numTasks);
  sums.taskCount.fill(0, llm * data.numTasks, (llm + 1) * data.numTasks);
}
