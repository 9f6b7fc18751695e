import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { readVectors } from '../../src/dataset/dataset.js';
import { placesOf, placesOfLogged, querySpace, type Space } from '../../src/learned/space.js';
import { toTensors } from '../../src/learned/train/batch.js';
import { openBackend } from '../../src/tensor/backend.js';
import type { TensorFlow } from '../../src/tensor/types.js';
import { datasetOf } from '../support/learn.js';
import { smallLog } from '../support/log.js';

let tf: TensorFlow;
before(async () => {
  ({ tf } = await openBackend('cpu'));
});

test('where logged queries lie is the same when it is remembered, whatever was asked for before', async () => {
  const data = await datasetOf(smallLog({ queries: 30 }));
  const all = Int32Array.from({ length: 30 }, (_, q) => q);
  const weights = querySpace(tf, data, all, createRng(1));
  const space: Space = { weights, p: toTensors(tf, weights), places: new Map() };
  const fresh = (queries: Int32Array) => placesOf(tf, data, space, readVectors(data, queries));
  for (const queries of [Int32Array.of(7, 3), Int32Array.of(3, 21, 7, 4), all, Int32Array.of(29)]) {
    const [known, expected] = [placesOfLogged(tf, data, space, queries), fresh(queries)];
    for (const part of ['places', 'words'] as const) {
      assert.deepEqual(known[part].shape, expected[part].shape);
      assert.deepEqual(known[part].dataSync(), expected[part].dataSync());
    }
  }
  assert.equal(space.places.size, 30);
});
