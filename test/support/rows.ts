import { sha256 } from '../../src/base/hash.js';
import { listQueries, type GraphRows } from '../../src/graph/rows.js';
import { LlmProfile } from '../../src/schema/profile.js';

/** What an answer from before a change counts in these logs. */
export const STALE = 1 / 16;

/** One query of a log written out by hand: the LLMs' scores, and pairs of which the first did better. */
export interface HandQuery {
  text: string;
  task?: string;
  scores?: Record<string, number>;
  /** Probability with which each LLM was asked, where that is logged. */
  propensities?: Record<string, number>;
  /** How often each LLM answered, where that is not once. */
  times?: Record<string, number>;
  /** LLMs that have changed since they answered it. */
  stale?: string[];
  pairs?: [better: string, worse: string][];
}

/** A log written out by hand, its queries in the order given. */
export function handLog(llms: readonly string[], queries: readonly HandQuery[]): GraphRows {
  const tasks = [...new Set(queries.flatMap((q) => q.task ?? []))].toSorted();
  const edges = queries.flatMap((q, query) =>
    Object.entries(q.scores ?? {}).map(([llm, score]) => ({
      query,
      llm: llms.indexOf(llm),
      score,
      count: q.stale?.includes(llm) ? STALE : (q.times?.[llm] ?? 1),
      propensity: q.propensities?.[llm] ?? NaN,
    })),
  );
  const pairs = queries.flatMap((q, query) =>
    (q.pairs ?? []).map(([better, worse]) => ({ query, better: llms.indexOf(better), worse: llms.indexOf(worse) })),
  );
  return {
    llms: llms.map((id) => LlmProfile.parse({ id })),
    families: [],
    tasks: tasks.map((id) => ({ id, description: '' })),
    domains: [],
    taskDomains: [],
    queries: listQueries(
      queries.map(({ text, task }) => ({
        hash: sha256(text),
        text,
        task: task === undefined ? -1 : tasks.indexOf(task),
      })),
    ),
    scores: {
      query: Int32Array.from(edges, (e) => e.query),
      llm: Int32Array.from(edges, (e) => e.llm),
      score: Float32Array.from(edges, (e) => e.score),
      count: Float32Array.from(edges, (e) => e.count),
      ...(queries.some((q) => q.propensities) && { propensity: Float32Array.from(edges, (e) => e.propensity) }),
    },
    preferences: {
      query: Int32Array.from(pairs, (p) => p.query),
      better: Int32Array.from(pairs, (p) => p.better),
      worse: Int32Array.from(pairs, (p) => p.worse),
    },
  };
}
