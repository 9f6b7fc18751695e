import type { QueryVectors } from '../dataset/dataset.js';
import type { Encoder } from '../encoder/types.js';
import type { FrozenGraph } from '../graph/freeze.js';
import type { SnapshotRows } from '../graph/rows.js';
import type { GnnOptions } from '../learned/train/options.js';
import type { DesignName, Weighing } from '../schema/training.js';
import type { SnapshotStore } from '../store/ports/snapshot.js';

/** What a training run is of. */
export interface TrainingInput {
  rows: SnapshotRows;
  /** Their snapshot in the design; see `snapshotOf`. */
  graph: FrozenGraph;
  /** Encoded queries, in the order of `rows.queries`. */
  vectors: QueryVectors;
  design: DesignName;
  seed: number;
  encoder: Encoder;
  /** Texts of queries by their hashes: kinds are named by their words. */
  textsOf: SnapshotStore['texts'];
  options?: Partial<GnnOptions> | undefined;
  /** What it is compared by before it serves; each query once unless told. */
  weigh?: Weighing | undefined;
}
