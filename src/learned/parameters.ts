import type { Rng } from '../base/rng.js';
import { FEATURES, HEAD_HIDDEN } from './constants.js';
import type { Weights } from '../math/weights.js';
import { MESSAGES } from './messages.js';

/** Sizes that fix the shape of every trained weight. */
export interface ModelShape {
  /** Length of an encoded query or description. */
  dim: number;
  /** Length of an LLM's declared facts. */
  facts: number;
  /** Width of node states. */
  hidden: number;
  /** Width of what an LLM and a task are matched by where nothing is logged. */
  keys: number;
  hops: number;
  /** Axes of the semantic space. */
  axes: number;
}

/**
 * Initial spread of the first layer's weights: encoded queries have unit length, and the layer scales them up first.
 */
const QUERY_SPREAD = 1 / 12;

/** Name, shape and initial spread of every weight. `spread` is the standard deviation, or a constant to start from. */
export function parameterTable(
  shape: ModelShape,
): Record<string, { shape: number[]; spread: number } | { shape: number[]; constant: number }> {
  const { dim, facts, hidden, keys, hops, axes } = shape;
  const kernel = (rows: number, cols: number, gain = 1) => ({ shape: [rows, cols], spread: gain / Math.sqrt(rows) });
  const zeros = (...sizes: number[]) => ({ shape: sizes, constant: 0 });
  const table: ReturnType<typeof parameterTable> = {
    'query/kernel': { shape: [dim, hidden], spread: QUERY_SPREAD },
    'query/bias': zeros(hidden),
    'llm/kernel': kernel(facts, hidden, 4),
    'llm/bias': zeros(hidden),
    'family/kernel': kernel(dim, hidden, 4),
    'task/kernel': kernel(dim, hidden, 4),
    'domain/kernel': kernel(dim, hidden, 4),
    'prior/kernel': kernel(hidden, 1, 0.1),
    'prior/bias': zeros(1),
    'task_prior/llm/kernel': kernel(hidden, keys, 0.3),
    'task_prior/task/kernel': kernel(hidden, keys, 0.3),
    'task_prior/benchmark': { shape: [1], constant: 0.3 },
    'task_query/kernel': kernel(hidden, hidden),
    'task_query/bias': zeros(hidden),
    'task_key/kernel': kernel(hidden, hidden, 0.5),
    'task_key/queries/kernel': kernel(hidden, hidden, 0.5),
    'task_key/bias': zeros(hidden),
    task_temperature: { shape: [1], constant: 2 },
    'semantic/ridge': { shape: [axes], constant: Math.log(200) },
    'head/message/common': { shape: [1], constant: 1 },
    'head/message/own': { shape: [1], constant: 1 },
    'head/neighbours/common': { shape: [1], constant: 1 },
    'head/neighbours/own': { shape: [1], constant: 1 },
    'head/scale': { shape: [1], constant: 1 },
    'head/hidden/kernel': kernel(FEATURES, HEAD_HIDDEN),
    'head/hidden/bias': zeros(HEAD_HIDDEN),
    'head/out/kernel': kernel(HEAD_HIDDEN, 1, 0.1),
    'head/out/bias': zeros(1),
  };
  for (let hop = 0; hop < hops; hop++) {
    for (const { name } of MESSAGES) table[`hop${hop}/${name}/kernel`] = kernel(hidden, hidden);
    for (const kind of new Set(MESSAGES.map((m) => m.to))) {
      table[`hop${hop}/${kind}/attention`] = { shape: [hidden], spread: 0.1 };
      table[`hop${hop}/${kind}/bias`] = zeros(hidden);
    }
  }
  return table;
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
