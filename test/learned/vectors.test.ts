import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Tensor2D, TensorFlow } from '../../src/tensor/types.js';
import { semanticStates } from '../../src/learned/semantics.js';
import { createProjector } from '../../src/learned/serve/projection.js';
import { openBackend } from '../../src/tensor/backend.js';
import { toTensors } from '../../src/learned/train/batch.js';
import { trainedProfiles } from '../../src/learned/vectors.js';
import { encoder } from '../support/learn.js';
import { smallLog } from '../support/log.js';
import { randomModel } from '../support/model.js';

let tf: TensorFlow;
before(async () => {
  ({ tf } = await openBackend('cpu'));
});

const QUERY = 'a verse about the sum of two numbers';

describe('profiles of a trained model', () => {
  test('times a query’s vector are what the decoder begins with: record on tasks, message of meaning', async () => {
    const rows = smallLog({ queries: 20 });
    const { model, weights, data } = await randomModel(tf, rows);
    const { dim, llms, place } = trainedProfiles(model);
    const vector = encoder.encodeSync!(QUERY);
    const { stateOf, taskAttention } = createProjector(model);
    const tasks = taskAttention(stateOf(vector));
    const expected = tf.tidy(() => {
      const meant = semanticStates(tf, toTensors(tf, weights), data.semantic, tf.tensor2d([[...vector]]));
      const of = (name: string): Tensor2D =>
        tf.tensor2d(model.tables[name]!.data, model.tables[name]!.shape as [number, number]);
      const record = of('record/task');
      const byTask = tf.matMul(
        tf.sub(record, tf.mean(record, 0, true)) as Tensor2D,
        tf.tensor2d(tasks, [tasks.length, 1]),
      );
      return (tf.add(byTask, tf.matMul(of('message/llm'), meant, false, true)) as Tensor2D).dataSync();
    });
    const placed = place(vector);
    assert.equal(placed.length, dim);
    llms.forEach((llm, l) =>
      assert.ok(Math.abs(llm.reduce((sum, x, i) => sum + x * placed[i]!, 0) - expected[l]!) < 1e-4),
    );
  });

  test('know nothing of queries that the model was not frozen with', async () => {
    const rows = smallLog({ queries: 20 });
    const evidence = Int32Array.from({ length: 15 }, (_, i) => i);
    const turnAround = (from: number, to: number) => ({
      ...rows,
      scores: {
        ...rows.scores,
        score: rows.scores.score.map((s, e) =>
          rows.scores.query[e]! >= from && rows.scores.query[e]! < to ? 1 - s : s,
        ),
      },
    });
    const llmsOf = async (log: typeof rows): Promise<readonly Float32Array[]> =>
      trainedProfiles((await randomModel(tf, log, { evidence })).model).llms;
    const known = await llmsOf(rows);
    assert.deepEqual(await llmsOf(turnAround(15, 20)), known);
    assert.notDeepEqual(await llmsOf(turnAround(0, 15)), known);
  });
});
