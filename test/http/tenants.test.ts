import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeKey, startService } from './service.js';

test('what a key stores has its tenant, whose texts can be forgotten apart from those of others', async () => {
  const service = await startService();
  try {
    const admin = (await makeKey(service, { scopes: ['admin'] })).key;
    const keyOf = async (tenant: string): Promise<string> =>
      (await makeKey(service, { scopes: ['route', 'feedback'], tenant })).key;
    const [ours, theirs] = [await keyOf('ours'), await keyOf('theirs')];
    const post = async (path: string, body: unknown, key: string, headers = {}): Promise<any> => {
      const response = await fetch(`${service.url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
      return response.json();
    };
    const routed = await post('/v1/route', { query: 'our question' }, ours);
    await post('/v1/route', { query: 'their question' }, theirs);
    await service.decider.flush();
    const kept = (await service.ledger.decisions.get([routed.decision_id])).get(routed.decision_id);
    assert.equal(kept!.tenant, 'ours');

    const feedback = { query: 'q', model: 'a/small', score: 1 };
    const same = { 'idempotency-key': 'same' };
    for (const key of [ours, theirs]) await post('/v1/feedback', { ...feedback, query: `of ${key}` }, key, same);
    assert.equal((await service.ledger.feedback.counts()).interactions, 2);

    const forgotten = await post('/v1/forget', { tenant: 'ours' }, admin);
    assert.deepEqual([forgotten.texts, forgotten.decisions], [1, 1]);
    const page = await service.ledger.decisions.list({ limit: 10 });
    assert.deepEqual(
      page.map(({ query }) => query),
      ['their question', null],
    );
    assert.equal((await service.ledger.feedback.counts()).interactions, 2);
  } finally {
    await service.remove();
  }
});
