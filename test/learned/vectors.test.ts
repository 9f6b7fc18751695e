import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { TensorFlow } from '../../src/tensor/types.js';
import { KNOTS } from '../../src/learned/calibration.js';
import { scalesIn } from '../../src/learned/scale.js';
import { createLearnedScorer } from '../../src/learned/serve/trained.js';
import { openBackend } from '../../src/tensor/backend.js';
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
  test('times a query’s vector are what the decoder answers, but for how LLMs at large do on its task', async () => {
    const rows = smallLog({ queries: 20 });
    const { model } = await randomModel(tf, rows);
    model.tables['score/calibration']!.data.fill(0, KNOTS);
    const { dim, llms, place } = trainedProfiles(model);
    const vector = encoder.encodeSync!(QUERY);
    const scorer = await createLearnedScorer({ version: 'v', model, encoder, llms: rows.llms, stats: [] });
    const { centre, spread } = scalesIn(model.tables['score/scale']!.data).measured;
    const placed = place(vector);
    assert.equal(placed.length, dim);
    const products = llms.map((llm) => llm.reduce((sum, x, i) => sum + x * placed[i]!, 0));
    const scores = scorer.score(QUERY, vector).map((s) => (s.quality - centre) / spread);
    const apart = scores.map((s, l) => s - products[l]!);
    assert.ok(Math.max(...apart) - Math.min(...apart) < 1e-3, apart.join(' '));
    assert.ok(Math.max(...scores) - Math.min(...scores) > 0.01);
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
