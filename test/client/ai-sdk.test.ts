import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { embed, generateText, streamText } from 'ai';
import { createPointsman, type PointsmanProvider } from 'pointsman/ai-sdk';
import { dataOf, type Pointsman } from 'pointsman/client';
import { eventually } from '../support/wait.js';
import { MODELS, startService, type Service } from './service.js';

const QUERY = 'A train leaves Ghent at 9:40. When does it arrive?';

describe('the provider for the Vercel AI SDK', () => {
  let service: Service;
  let client: Pointsman;
  let pointsman: PointsmanProvider;
  before(async () => {
    service = await startService();
    client = service.client();
    pointsman = createPointsman({ baseUrl: service.url });
  });
  after(() => service.stop());

  const decision = (id: string) => dataOf(client.GET('/v1/decisions/{id}', { params: { path: { id } } }));
  /** What is known of the call, which is stored a moment after it was answered. */
  const callOf = (id: string) => eventually('the call', async () => (await decision(id)).call);

  test('answers, and says who did and by what', async () => {
    const answer = await generateText({
      model: pointsman('auto', { policy: 'latency', task: 'trains' }),
      prompt: QUERY,
    });
    assert.ok(answer.text.length > 0);
    const decided = (await pointsman.decisionOf(answer))!;
    assert.ok(MODELS.includes(decided.model as (typeof MODELS)[number]));
    assert.equal(answer.response.modelId, decided.model);
    assert.equal(decided.policy, 'latency');
    assert.ok(decided.quality! > 0);
    const { policy, task, model } = await decision(decided.decision);
    assert.deepEqual({ policy, task, model }, { policy: 'latency', task: 'trains', model: decided.model });
  });

  test('streams, with the same in the end, and takes feedback', async () => {
    const answer = streamText({
      model: pointsman('auto:cost'),
      prompt: QUERY,
      providerOptions: { pointsman: { task: 'late', models: ['lab/small'], user: 'ada' } },
    });
    let text = '';
    for await (const part of answer.textStream) text += part;
    assert.equal(text, await answer.text);
    assert.ok((await answer.usage).outputTokens! > 0);
    const decided = (await pointsman.decisionOf(answer))!;
    assert.deepEqual([decided.model, decided.policy], ['lab/small', 'cost']);
    assert.equal((await decision(decided.decision)).task, 'late');
    const said = await pointsman.feedback(answer, { thumb: 'up', comment: 'On time.' });
    assert.deepEqual([said.signals, said.comments], [1, 1]);
    const { comments } = await decision(decided.decision);
    assert.deepEqual(
      comments.map(({ text: comment }) => comment),
      ['On time.'],
    );
    await assert.rejects(pointsman.feedback({}, { thumb: 'up' }), /answer: expected one of Pointsman/);
  });

  test('keeps a conversation together', async () => {
    const first = await generateText({ model: pointsman('auto', { session: 'talk-1' }), prompt: QUERY });
    const next = await generateText({ model: pointsman('auto', { session: 'talk-1' }), prompt: 'And on Sundays?' });
    const other = await generateText({ model: pointsman('auto', { session: 'talk-2' }), prompt: QUERY });
    const sessions: (string | null)[] = [];
    for (const answer of [first, next, other])
      sessions.push((await callOf((await pointsman.decisionOf(answer))!.decision)).session);
    assert.ok(sessions[0]);
    assert.equal(sessions[1], sessions[0]);
    assert.notEqual(sessions[2], sessions[0]);
  });

  test('embeds, where an LLM is named', async () => {
    const { embedding } = await embed({ model: pointsman.embeddingModel('lab/small'), value: QUERY });
    assert.ok(embedding.length > 0);
  });

  test('shows its key', async () => {
    const { key } = await service.makeKey('app', 'call,feedback');
    const strange = createPointsman({ baseUrl: service.url, key: () => 'pk_nobody' });
    await assert.rejects(generateText({ model: strange('auto'), prompt: QUERY, maxRetries: 0 }), /key/i);
    const known = createPointsman({ baseUrl: service.url, key });
    const answer = await generateText({ model: known('auto'), prompt: QUERY });
    assert.equal((await known.feedback(answer, { score: 1 })).interactions, 1);
  });
});
