import type { Rng } from '../base/rng.js';
import type { Weights } from '../math/weights.js';
import { shapeOf, tablesOf, type TableName, type TableSizes } from './tables.js';

/** Sizes that fix the shape of every trained weight. */
export interface ModelShape extends Pick<TableSizes, 'dim' | 'facts' | 'hidden' | 'keys'> {
  hops: number;
}

/** Shape and beginning of a trained weight: `spread` is the standard deviation, or a constant to start from. */
export type Parameter = { shape: number[] } & ({ spread: number } | { constant: number });

/** Every trained weight by name. */
export function parameterTable({ hops, ...shape }: ModelShape): Record<string, Parameter> {
  const sizes: TableSizes = {
    ...shape,
    // No trained weight depends on what is logged.
    meaning: 0,
    axes: 0,
    lexical: 0,
    wordAxes: 0,
    styles: 0,
    levels: 0,
    place: 0,
    location: 0,
    numLlms: 0,
    numFamilies: 0,
    numTasks: 0,
    numDomains: 0,
    numKinds: 0,
    numBenchmarks: 0,
    numAnchors: 0,
    numProbes: 0,
  };
  const out: Partial<Record<TableName, Parameter>> = {};
  for (const [name, table] of tablesOf(hops)) {
    const { initial } = table;
    if (initial === undefined) continue;
    const numbers = shapeOf(table, sizes);
    out[name] = {
      shape: numbers,
      ...('gain' in initial ? { spread: initial.gain / Math.sqrt(numbers[0]!) } : initial),
    };
  }
  return out as Record<string, Parameter>;
}

/** Fresh weights for a seed: the same on every backend. */
export function initialWeights(shape: ModelShape, rng: Rng): Weights {
  return Object.fromEntries(
    Object.entries(parameterTable(shape)).map(([name, entry]) => {
      const data = new Float32Array(entry.shape.reduce((a, b) => a * b, 1));
      if ('constant' in entry) data.fill(entry.constant);
      else {
        const own = rng.fork(name);
        for (let i = 0; i < data.length; i++) data[i] = entry.spread * own.normal();
      }
      return [name, { shape: entry.shape, data }];
    }),
  );
}
