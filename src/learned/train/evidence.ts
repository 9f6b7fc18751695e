import { readVectors, type Dataset } from '../../dataset/dataset.js';
import { drawNeighbourhood, fitMessages, neighbourCoordinates, residualTensors, taskRows } from '../neighbourhood.js';
import type { Weights } from '../../math/weights.js';
import type { ParameterTensors } from '../profile.js';
import { sumRecords, withoutQueries, type RecordSums } from '../../dataset/records.js';
import { expectedByRecord, type MessageSums } from '../residuals.js';
import { semanticStates } from '../semantics.js';
import { styleTensor } from '../style.js';
import { sample } from '../../math/sample.js';
import type { Rng } from '../../base/rng.js';
import type { Anchors } from '../decoder.js';
import type { TensorFlow, Tensor2D } from '../../tensor/types.js';
import { encodedTensor } from './batch.js';
import type { EvidenceCache } from './evidence-cache.js';

/** Everything that logged answers say of LLMs, as sums. */
export interface EvidenceSums {
  records: RecordSums;
  messages: MessageSums;
}

/** Queries of a dataset, and the space that they lie in. */
export interface LocatedQueries {
  data: Dataset;
  /** Tables of the query space (see `querySpace`), and as tensors. */
  weights: Weights;
  p: ParameterTensors;
  queries: Int32Array;
}

/** What the answers to `queries` say. */
export function gatherEvidence({
  data,
  weights,
  p,
  queries,
  cache,
}: LocatedQueries & { cache: EvidenceCache }): EvidenceSums {
  return { records: sumRecords(data, queries), messages: cache.messages(weights, p, queries) };
}

/** Logged queries as anchors: which they are, and what they tell others. */
export interface Neighbourhood {
  anchors: Int32Array;
  /** For each fold, what anchors tell when its queries are left out; the tensors are the caller's to dispose. */
  folds: Anchors[];
}

/**
 * Fits what anchors tell the queries around them, once for each of `folds`, without that fold's queries; with no fold,
 * once with all of `queries`.
 */
export function gatherNeighbourhood(
  tf: TensorFlow,
  { data, weights, p, queries, folds, rng }: LocatedQueries & { folds: readonly Int32Array[]; rng: Rng },
): Neighbourhood {
  const { anchors, fitted } = drawNeighbourhood(data, queries, (pool, size) => sample(pool, size, rng));
  const all = sumRecords(data, queries);
  const made = tf.tidy(() => {
    const side = (of: Int32Array): { places: Tensor2D; tasks: Tensor2D } => {
      const vectors = readVectors(data, of);
      const semantic = semanticStates(tf, p, data.semantic, encodedTensor(tf, data, vectors));
      return {
        places: neighbourCoordinates(tf, semantic, styleTensor(tf, weights, data.style, vectors)),
        tasks: tf.tensor2d(taskRows(data, of), [of.length, data.numTasks]),
      };
    };
    const around = side(anchors);
    const left = folds.length === 0 ? [Int32Array.of()] : folds;
    const answers = left.map((fold) =>
      residualTensors(tf, {
        data,
        queries: fitted,
        expected: expectedByRecord(data, withoutQueries(data, all, fold)),
        without: new Set(fold),
      }),
    );
    return { ...around, messages: fitMessages(tf, around, { ...side(fitted), folds: answers }) };
  });
  return { anchors, folds: made.messages.map((messages) => ({ places: made.places, tasks: made.tasks, messages })) };
}
