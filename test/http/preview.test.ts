import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import type { Preview } from '../../src/schema/preview.js';
import { ask, makeKey, postJson, startService, type Service } from './service.js';

/** What LLMs score in the mean, and cost: the small one is good for its price. */
const SKILL: Record<string, number> = { 'a/small': 0.6, 'a/middle': 0.7, 'b/large': 0.8 };
const COST: Record<string, number> = { 'a/small': 0.001, 'a/middle': 0.01, 'b/large': 0.1 };
const QUERIES = 600;

let service: Service;
before(async () => {
  service = await startService();
  await ask(service, 'PUT', '/v1/policies/curious', { exploration: 0.5 });
  const rng = createRng(5);
  for (let from = 0; from < QUERIES; from += 100) {
    const requests = Array.from({ length: 100 }, (_, i) => ({ query: `question ${from + i}`, policy: 'curious' }));
    const { body } = await ask(service, 'POST', '/v1/route/batch', { requests });
    const { results } = body as { results: { decision_id: string; model: string }[] };
    await ask(
      service,
      'POST',
      '/v1/feedback',
      results.map(({ decision_id, model }) => ({
        decision_id,
        model,
        score: Number(rng.next() < SKILL[model]!),
        cost_usd: COST[model],
        latency_ms: 100,
      })),
    );
  }
});
after(() => service.remove());

async function preview(request: object): Promise<Preview> {
  const { status, body } = await ask(service, 'POST', '/v1/policies/preview', request);
  assert.equal(status, 200, JSON.stringify(body));
  return body as Preview;
}

describe('a preview', () => {
  test('estimates what each LLM alone would have earned from decisions that explored', async () => {
    for (const [model, skill] of Object.entries(SKILL)) {
      const found = await preview({ body: { models: [model] }, against: 'curious' });
      const { quality, cost_usd: cost, latency_ms: latency } = found.policy;
      assert.equal(found.decisions, QUERIES);
      assert.equal(found.propensities, 'logged');
      assert.ok(found.overlap.unsupported < 0.05, found.overlap.words);
      const { value, low, high } = quality!.doubly_robust;
      assert.ok(Math.abs(value - skill) < 0.15, `${model}: ${value}`);
      assert.ok(low! < skill && skill < high!, `${model}: ${low} to ${high}`);
      assert.ok(Math.abs(cost!.doubly_robust.value / COST[model]! - 1) < 0.5, `${cost!.doubly_robust.value}`);
      assert.ok(Math.abs(latency!.doubly_robust.value - 100) < 15, `${latency!.doubly_robust.value}`);
      assert.deepEqual(
        found.models.filter(({ share }) => share > 0).map((one) => [one.model, one.share]),
        [[model, 1]],
      );
    }
  });

  test('is what the log says of the policy that made it', async () => {
    const { policy, difference, differ, examples } = await preview({ policy: 'curious', against: 'curious' });
    assert.equal(differ, 0);
    assert.deepEqual(examples, []);
    assert.equal(difference.quality!.doubly_robust.value, 0);
    assert.ok(policy.quality!.inverse_propensity!.low! < 0.75 && policy.quality!.inverse_propensity!.high! > 0.65);
  });

  test('shows twenty decisions that would differ, and where the policy stands on the frontier', async () => {
    const found = await preview({ body: { models: ['a/small'] }, against: 'quality' });
    assert.equal(found.examples.length, 20);
    assert.match(found.examples[0]!.query!, /^question /);
    assert.equal(found.examples[0]!.policy.model, 'a/small');
    assert.ok(found.frontier.length > 0 && found.frontier.every(({ rules }) => rules.models?.[0] === 'a/small'));
    assert.ok(found.stands.below < 1e-9);
  });

  test('says that a log of certain choices tells nothing of others, and what would do', async () => {
    const certain = await startService();
    try {
      const requests = Array.from({ length: 60 }, (_, i) => ({ query: `question ${i}` }));
      const { body } = await ask(certain, 'POST', '/v1/route/batch', { requests });
      const { results } = body as { results: { decision_id: string; model: string }[] };
      await ask(
        certain,
        'POST',
        '/v1/feedback',
        results.map(({ decision_id, model }) => ({ decision_id, model, score: 1 })),
      );
      const other = Object.keys(SKILL).find((model) => model !== results[0]!.model)!;
      const answer = await ask(certain, 'POST', '/v1/policies/preview', { body: { models: [other] } });
      const { overlap } = answer.body as Preview;
      assert.equal(overlap.enough, false);
      assert.equal(overlap.unsupported, 1);
      assert.match(overlap.words, /^not enough overlap: exploration 0\.1 for about [\d,]+ decisions/);
      assert.ok(overlap.would_do!.decisions > 1000, overlap.words);
    } finally {
      await certain.remove();
    }
  });

  test('marks propensities that were estimated, of answers that name no decision', async () => {
    const elsewhere = await startService();
    try {
      const rng = createRng(3);
      const models = Object.keys(SKILL);
      const items = Array.from({ length: 300 }, (_, i) => {
        const model = models[rng.int(3)]!;
        return { query: `question ${i}`, model, score: Number(rng.next() < SKILL[model]!) };
      });
      await postJson(`${elsewhere.url}/v1/feedback`, items);
      const answer = await ask(elsewhere, 'POST', '/v1/policies/preview', { body: { models: ['a/middle'] } });
      const found = answer.body as Preview;
      assert.equal(found.source, 'answers');
      assert.equal(found.propensities, 'estimated');
      const { low, high } = found.policy.quality!.doubly_robust;
      assert.ok(low! < 0.7 && 0.7 < high!, `${low} to ${high}`);
      assert.equal(found.policy.cost_usd!.decisions, 0);
    } finally {
      await elsewhere.remove();
    }
  });

  test('names the field of what it can’t judge', async () => {
    const refused = async (request: object): Promise<string> =>
      ((await ask(service, 'POST', '/v1/policies/preview', request)).body as { code: string }).code;
    assert.equal(await refused({}), 'invalid_request');
    assert.equal(await refused({ policy: 'quality', body: {} }), 'invalid_request');
    assert.equal(await refused({ policy: 'nobody' }), 'unknown_policy');
    assert.equal(await refused({ policy: 'quality', against: 'nobody' }), 'unknown_policy');
    assert.equal(await refused({ body: { models: ['nobody'] } }), 'unknown_model');
    assert.equal(await refused({ policy: 'quality', version: 'nothing' }), 'version_not_found');
    assert.equal(await refused({ body: { min_quality: 1 } }), 'no_data');
  });

  test('is for keys that may read', async () => {
    const { key } = await makeKey(service, { scopes: ['route'] });
    const headers = { authorization: `Bearer ${key}` };
    const answer = await postJson(`${service.url}/v1/policies/preview`, { policy: 'quality' }, headers);
    assert.equal(answer.status, 403);
  });
});
