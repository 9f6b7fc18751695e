import type { Schemas } from '../../../client/index.js';

export type QueryMap = Schemas['QueryMap'];
export type MapQuery = QueryMap['queries'][number];

/** Half a 95% interval, in standard deviations. */
const HALF_INTERVAL = 1.96;

/** How good an LLM is in a region. */
export interface Standing {
  model: string;
  mean: number;
  low: number;
  high: number;
  /** Mean logged score there, null without any, and of how many queries. */
  observed: number | null;
  answered: number;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);

/** LLMs by their mean expected score, best first. Scores there are off together: the mean is no surer than they are. */
export function standings({ models }: QueryMap, region: readonly MapQuery[]): Standing[] {
  return models
    .map((model, l): Standing => {
      const expected = mean(region.map(({ quality }) => quality[l]!));
      const half = HALF_INTERVAL * mean(region.map(({ deviation }) => deviation[l]!));
      const logged = region.flatMap(({ observed }) => (observed[l] === null ? [] : [observed[l]!]));
      return {
        model,
        mean: expected,
        low: Math.max(0, expected - half),
        high: Math.min(1, expected + half),
        observed: logged.length === 0 ? null : mean(logged),
        answered: logged.length,
      };
    })
    .toSorted((a, b) => b.mean - a.mean);
}

/** How much better than an LLM the best one is expected to be on a query. */
export const regretOf = ({ quality, best }: MapQuery, llm: number): number => quality[best]! - quality[llm]!;

/** Names with how many queries of a region are theirs, most first. */
export function sharesOf(region: readonly MapQuery[], nameOf: (query: MapQuery) => string): [string, number][] {
  const counts = new Map<string, number>();
  for (const query of region) counts.set(nameOf(query), (counts.get(nameOf(query)) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1]);
}

/** What a query is called by: its kind, where kinds were discovered, else its task. */
export const kindName = ({ kinds, tasks }: QueryMap, { kind, task }: MapQuery): string =>
  kinds[kind] ?? tasks[task] ?? 'of no known kind';

export interface Spot {
  x: number;
  y: number;
}

/** Whether a spot is inside a closed line. */
export function isInside({ x, y }: Spot, line: readonly Spot[]): boolean {
  let inside = false;
  line.forEach((a, i) => {
    const b = line[(i + 1) % line.length]!;
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
  });
  return inside;
}
