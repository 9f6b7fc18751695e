import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Anthropic, { APIUserAbortError, AuthenticationError, BadRequestError, NotFoundError } from '@anthropic-ai/sdk';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { z } from 'zod';
import { eventually } from '../../support/wait.js';
import { startEndpoint, WAYS, type Endpoint } from '../support.js';
import { Arrival, FORECAST, MODELS, Place, QUERY, TEXT } from './asked.js';

const asked = { max_tokens: 1000, messages: [{ role: 'user' as const, content: QUERY }] };
const forecast: Anthropic.Tool = {
  name: 'forecast',
  input_schema: z.toJSONSchema(Place) as Anthropic.Tool.InputSchema,
};
const clientOf = ({ url, apiKey }: Endpoint, key = apiKey): Anthropic =>
  new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 });
const textOf = ({ content }: Anthropic.Message): string =>
  content.map((block) => (block.type === 'text' ? block.text : '')).join('');

for (const way of WAYS)
  describe(`Anthropic’s client for Node, ${way}`, () => {
    test('gets an answer, its usage, and who gave it', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const model = endpoint.named('small');
      const { data, response } = await clientOf(endpoint)
        .messages.create({ ...asked, model, system: 'Be brief.' })
        .withResponse();
      assert.equal(textOf(data), TEXT);
      assert.equal(data.stop_reason, 'end_turn');
      assert.equal(data.model, model);
      assert.ok(way === 'openai' || endpoint.isAnswerId(data.id, 'msg_'), data.id);
      assert.equal(data.usage.input_tokens, 60);
      assert.equal(data.usage.cache_read_input_tokens, 40);
      assert.equal(data.usage.output_tokens, 20);
      endpoint.decisionIn(response.headers, 'small');
    });

    test('reads a stream', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const model = endpoint.named('small');
      const stream = clientOf(endpoint).messages.stream({ ...asked, model });
      const pieces: string[] = [];
      stream.on('text', (piece) => pieces.push(piece));
      const message = await stream.finalMessage();
      assert.equal(pieces.join(''), TEXT);
      assert.ok(pieces.length > 5);
      assert.equal(textOf(message), TEXT);
      assert.equal(message.model, model);
      assert.equal(message.stop_reason, 'end_turn');
      assert.equal(message.usage.output_tokens, 20);
      endpoint.decisionIn(stream.response!.headers, 'small');
    });

    for (const stream of [false, true])
      test(`calls a tool, and goes on with what it said${stream ? ', streamed' : ''}`, async (t) => {
        const endpoint = await startEndpoint(t, { way, models: MODELS });
        const { messages } = clientOf(endpoint);
        const params = { ...asked, model: endpoint.named('small'), tools: [forecast] };
        const send = (body: Anthropic.MessageCreateParamsNonStreaming): Promise<Anthropic.Message> =>
          stream ? messages.stream(body).finalMessage() : messages.create(body);
        const first = await send(params);
        assert.equal(first.stop_reason, 'tool_use');
        const call = first.content.find((block) => block.type === 'tool_use')!;
        assert.equal(call.name, 'forecast');
        assert.equal(Place.safeParse(call.input).success, true);
        const second = await send({
          ...params,
          messages: [
            ...asked.messages,
            { role: 'assistant', content: first.content },
            { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: FORECAST }] },
          ],
        });
        assert.equal(textOf(second), `${FORECAST} ${TEXT}`);
        assert.equal(second.stop_reason, 'end_turn');
      });

    test('has a tool that must be called', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const { content } = await clientOf(endpoint).messages.create({
        ...asked,
        model: endpoint.named('small'),
        tools: [{ ...forecast, name: 'other' }, forecast],
        tool_choice: { type: 'tool', name: 'forecast' },
      });
      assert.deepEqual(
        content.map((block) => block.type === 'tool_use' && block.name),
        ['forecast'],
      );
    });

    test('gets JSON that fits a schema', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const { parsed_output: parsed } = await clientOf(endpoint).messages.parse({
        ...asked,
        model: endpoint.named('small'),
        output_config: { format: zodOutputFormat(Arrival) },
      });
      assert.deepEqual(Arrival.parse(parsed), parsed);
    });

    test('is heard at the provider when it aborts', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const stream = clientOf(endpoint).messages.stream({ ...asked, model: endpoint.named('slow') });
      stream.once('text', () => stream.abort());
      await assert.rejects(stream.done(), APIUserAbortError);
      const seen = await eventually('the end', () => endpoint.provider.received.find(({ over }) => over));
      assert.equal(seen.aborted, true);
      assert.ok(seen.pieces < 200);
    });

    test('is told what is wrong with a request', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const { messages } = clientOf(endpoint);
      const model = endpoint.named('small');
      await assert.rejects(messages.create({ ...asked, model: 'nobody/knows' }), (error) => {
        assert.ok(error instanceof NotFoundError);
        assert.equal(error.type, 'not_found_error');
        return true;
      });
      const noLimit = { model, messages: asked.messages } as unknown as Anthropic.MessageCreateParamsNonStreaming;
      await assert.rejects(messages.create(noLimit), (error) => {
        assert.ok(error instanceof BadRequestError);
        assert.equal(error.type, 'invalid_request_error');
        assert.match(error.message, /max_tokens/);
        return true;
      });
      const unknown = clientOf(endpoint, 'pk_nobody').messages;
      await assert.rejects(unknown.create({ ...asked, model }), AuthenticationError);
    });

    test('lists LLMs', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const ids = (await clientOf(endpoint).models.list()).data.map(({ id }) => id);
      assert.ok(ids.includes(endpoint.named('small')));
    });
  });
