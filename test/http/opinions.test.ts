import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { DecisionDetail } from '../../src/schema/decision.js';
import type { RouteResponse } from '../../src/schema/route.js';
import { callRecord } from '../support/call.js';
import { ask, rowsIn, startService, type Service } from './service.js';

let service: Service;
beforeEach(async () => (service = await startService()));
afterEach(() => service.remove());

const route = async (): Promise<RouteResponse> =>
  (await ask(service, 'POST', '/v1/route', { query: 'How far is the moon?' })).body as RouteResponse;
const detail = async (id: string): Promise<DecisionDetail> =>
  DecisionDetail.parse((await ask(service, 'GET', `/v1/decisions/${id}`)).body);
const post = (body: unknown): ReturnType<typeof ask> => ask(service, 'POST', '/v1/feedback', body);
const outcomesOf = async (id: string): Promise<unknown[]> =>
  (await detail(id)).outcomes.map(({ model, signal, score, source, weight }) => [model, signal, score, source, weight]);

/** The fields that an answer says are wrong. */
const fieldsOf = ({ body }: { body: unknown }): string[] =>
  (body as { issues: { field: string }[] }).issues.map(({ field }) => field);

test('a user says in one call what they think: signals by the settings, and words beside the decision', async () => {
  const { decision_id, model } = await route();
  const { status, body } = await post({
    decision_id,
    thumb: 'down',
    score: 0.25,
    comment: 'It is farther.\nMuch.',
    corrected: '384,400 km',
  });
  assert.deepEqual([status, body], [201, { interactions: 0, preferences: 0, signals: 3, comments: 2, new_models: [] }]);
  assert.deepEqual(await outcomesOf(decision_id), [
    [model, 'thumb', 0, 'user', undefined],
    [model, 'score', 0.25, 'user', undefined],
    [model, 'correction', 0, 'user', undefined],
  ]);
  assert.deepEqual(
    (await detail(decision_id)).comments.map(({ kind, text }) => [kind, text]),
    [
      ['comment', 'It is farther.\nMuch.'],
      ['corrected', '384,400 km'],
    ],
  );
  await ask(service, 'PUT', '/v1/signals', { thumb: { value_when_true: 0.9, weight: 0.5 } });
  for (const thumb of [true, 'up']) assert.equal((await post({ decision_id, thumb })).status, 201);
  assert.deepEqual((await outcomesOf(decision_id)).slice(3), [
    [model, 'thumb', 0.9, 'user', 0.5],
    [model, 'thumb', 0.9, 'user', 0.5],
  ]);
});

test('an answer is named by its own id, on feedback of every kind', async () => {
  const { decision_id, model } = await route();
  const answer_id = `chatcmpl-abc_${decision_id.toUpperCase()}`;
  const other = model === 'a/small' ? 'b/large' : 'a/small';
  const { body } = await post([
    { answer_id, latency_ms: 120 },
    { answer_id, signal: 'judge', value: 0.5, weight: 0.5 },
    { answer_id, better_model: model, worse_model: other },
    { answer_id: decision_id, decision_id, thumb: true },
  ]);
  assert.deepEqual(body, { interactions: 1, preferences: 1, signals: 2, new_models: [] });
  assert.equal((await detail(decision_id)).outcomes.length, 3);
  for (const wrong of ['chatcmpl-abc', `${decision_id}_1`, `x${decision_id}`, 'x'.repeat(600) + `_${decision_id}`])
    assert.deepEqual(fieldsOf(await post({ answer_id: wrong, thumb: true })), ['answer_id'], wrong);
  const contradiction = { answer_id, decision_id: decision_id.replace(/^./, '1'), thumb: true };
  assert.deepEqual(fieldsOf(await post(contradiction)), ['answer_id']);
});

test('a score alone of an answer that is recorded is a signal of it, and not a second answer', async () => {
  const [called, routed] = [await route(), await route()];
  await service.decider.flush();
  const fallback = called.fallbacks[0]!;
  await service.ledger.calls.append([callRecord(called.decision_id, { model: fallback })]);
  const before = await service.ledger.feedback.stats();
  await post([
    { decision_id: called.decision_id, score: 1 },
    { answer_id: `msg_${called.decision_id}`, score: 0.5 },
    { decision_id: called.decision_id, thumb: true },
  ]);
  assert.deepEqual(
    await outcomesOf(called.decision_id),
    [
      [fallback, 'score', 1, 'user', undefined],
      [fallback, 'score', 0.5, 'user', undefined],
      [fallback, 'thumb', 1, 'user', undefined],
    ],
    'of the LLM that answered, which is not the one that was chosen',
  );
  const answers = (stats: typeof before): number => stats.reduce((sum, { interactions }) => sum + interactions, 0);
  assert.equal(answers(await service.ledger.feedback.stats()), answers(before));
  await post({ decision_id: routed.decision_id, score: 1 });
  assert.equal(
    answers(await service.ledger.feedback.stats()),
    answers(before) + 1,
    'where nobody recorded it, it is one',
  );
  await post({ decision_id: called.decision_id, score: 1, latency_ms: 5 });
  assert.equal(answers(await service.ledger.feedback.stats()), answers(before) + 2, 'so is one that says more');
});

test('an opinion names an answer that is known, and nothing of it is stored where it does not', async () => {
  const before = await rowsIn(service.ledger);
  for (const [opinion, field] of [
    [{ thumb: true }, 'decision_id'],
    [{ decision_id: 'x', thumb: true }, 'decision_id'],
    [{ decision_id: '01890000-0000-7000-8000-000000000001', comment: 'no' }, 'decision_id'],
    [{ answer_id: 'a_01890000-0000-7000-8000-000000000001', thumb: 'sideways' }, 'thumb'],
    [{ answer_id: 'a_01890000-0000-7000-8000-000000000001', thumb: true, query: 'q' }, 'query'],
    [{ answer_id: 'a_01890000-0000-7000-8000-000000000001', comment: 'x'.repeat(4_001) }, 'comment'],
  ] as const)
    assert.deepEqual(fieldsOf(await post(opinion)), [field], JSON.stringify(opinion));
  assert.equal(await rowsIn(service.ledger), before);
});

test('words are forgotten with the text that they are of', async () => {
  const { decision_id } = await route();
  await post({ decision_id, comment: 'the moon', corrected: 'the sun' });
  const { body } = await ask(service, 'POST', '/v1/forget', { query: 'How far is the moon?' });
  assert.deepEqual(body, { texts: 1, decisions: 1, errors: 0, comments: 2, unlearnable: 0 });
  assert.deepEqual((await detail(decision_id)).comments, []);
  assert.equal((await post({ decision_id, thumb: true })).status, 201, 'feedback goes on by the hash');
});
