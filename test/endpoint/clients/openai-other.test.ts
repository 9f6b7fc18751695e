import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import OpenAI, { NotFoundError } from 'openai';
import { zodResponsesFunction, zodTextFormat } from 'openai/helpers/zod';
import { eventually } from '../../support/wait.js';
import { needsPointsman, OPENAI_WAYS, startEndpoint, WAYS, type Endpoint } from '../support.js';
import { Arrival, FORECAST, MODELS, Place, QUERY, TEXT } from './asked.js';

const clientOf = ({ baseURL, apiKey }: Endpoint): OpenAI => new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const tools = [zodResponsesFunction({ name: 'forecast', parameters: Place })];

for (const way of WAYS)
  describe(`OpenAI’s client for Node, responses, ${way}`, () => {
    test('gets an answer, its usage, and who gave it', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const model = endpoint.named('small');
      const { data, response } = await clientOf(endpoint).responses.create({ model, input: QUERY }).withResponse();
      assert.equal(data.output_text, TEXT);
      assert.equal(data.status, 'completed');
      assert.equal(data.model, model);
      assert.ok(way === 'anthropic' || endpoint.isAnswerId(data.id, 'resp_'), data.id);
      assert.equal(data.usage!.input_tokens, 100);
      assert.equal(data.usage!.output_tokens, 20);
      assert.equal(data.usage!.input_tokens_details.cached_tokens, 40);
      endpoint.decisionIn(response.headers, 'small');
    });

    test('reads a stream', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const model = endpoint.named('small');
      const events: string[] = [];
      let text = '';
      const stream = clientOf(endpoint)
        .responses.stream({ model, input: QUERY })
        .on('event', ({ type }) => void events.push(type))
        .on('response.output_text.delta', ({ delta }) => (text += delta));
      const final = await stream.finalResponse();
      assert.equal(text, TEXT);
      assert.equal(final.output_text, TEXT);
      assert.equal(final.model, model);
      assert.equal(events[0], 'response.created');
      assert.equal(events.at(-1), 'response.completed');
    });

    for (const stream of [false, true])
      test(`calls a tool, and goes on with what it said${stream ? ', streamed' : ''}`, async (t) => {
        const endpoint = await startEndpoint(t, { way, models: MODELS });
        const { responses } = clientOf(endpoint);
        const params = { model: endpoint.named('small'), tools };
        const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: QUERY }];
        const first = stream
          ? await responses.stream({ ...params, input }).finalResponse()
          : await responses.parse({ ...params, input });
        const [call] = first.output;
        assert.ok(call?.type === 'function_call');
        assert.equal(call.name, 'forecast');
        assert.equal(Place.safeParse(call.parsed_arguments).success, true);
        const { id, call_id: callId, name, arguments: json } = call;
        input.push(
          { type: 'function_call', ...(id !== undefined && { id }), call_id: callId, name, arguments: json },
          { type: 'function_call_output', call_id: callId, output: FORECAST },
        );
        const second = await responses.create({ ...params, input });
        assert.equal(second.output_text, `${FORECAST} ${TEXT}`);
      });

    test('gets JSON that fits a schema', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const { output_parsed: parsed } = await clientOf(endpoint).responses.parse({
        model: endpoint.named('small'),
        input: QUERY,
        text: { format: zodTextFormat(Arrival, 'arrival') },
      });
      assert.deepEqual(Arrival.parse(parsed), parsed);
    });

    test('is heard at the provider when it aborts', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const params = { model: endpoint.named('slow'), input: QUERY, stream: true as const };
      for await (const { type } of await clientOf(endpoint).responses.create(params))
        if (type === 'response.output_text.delta') break;
      const seen = await eventually('the end', () => endpoint.provider.received.find(({ over }) => over));
      assert.equal(seen.aborted, true);
    });

    test('is told what is wrong with a request', async (t) => {
      const { responses } = clientOf(await startEndpoint(t, { way, models: MODELS }));
      await assert.rejects(responses.create({ model: 'nobody/knows', input: QUERY }), (error) => {
        assert.ok(error instanceof NotFoundError);
        assert.equal(error.code, 'model_not_found');
        return true;
      });
    });
  });

for (const way of OPENAI_WAYS)
  describe(`OpenAI’s client for Node, embeddings and models, ${way}`, () => {
    test('gets the same vectors as numbers and as bytes', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const { embeddings } = clientOf(endpoint);
      const params = { model: endpoint.named('small'), input: [QUERY, 'Another.'] };
      // The client asks for base64 where it is told nothing.
      const bytes = await embeddings.create(params);
      const numbers = await embeddings.create({ ...params, encoding_format: 'float' });
      assert.deepEqual(
        bytes.data.map(({ embedding }) => embedding),
        numbers.data.map(({ embedding }) => embedding),
      );
      assert.equal(bytes.data.length, 2);
      assert.equal(bytes.model, endpoint.named('small'));
      assert.ok(bytes.usage.prompt_tokens > 0);
    });

    test('lists LLMs', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const ids = (await clientOf(endpoint).models.list()).data.map(({ id }) => id);
      assert.ok(ids.includes(endpoint.named('small')));
    });

    test('may ask for `auto`, which is first of the list', { skip: needsPointsman }, async (t) => {
      const endpoint = await startEndpoint(t, { way, models: { small: {} } });
      const client = clientOf(endpoint);
      assert.equal((await client.models.list()).data[0]!.id, 'auto');
      const { data, response } = await client.chat.completions
        .create({ model: 'auto', messages: [{ role: 'user', content: QUERY }] })
        .withResponse();
      assert.equal(data.model, endpoint.named('small'));
      endpoint.decisionIn(response.headers, 'small');
    });
  });
