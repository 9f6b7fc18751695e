import type { ProfileVectors } from '../profile/vectors.js';
import { createProjector } from './serve/projection.js';
import { tableReader } from './tables.js';
import type { TrainedModel } from '../artifact/model.js';

/**
 * The profiles of a trained model as any router can read them. An LLM is its expected score per task, about the LLMs'
 * mean, and what each anchor tells of it; a query is how likely it is of each task and how near to each anchor: their
 * product is what the decoder answers (`learned/decoder.ts`), but for what is so of all LLMs.
 */
export function trainedProfiles(model: TrainedModel): ProfileVectors {
  const { names } = model;
  const data = tableReader(model);
  const [record, messages] = [data('record/task'), data('anchor/messages')];
  const [numLlms, numTasks] = [names.llms.length, names.tasks.length];
  const mean = Float32Array.from(names.tasks, (_, t) =>
    names.llms.reduce((sum, _llm, l) => sum + record[l * numTasks + t]! / numLlms, 0),
  );
  const { tasksFor, nearness } = createProjector(model);
  const join = (a: Float32Array, b: Float32Array): Float32Array => Float32Array.of(...a, ...b);
  return {
    dim: numTasks + names.anchors.length,
    llms: names.llms.map((_, l) =>
      join(
        record.slice(l * numTasks, (l + 1) * numTasks).map((r, t) => r - mean[t]!),
        Float32Array.from(names.anchors, (_anchor, a) => messages[a * numLlms + l]!),
      ),
    ),
    place(query) {
      const tasks = tasksFor(query);
      return join(tasks, nearness(query, tasks));
    },
  };
}
