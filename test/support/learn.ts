import { createRng } from '../../src/base/rng.js';
import type { GraphRows } from '../../src/graph/rows.js';
import { DESIGNS } from '../../src/profile/design.js';
import { createDataset, type Dataset } from '../../src/dataset/dataset.js';
import type { DesignName } from '../../src/schema/training.js';
import { trainGnn, type GnnResult } from '../../src/learned/train/gnn.js';
import { GNN_DEFAULTS, type GnnOptions } from '../../src/learned/train/options.js';
import { splitHeldOut } from '../../src/training/gate.js';
import { answeredQueries, snapshotOf } from '../../src/training/run.js';
import type { TensorFlow } from '../../src/tensor/types.js';
import { createSmallEncoder } from './small-encoder.js';

export const encoder = createSmallEncoder();

/** Small and quick: enough for the small log. */
export const QUICK: GnnOptions = {
  ...GNN_DEFAULTS,
  hidden: 16,
  keys: 8,
  batch: 64,
  support: 128,
  maxSteps: 80,
  epochs: 10,
};

export function datasetOf(rows: GraphRows, design: DesignName = 'structured-trainable'): Promise<Dataset> {
  return createDataset({
    rows,
    graph: snapshotOf(rows, design),
    design: DESIGNS[design],
    encoder,
    vectors: Array.from(rows.queries, (q) => encoder.encodeSync!(q.text)),
  });
}

/** Trains on a small log; answers what a test needs to look at. */
export async function learn(
  tf: TensorFlow,
  rows: GraphRows,
  options: Partial<GnnOptions> = {},
  design: DesignName = 'structured-trainable',
  seed = 1,
): Promise<{ data: Dataset; train: Int32Array; heldOut: Int32Array; result: GnnResult }> {
  const data = await datasetOf(rows, design);
  const { seen: train, heldOut } = splitHeldOut(answeredQueries(data), (q) => rows.queries.hashOf(q));
  const result = await trainGnn(tf, { data, train, options: { ...QUICK, ...options }, rng: createRng(seed) });
  return { data, train, heldOut, result };
}
