import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import OpenAI, { APIUserAbortError, AuthenticationError, BadRequestError, NotFoundError } from 'openai';
import { zodFunction, zodResponseFormat } from 'openai/helpers/zod';
import { eventually } from '../../support/wait.js';
import { startEndpoint, WAYS, type Endpoint } from '../support.js';
import { allOf, Arrival, FORECAST, MODELS, Place, QUERY, TEXT } from './asked.js';

const messages = [{ role: 'user' as const, content: QUERY }];
const clientOf = ({ baseURL, apiKey }: Endpoint, key = apiKey): OpenAI =>
  new OpenAI({ baseURL, apiKey: key, maxRetries: 0 });

for (const way of WAYS)
  describe(`OpenAI’s client for Node, chat completions, ${way}`, () => {
    test('gets an answer, its usage, and who gave it', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const model = endpoint.named('small');
      const { data, response } = await clientOf(endpoint)
        .chat.completions.create({ model, messages, temperature: 0 })
        .withResponse();
      assert.equal(data.choices[0]!.message.content, TEXT);
      assert.equal(data.choices[0]!.finish_reason, 'stop');
      assert.equal(data.model, model);
      assert.ok(way === 'anthropic' || endpoint.isAnswerId(data.id, 'chatcmpl-'), data.id);
      assert.equal(data.usage!.prompt_tokens, 100);
      assert.equal(data.usage!.completion_tokens, 20);
      assert.equal(data.usage!.prompt_tokens_details!.cached_tokens, 40);
      if (way !== 'anthropic') assert.equal(data.usage!.completion_tokens_details!.reasoning_tokens, 5);
      endpoint.decisionIn(response.headers, 'small');
    });

    test('reads a stream, with its usage', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const model = endpoint.named('small');
      const { data, response } = await clientOf(endpoint)
        .chat.completions.create({ model, messages, stream: true, stream_options: { include_usage: true } })
        .withResponse();
      const chunks = await allOf(data);
      assert.equal(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join(''), TEXT);
      assert.deepEqual([...new Set(chunks.map((chunk) => chunk.model))], [model]);
      assert.equal(new Set(chunks.map(({ id }) => id)).size, 1);
      assert.equal(chunks.findLast(({ choices }) => choices.length > 0)!.choices[0]!.finish_reason, 'stop');
      assert.equal(chunks.at(-1)!.usage!.total_tokens, 120);
      endpoint.decisionIn(response.headers, 'small');
    });

    test('gets no usage in a stream that it did not ask for', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const model = endpoint.named('small');
      const stream = await clientOf(endpoint).chat.completions.create({ model, messages, stream: true });
      for await (const { usage, choices } of stream) {
        assert.equal(usage ?? null, null);
        assert.equal(choices.length, 1);
      }
    });

    for (const stream of [false, true])
      test(`calls a tool, and goes on with what it said${stream ? ', streamed' : ''}`, async (t) => {
        const endpoint = await startEndpoint(t, { way, models: MODELS });
        const asked: Place[] = [];
        const tools = [
          zodFunction({
            name: 'forecast',
            parameters: Place,
            function: (place: Place) => {
              asked.push(place);
              return FORECAST;
            },
          }),
        ];
        const { completions } = clientOf(endpoint).chat;
        const params = { model: endpoint.named('small'), messages, tools };
        const runner = stream
          ? completions.runTools({ ...params, stream: true })
          : completions.runTools({ ...params, stream: false });
        assert.equal(await runner.finalContent(), `${FORECAST} ${TEXT}`);
        assert.equal(Place.array().length(1).safeParse(asked).success, true);
        const [first] = endpoint.provider.received;
        assert.equal((first!.body['tools'] as unknown[]).length, 1);
      });

    test('may be told to call a tool, or none', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const { completions } = clientOf(endpoint).chat;
      const tools = ['first', 'second'].map((name) => ({
        type: 'function' as const,
        function: { name, parameters: { type: 'object', properties: { n: { type: 'integer' } } } },
      }));
      const params = { model: endpoint.named('small'), messages, tools };
      const forced = await completions.create({
        ...params,
        tool_choice: { type: 'function', function: { name: 'second' } },
      });
      const [call] = forced.choices[0]!.message.tool_calls!;
      assert.equal(call!.type === 'function' && call.function.name, 'second');
      assert.equal(forced.choices[0]!.finish_reason, 'tool_calls');
      const none = await completions.create({ ...params, tool_choice: 'none' });
      assert.equal(none.choices[0]!.message.content, TEXT);
    });

    test('gets JSON that fits a schema, whole and streamed', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const params = {
        model: endpoint.named('small'),
        messages,
        response_format: zodResponseFormat(Arrival, 'arrival'),
      };
      const { completions } = clientOf(endpoint).chat;
      const whole = (await completions.parse(params)).choices[0]!.message.parsed;
      assert.deepEqual(Arrival.parse(whole), whole);
      const streamed = await completions.stream(params).finalChatCompletion();
      assert.deepEqual(streamed.choices[0]!.message.parsed, whole);
    });

    test('is heard at the provider when it aborts', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const model = endpoint.named('slow');
      const stream = await clientOf(endpoint).chat.completions.create({ model, messages, stream: true });
      for await (const { choices } of stream) if (choices[0]?.delta.content) break;
      const seen = await eventually('the end', () => endpoint.provider.received.find(({ over }) => over));
      assert.equal(seen.aborted, true);
      assert.ok(seen.pieces < 200);
    });

    test('is heard at the provider when it aborts before there is an answer', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: { slow: { faults: { kind: 'stalls' } } } });
      const abort = new AbortController();
      const asked = clientOf(endpoint).chat.completions.create(
        { model: endpoint.named('slow'), messages },
        { signal: abort.signal },
      );
      await eventually('the call', () => endpoint.provider.received[0]);
      abort.abort();
      await assert.rejects(asked, APIUserAbortError);
      await eventually('the end', () => endpoint.provider.received[0]!.aborted);
    });

    test('is told what is wrong with a request', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const { completions } = clientOf(endpoint).chat;
      await assert.rejects(completions.create({ model: 'nobody/knows', messages }), (error) => {
        assert.ok(error instanceof NotFoundError);
        assert.equal(error.code, 'model_not_found');
        return true;
      });
      await assert.rejects(completions.create({ model: endpoint.named('small'), messages: [] }), (error) => {
        assert.ok(error instanceof BadRequestError);
        assert.equal(error.param, 'messages');
        return true;
      });
      const unknown = clientOf(endpoint, 'pk_nobody').chat.completions;
      await assert.rejects(unknown.create({ model: endpoint.named('small'), messages }), AuthenticationError);
    });
  });
