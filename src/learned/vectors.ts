import type { ProfileVectors } from '../profile/vectors.js';
import { createProjector } from './serve/projection.js';
import { tableReader } from './tables.js';
import type { TrainedModel } from '../artifact/model.js';

/**
 * The profiles of a trained model as any router can read them. An LLM is its record per task, about the LLMs' mean, and
 * its message of meaning; a query is its attention to tasks and its place by meaning: their product is what the decoder
 * starts from (`learned/decoder.ts`).
 */
export function trainedProfiles(model: TrainedModel): ProfileVectors {
  const { names } = model;
  const data = tableReader(model);
  const [record, message] = [data('record/task'), data('message/llm')];
  const numTasks = names.tasks.length;
  const axes = data('semantic/ridge').length;
  const mean = Float32Array.from(names.tasks, (_, t) =>
    names.llms.reduce((sum, _llm, l) => sum + record[l * numTasks + t]! / names.llms.length, 0),
  );
  const { stateOf, taskAttention, placeOf } = createProjector(model);
  const join = (a: Float32Array, b: Float32Array): Float32Array => Float32Array.of(...a, ...b);
  return {
    dim: numTasks + axes,
    llms: names.llms.map((_, l) =>
      join(
        record.slice(l * numTasks, (l + 1) * numTasks).map((r, t) => r - mean[t]!),
        message.slice(l * axes, (l + 1) * axes),
      ),
    ),
    place: (query) => join(taskAttention(stateOf(query)), placeOf(query)),
  };
}
