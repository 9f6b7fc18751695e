import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ProfileVectors } from '../../src/profile/vectors.js';
import { PROFILE_ROUTERS } from '../../src/router/profile-routers.js';
import { similarity } from '../../src/router/similarity.js';
import { datasetOf } from '../support/learn.js';
import { smallLog } from '../support/log.js';
import { profileRouterConformance } from './conformance.js';
import { all, tools } from './logs.js';

for (const router of PROFILE_ROUTERS) profileRouterConformance(router, { learns: router.name !== 'similarity' });

describe('similarity by hand', () => {
  test('is the cosine, from [−1, 1] to [0, 1]; half where there is no direction', async () => {
    const data = await datasetOf(smallLog({ queries: 4 }));
    const profiles: ProfileVectors = {
      dim: 2,
      llms: [Float32Array.of(2, 0), Float32Array.of(0, 0), Float32Array.of(-3, -3)],
      place: () => Float32Array.of(0, 5),
    };
    const scores = (await similarity.fit(data, all(data), profiles, tools())).score({
      vector: data.queries.at(0)!,
      task: -1,
    });
    [0.5, 0.5, (1 - Math.SQRT1_2) / 2].forEach((expected, l) => assert.ok(Math.abs(scores[l]! - expected) < 1e-6));
    assert.deepEqual(profiles.llms[0], Float32Array.of(2, 0), 'profiles stay as they were');
  });
});
