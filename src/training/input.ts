import type { QueryVectors } from '../dataset/dataset.js';
import type { Encoder } from '../encoder/types.js';
import type { FrozenGraph } from '../graph/freeze.js';
import type { SnapshotRows } from '../graph/rows.js';
import type { GnnOptions } from '../learned/train/options.js';
import type { DesignName } from '../schema/training.js';
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
}
