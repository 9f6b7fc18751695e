import type { StoredMap } from '../../artifact/map.js';
import type { LlmId } from '../../schema/ids.js';
import type { QueryMap } from '../../schema/map.js';
import type { Viewed } from './graph-view.js';

/** The map of a version with so many of its sampled queries. */
export function queryMapView(map: StoredMap, { version, router }: Viewed, wanted: number): QueryMap {
  const { hash, x, y, task, kind, quality, deviation } = map.queries;
  const size = Math.min(wanted, hash.length);
  const observed = Array.from({ length: size }, () => map.llms.map((): number | null => null));
  const { source, target, weight } = map.edges['llm-query'] ?? { source: [], target: [], weight: [] };
  target.forEach((query, e) => {
    if (query < size) observed[query]![source[e]!] = weight[e]!;
  });
  return {
    version,
    router,
    models: map.llms.map(({ id }) => id as LlmId),
    incumbent: map.incumbent,
    tasks: map.tasks.map(({ id }) => id),
    kinds: map.kinds.map(({ id }) => id),
    queries: Array.from({ length: size }, (_, q) => ({
      hash: hash[q]!,
      x: x[q]!,
      y: y[q]!,
      task: task[q]!,
      kind: kind[q]!,
      best: quality[q]!.reduce((best, one, l) => (one > quality[q]![best]! ? l : best), 0),
      quality: quality[q]!,
      deviation: deviation[q]!,
      observed: observed[q]!,
    })),
    left_out: { models: map.left_out.llms, queries: map.left_out.queries + hash.length - size },
  };
}
