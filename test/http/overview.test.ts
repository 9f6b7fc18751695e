import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Overview } from '../../src/schema/overview.js';
import type { RouteResponse } from '../../src/schema/route.js';
import { ask, startService, type Service } from './service.js';

let service: Service;
beforeEach(async () => (service = await startService()));
afterEach(() => service.remove());

const route = async (fields: object = {}): Promise<RouteResponse> =>
  (await ask(service, 'POST', '/v1/route', { query: 'How far is the moon?', ...fields })).body as RouteResponse;
const overview = async (search: string): Promise<Overview> =>
  Overview.parse((await ask(service, 'GET', `/v1/overview?${search}`)).body);

test('an overview adds up what was decided and what came of it, by time and by LLM, beside a baseline', async () => {
  const made = [await route(), await route({ exclude: ['a/small'] }), await route({ models: ['b/large'] })];
  const scores = [1, 0.5, 0];
  for (const [i, { decision_id }] of made.entries())
    await ask(service, 'POST', '/v1/feedback', {
      decision_id,
      score: scores[i],
      cost_usd: 0.25,
      latency_ms: 100,
      ...(i === 2 && { error: 'timeout' }),
    });
  const hour = await overview('range=1h');
  assert.deepEqual(
    [hour.points.length, hour.step_ms, hour.totals.decisions, hour.baseline],
    [30, 120_000, 3, { kind: 'best', model: null }],
  );
  const { observed, expected, baseline } = hour.totals;
  assert.deepEqual([observed.answers, observed.errors, observed.quality, observed.cost_usd], [3, 1, 0.5, 0.75]);
  assert.ok(observed.quality_low! < 0.5 && observed.quality_high! > 0.5);
  assert.ok(Math.abs(observed.latency_p50_ms! / 100 - 1) < 0.1);
  const mean = made.reduce((sum, { model, ranking }) => sum + ranking.find((r) => r.model === model)!.quality, 0) / 3;
  assert.ok(Math.abs(expected.quality! - mean) < 1e-9);
  assert.ok(baseline!.quality! >= expected.quality! - 1e-9, 'nobody is expected to do better than the best');
  const told = hour.points.reduce((sum, point) => sum + point.decisions, 0);
  const byModel = hour.models.reduce((sum, { decisions }) => sum + decisions, 0);
  assert.deepEqual([told, byModel], [3, 3]);
});

test('what it is compared with is chosen: one LLM, whichever decisions it was a candidate of', async () => {
  await route();
  await route({ exclude: ['b/large'] });
  const single = await overview('range=24h&baseline=single&model=b/large');
  assert.deepEqual(single.baseline, { kind: 'single', model: 'b/large' });
  assert.ok(single.totals.baseline !== null);
  const dearest = await overview('range=24h&baseline=dearest');
  assert.equal(dearest.points.length, 72);
  const nobody = await overview('range=24h&baseline=single&model=c/none');
  assert.equal(nobody.totals.baseline, null);
});

test('nothing is an overview of zeros, over every range', async () => {
  for (const [range, steps] of Object.entries({ '1h': 30, '24h': 72, '7d': 42, '30d': 30, '90d': 90 })) {
    const { points, totals, models } = await overview(`range=${range}`);
    assert.deepEqual([points.length, totals.decisions, totals.baseline, models.length], [steps, 0, null, 0]);
    assert.equal(totals.observed.quality, null);
  }
});

test('a baseline of one LLM names it, and no other does', async () => {
  for (const search of ['baseline=single', 'baseline=best&model=a/small', 'range=2h']) {
    const { status, body } = await ask(service, 'GET', `/v1/overview?${search}`);
    assert.equal(status, 400);
    assert.match((body as { detail: string }).detail, search === 'range=2h' ? /range/ : /model/);
  }
});
