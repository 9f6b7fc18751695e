import type { Dataset } from '../profile/structured/dataset.js';
import type { ParameterTensors } from '../profile/structured/profile.js';
import { sumRecords, withoutQueries, type RecordSums } from '../profile/structured/records.js';
import { addPlaces, copySums, emptySums, type MessageSums } from '../profile/structured/residuals.js';
import { axesOf, semanticStates } from '../profile/structured/semantics.js';
import { compute } from '../router/fit/read.js';
import type { TensorFlow } from '../tensor/backend.js';

const CHUNK = 1024;

/** Everything that logged answers say of LLMs, as sums from which the queries of a batch can be taken out again. */
export interface Knowledge {
  records: RecordSums;
  messages: MessageSums;
}

/** Places of queries by meaning `[queries.length, axes]`. */
function placesOf(tf: TensorFlow, data: Dataset, p: ParameterTensors, queries: ArrayLike<number>): Float32Array {
  const features = new Float32Array(queries.length * data.dim);
  for (let i = 0; i < queries.length; i++) features.set(data.queries[queries[i]!]!, i * data.dim);
  return compute(tf, () => semanticStates(tf, p, data.semantic, tf.tensor2d(features, [queries.length, data.dim])));
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
