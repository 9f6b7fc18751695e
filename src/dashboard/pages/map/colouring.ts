import { colourOf, createPalette } from '../../kit/colours.js';
import { kindName, regretOf, type MapQuery, type QueryMap } from './region.js';

export type ColourBy = 'kind' | 'best' | 'regret';

/** Regret from which on the colour is the strongest. */
const FULL_REGRET = 0.4;
/** Colours from no regret to much, told apart in light and dark. */
const STEPS = ['#7c8798', '#8f8c7a', '#b8902f', '#d3702a', '#d24a2c', '#c22a52'];

const kindColourOf = createPalette();

/** Names of colours, in order. */
export interface Legend {
  name: string;
  colour: string;
  count: number;
}

/** How queries are coloured, and what the colours mean. */
export interface Colouring {
  colourOf(query: MapQuery): string;
  legend: Legend[];
}

function byName(
  queries: readonly MapQuery[],
  nameOf: (query: MapQuery) => string,
  colour: (name: string) => string,
): Colouring {
  const counts = new Map<string, number>();
  for (const query of queries) counts.set(nameOf(query), (counts.get(nameOf(query)) ?? 0) + 1);
  const legend = [...counts]
    .toSorted((a, b) => b[1] - a[1])
    .map(([name, count]) => ({ name, colour: colour(name), count }));
  return { colourOf: (query) => colour(nameOf(query)), legend };
}

const stepOf = (regret: number): number =>
  Math.min(STEPS.length - 1, Math.max(0, Math.round((regret / FULL_REGRET) * (STEPS.length - 1))));

function byRegret(queries: readonly MapQuery[], incumbent: number): Colouring {
  const stepFor = (query: MapQuery): number => stepOf(regretOf(query, incumbent));
  const legend = STEPS.map((colour, step) => {
    const from = (step * FULL_REGRET) / (STEPS.length - 1);
    return {
      name: `${step === STEPS.length - 1 ? '≥ ' : ''}${from.toFixed(2)}`,
      colour,
      count: queries.filter((query) => stepFor(query) === step).length,
    };
  });
  return { colourOf: (query) => STEPS[stepFor(query)]!, legend };
}

export function colouringOf(map: QueryMap, by: ColourBy, incumbent: number): Colouring {
  if (by === 'regret') return byRegret(map.queries, incumbent);
  if (by === 'best') return byName(map.queries, ({ best }) => map.models[best]!, colourOf);
  return byName(map.queries, (query) => kindName(map, query), kindColourOf);
}
