import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sha256 } from '../../src/base/hash.js';
import { DEFAULT_RETENTION, type Forgotten, type RetentionSettings } from '../../src/schema/retention.js';
import type { DecisionDetail } from '../../src/schema/decision.js';
import type { RouteResponse } from '../../src/schema/route.js';
import { ask, postJson, problemIn, startService, type Service } from './service.js';

let service: Service;
before(async () => void (service = await startService()));
after(() => service.remove());

const forget = async (what: object): Promise<Forgotten> => {
  const { status, body } = await ask(service, 'POST', '/v1/forget', what);
  assert.equal(status, 200, JSON.stringify(body));
  return body as Forgotten;
};

/** The value of a metric with these labels. */
async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${service.url}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  assert.ok(line !== undefined, `${name} is in ${text.slice(0, 200)}`);
  return Number(line.split(' ').at(-1));
}

describe('settings of retention', () => {
  test('are safe by default: of feedback nothing goes', async () => {
    const { body } = await ask(service, 'GET', '/v1/retention');
    assert.deepEqual(body, DEFAULT_RETENTION);
    const { idempotency_hours: hours, feedback_text_days: days, interactions } = body as RetentionSettings;
    assert.deepEqual([hours, days], [168, null]);
    assert.deepEqual(interactions, { max_age_days: null, max_rows: null, max_megabytes: null });
  });

  test('what is set holds, the rest is as by default', async () => {
    const wanted = { feedback_text_days: 30, interactions: { max_rows: 1_000 } };
    const { status, body } = await ask(service, 'PUT', '/v1/retention', wanted);
    assert.equal(status, 200);
    assert.deepEqual(body, {
      ...DEFAULT_RETENTION,
      feedback_text_days: 30,
      interactions: { ...DEFAULT_RETENTION.interactions, max_rows: 1_000 },
    });
    assert.deepEqual((await ask(service, 'GET', '/v1/retention')).body, body);
    await ask(service, 'PUT', '/v1/retention', {});
  });

  test('what is no limit is refused, by its name', async () => {
    for (const [field, wrong] of [
      ['idempotency_hours', { idempotency_hours: 0 }],
      ['idempotency_hours', { idempotency_hours: null }],
      ['feedback_text_days', { feedback_text_days: -1 }],
      ['interactions.max_rows', { interactions: { max_rows: 1.5 } }],
      ['interactions.max_megabytes', { interactions: { max_megabytes: 'much' } }],
      ['alert_days', { alert_days: 1e9 }],
    ] as const) {
      const response = await fetch(`${service.url}/v1/retention`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(wrong),
      });
      const problem = await problemIn(response);
      assert.equal(problem.code, 'invalid_request');
      assert.match(problem.detail!, new RegExp(`^${field}: expected`));
    }
  });
});

describe('forgetting over HTTP', () => {
  test('exactly one thing is to be forgotten', async () => {
    for (const wrong of [
      {},
      { query: 'q', tenant: 'x' },
      { query_hash: 'abc' },
      { query_hash: sha256('q').toUpperCase() },
      { before: 'yesterday' },
      { tenant: '' },
      { query: ' ' },
      { nothing: 1 },
      [],
    ])
      assert.equal((await problemIn(await postJson(`${service.url}/v1/forget`, wrong))).code, 'invalid_request');
  });

  test('a text that was routed and scored is forgotten, by itself or by its hash', async () => {
    for (const [text, what] of [
      ['one secret', { query: 'one secret' }],
      ['two secrets', { query_hash: sha256('two secrets') }],
    ] as const) {
      const routed = (await ask(service, 'POST', '/v1/route', { query: text })).body as RouteResponse;
      await postJson(`${service.url}/v1/feedback`, { decision_id: routed.decision_id, score: 1 });
      // The decision may not be written yet.
      assert.deepEqual(await forget(what), { texts: 1, decisions: 1, errors: 0, comments: 0, unlearnable: 0 });
      assert.deepEqual(await forget(what), { texts: 0, decisions: 0, errors: 0, comments: 0, unlearnable: 0 });
      const { status, body } = await ask(service, 'GET', `/v1/decisions/${routed.decision_id}`);
      assert.equal(status, 200);
      const { query, query_hash: hash, explanation, outcomes } = body as DecisionDetail;
      assert.deepEqual([query, hash, explanation], [null, sha256(text), null]);
      assert.equal(outcomes[0]!.score, 1);
      const later = await postJson(`${service.url}/v1/feedback`, { decision_id: routed.decision_id, score: 0 });
      assert.equal(later.status, 201, 'feedback goes on by the hash');
      assert.deepEqual(await service.ledger.snapshot.texts([sha256(text)]), [undefined]);
      const repeated = { decision_id: routed.decision_id, score: 0, query: text };
      assert.equal((await postJson(`${service.url}/v1/feedback`, repeated)).status, 201);
    }
  });

  test('by tenant, as the feedback service was told, with keys of its own', async () => {
    const item = { query: 'of a tenant', model: 'a/small', score: 1 };
    await service.feedback.post(item, { tenant: 'x', idempotencyKey: 'k' });
    await service.feedback.post({ ...item, query: 'of another' }, { tenant: 'y', idempotencyKey: 'k' });
    assert.equal((await forget({ tenant: 'x' })).texts, 1);
    const texts = await service.ledger.snapshot.texts([sha256('of a tenant'), sha256('of another')]);
    assert.deepEqual(texts, [undefined, 'of another']);
  });

  test('by time: what nothing was posted of since', async () => {
    const at = '2020-01-01T00:00:00Z';
    await postJson(`${service.url}/v1/feedback`, { query: 'long ago', model: 'a/small', score: 1, at });
    assert.equal((await forget({ before: '2019-01-01T00:00:00Z' })).texts, 0);
    assert.equal((await forget({ before: '2021-01-01T00:00:00+02:00' })).texts, 1);
  });

  test('many at once, while others route and post', async () => {
    const texts = Array.from({ length: 40 }, (_, i) => `burst ${i}`);
    const work = texts.flatMap((query) => [
      postJson(`${service.url}/v1/feedback`, { query, model: 'a/small', score: 1 }),
      postJson(`${service.url}/v1/forget`, { query }),
      postJson(`${service.url}/v1/route`, { query }),
    ]);
    for (const response of await Promise.all(work)) assert.ok(response.ok, String(response.status));
    await forget({ before: '2100-01-01T00:00:00Z' });
    const left = await service.ledger.snapshot.texts(texts.map((text) => sha256(text)));
    assert.deepEqual(new Set(left), new Set([undefined]));
  });
});

test('metrics say how much there is, and what was removed', async () => {
  await postJson(`${service.url}/v1/feedback`, { query: 'counted', model: 'a/small', score: 1 });
  const rows = await metric('pointsman_ledger_rows{table="interaction"}');
  assert.ok(rows > 1);
  assert.ok((await metric('pointsman_ledger_bytes')) > 100_000);
  assert.ok((await metric('pointsman_ledger_free_bytes')) >= 0);
  assert.ok((await metric('pointsman_ledger_rows{table="text"}')) >= 1);
  assert.equal(await metric('pointsman_retention_removed_total{table="interaction"}'), 0);
  await ask(service, 'PUT', '/v1/retention', { interactions: { max_rows: 1 } });
  while (await service.ledger.retention.sweep());
  assert.equal(await metric('pointsman_ledger_rows{table="interaction"}'), 1);
  assert.equal(await metric('pointsman_retention_removed_total{table="interaction"}'), rows - 1);
});
