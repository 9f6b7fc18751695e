import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Tensor2D } from '../../src/tensor/types.js';
import { queryStates } from '../../src/profile/structured/profile.js';
import { openBackend, type TensorFlow } from '../../src/tensor/backend.js';
import { trainedProfiles } from '../../src/training/profiles.js';
import { encoder } from '../support/learn.js';
import { smallLog } from '../support/log.js';
import { randomModel } from '../support/model.js';

let tf: TensorFlow;
before(async () => {
  ({ tf } = await openBackend('cpu'));
});

const QUERY = 'a verse about the sum of two numbers';

describe('profiles of a trained model', () => {
  it('lie, with queries, where the decoder matches them', async () => {
    const rows = smallLog({ queries: 20 });
    const { model, weights } = await randomModel(tf, rows);
    const { dim, llms, place } = trainedProfiles(model);
    const vector = encoder.encodeSync!(QUERY);
    const expected = tf.tidy(() => {
      const p = Object.fromEntries(Object.entries(weights).map(([name, w]) => [name, tf.tensor(w.data, w.shape)]));
      const query = tf.matMul(queryStates(tf, p, tf.tensor2d([[...vector]])), p['match_query/kernel'] as Tensor2D);
      const { shape, data } = model.tables['embedding/llm']!;
      return [tf.matMul(tf.tensor2d(data, shape as [number, number]), p['match_llm/kernel'] as Tensor2D).arraySync() as number[][], query.arraySync() as number[][]];
    });
    const found = [...llms, place(vector)];
    assert.equal(found.length, rows.llms.length + 1);
    expected.flat().forEach((row, i) => {
      assert.equal(found[i]!.length, dim);
      row.forEach((x, c) => assert.ok(Math.abs(found[i]![c]! - x) < 1e-4));
    });
  });

  it('know nothing of queries that the model was not frozen with', async () => {
    const rows = smallLog({ queries: 20 });
    const evidence = Int32Array.from({ length: 15 }, (_, i) => i);
    const turnAround = (from: number, to: number) => ({ ...rows, scores: { ...rows.scores, score: rows.scores.score.map((s, e) => (rows.scores.query[e]! >= from && rows.scores.query[e]! < to ? 1 - s : s)) } });
    const llmsOf = async (log: typeof rows): Promise<readonly Float32Array[]> => trainedProfiles((await randomModel(tf, log, { evidence })).model).llms;
    const known = await llmsOf(rows);
    assert.deepEqual(await llmsOf(turnAround(15, 20)), known);
    assert.notDeepEqual(await llmsOf(turnAround(0, 15)), known);
  });

  it('say which table a model lacks', async () => {
    const { model } = await randomModel(tf, smallLog({ queries: 4 }));
    const { 'match_llm/kernel': _, ...tables } = model.tables;
    assert.throws(() => trainedProfiles({ ...model, tables }), { code: 'internal', message: /expected match_llm\/kernel/ });
  });
});
