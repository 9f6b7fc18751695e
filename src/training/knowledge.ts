import type { Dataset } from '../profile/structured/dataset.js';
import { drawNeighbourhood, fitMessages, neighbourPlaces, residualTensors, taskRows } from '../profile/structured/neighbourhood.js';
import type { Weights } from '../profile/structured/parameters.js';
import type { ParameterTensors } from '../profile/structured/profile.js';
import { sumRecords, withoutQueries, type RecordSums } from '../profile/structured/records.js';
import { addPlaces, copySums, emptySums, expectedByRecord, type MessageSums } from '../profile/structured/residuals.js';
import { axesOf, semanticStates } from '../profile/structured/semantics.js';
import { compute } from '../router/fit/read.js';
import type { Rng } from '../base/rng.js';
import type { Anchors } from '../router/graph/decoder.js';
import type { TensorFlow } from '../tensor/backend.js';
import type { Tensor2D } from '../tensor/types.js';
import { sample } from './sample.js';

const CHUNK = 1024;

/** Everything that logged answers say of LLMs, as sums from which the queries of a batch can be taken out again. */
export interface Knowledge {
  records: RecordSums;
  messages: MessageSums;
}

/** Places of queries by meaning `[queries.length, axes]`. */
function placesOf(tf: TensorFlow, data: Dataset, p: ParameterTensors, queries: ArrayLike<number>): Float32Array {
  return compute(tf, () => semanticStates(tf, p, data.semantic, encodedTensor(tf, data, queries)));
}

/** What the answers to `queries` say. `p` has the tables of the semantic space. */
export function gatherKnowledge(tf: TensorFlow, data: Dataset, p: ParameterTensors, queries: Int32Array): Knowledge {
  const messages = emptySums(data, axesOf(data.semantic));
  for (let from = 0; from < queries.length; from += CHUNK) {
    const chunk = queries.subarray(from, from + CHUNK);
    addPlaces(data, messages, chunk, placesOf(tf, data, p, chunk), 1);
  }
  return { records: sumRecords(data, queries), messages };
}

/** The same without the queries of a batch: what is predicted carries no message. */
export function withoutBatch(tf: TensorFlow, data: Dataset, p: ParameterTensors, all: Knowledge, batch: Int32Array): Knowledge {
  const messages = copySums(all.messages);
  addPlaces(data, messages, batch, placesOf(tf, data, p, batch), -1);
  return { records: withoutQueries(data, all.records, batch), messages };
}

/** Encoded queries as a tensor `[queries.length, dim]`. */
export function encodedTensor(tf: TensorFlow, data: Dataset, queries: ArrayLike<number>): Tensor2D {
  const features = new Float32Array(queries.length * data.dim);
  for (let i = 0; i < queries.length; i++) features.set(data.queries.at(queries[i]!)!, i * data.dim);
  return tf.tensor2d(features, [queries.length, data.dim]);
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
export function gatherNeighbourhood(tf: TensorFlow, data: Dataset, space: Weights, p: ParameterTensors, queries: Int32Array, folds: readonly Int32Array[], rng: Rng): Neighbourhood {
  const { anchors, fitted } = drawNeighbourhood(data, queries, (pool, size) => sample(rng, pool, size));
  const all = sumRecords(data, queries);
  const made = tf.tidy(() => {
    const side = (of: Int32Array): { places: Tensor2D; tasks: Tensor2D } => ({
      places: neighbourPlaces(tf, space, data, of, semanticStates(tf, p, data.semantic, encodedTensor(tf, data, of))),
      tasks: tf.tensor2d(taskRows(data, of), [of.length, data.numTasks]),
    });
    const around = side(anchors);
    const left = folds.length === 0 ? [Int32Array.of()] : folds;
    const answers = left.map((fold) => residualTensors(tf, data, fitted, expectedByRecord(data, withoutQueries(data, all, fold)), new Set(fold)));
    return { ...around, messages: fitMessages(tf, around, { ...side(fitted), folds: answers }) };
  });
  return { anchors, folds: made.messages.map((messages) => ({ places: made.places, tasks: made.tasks, messages })) };
}
