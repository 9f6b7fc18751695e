import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TrainedModel } from '../../src/artifact/model.js';
import { createRng } from '../../src/base/rng.js';
import { baselineByName } from '../../src/router/baselines.js';
import { createPriorScorer } from '../../src/scoring/prior.js';
import { checkModel, isTrainable, SERVED_ROUTERS, servedRouter } from '../../src/serving/routers.js';
import { openBackend } from '../../src/tensor/backend.js';
import { LOG, scorerConformance } from '../scoring/conformance.js';
import { datasetOf, encoder } from '../support/learn.js';
import { randomModel } from '../support/model.js';

/** A model of a served router, learned from {@link LOG}. */
async function modelOf(router: string): Promise<TrainedModel> {
  const { tf } = await openBackend('wasm');
  const { model } = await randomModel(tf, LOG);
  const baseline = baselineByName(router);
  if (baseline === undefined) return model;
  const data = await datasetOf(LOG);
  const fitted = await baseline.fit(
    data,
    Int32Array.from({ length: data.numQueries }, (_, q) => q),
    {
      tf,
      rng: createRng(1),
    },
  );
  return { names: { ...model.names, router, hops: 0, families: [], anchors: [] }, tables: fitted.tables() };
}

scorerConformance('prior', async () => ({
  version: null,
  router: 'prior',
  open: async (llms) => createPriorScorer(llms, []),
}));

for (const router of SERVED_ROUTERS)
  scorerConformance(router.name, async () => {
    const model = await modelOf(router.name);
    router.check(model, 'the model');
    return {
      version: 'fitted',
      router: router.name,
      open: (llms) => router.open({ version: 'fitted', model, encoder, llms, stats: [] }),
    };
  });

describe('served routers', () => {
  test('are found by names that differ', () => {
    assert.equal(new Set(SERVED_ROUTERS.map((r) => r.name)).size, SERVED_ROUTERS.length);
    for (const router of SERVED_ROUTERS) assert.equal(servedRouter(router.name), router);
    assert.equal(servedRouter('none of them'), undefined);
  });

  test('are trainable where training makes them', () => {
    assert.deepEqual(
      SERVED_ROUTERS.filter((r) => r.trainable).map((r) => r.name),
      ['learned'],
    );
    assert.deepEqual([isTrainable('learned'), isTrainable('best-single'), isTrainable('?')], [true, false, false]);
  });

  test('refuse tables of another, and names that nobody has', async () => {
    const learned = await modelOf('learned');
    const named = (router: string): TrainedModel => ({ ...learned, names: { ...learned.names, router } });
    assert.throws(() => checkModel(named('none of them'), 'x'), {
      code: 'artifact_damaged',
      message: /^x: router: expected one of learned, .*got "none of them"/,
    });
    assert.throws(() => checkModel(named('nearest-queries'), 'x'), {
      code: 'artifact_damaged',
      message: /^x: the tables are not those of nearest-queries/,
    });
    const single = await modelOf('best-single');
    assert.throws(() => checkModel({ ...single, names: learned.names }, 'x'), {
      code: 'artifact_damaged',
      message: /^x: tensor query\/kernel is missing/,
    });
  });
});
