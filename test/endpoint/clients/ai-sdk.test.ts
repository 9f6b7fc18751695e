import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, generateText, Output, stepCountIs, streamText, tool, type LanguageModel } from 'ai';
import { eventually } from '../../support/wait.js';
import { startEndpoint, WAYS, type Endpoint } from '../support.js';
import { allOf, Arrival, FORECAST, MODELS, Place, QUERY, TEXT } from './asked.js';

const modelOf = ({ baseURL, apiKey, named }: Endpoint, name: string, key = apiKey): LanguageModel =>
  createOpenAICompatible({
    name: 'pointsman',
    baseURL,
    apiKey: key,
    includeUsage: true,
    supportsStructuredOutputs: true,
  })(name.includes('/') ? name : named(name));
const asked = (endpoint: Endpoint, name = 'small') => ({
  model: modelOf(endpoint, name),
  prompt: QUERY,
  maxRetries: 0,
});

for (const way of WAYS)
  describe(`the Vercel AI SDK, ${way}`, () => {
    test('gets an answer, its usage, and who gave it', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const { text, finishReason, usage, response } = await generateText(asked(endpoint));
      assert.equal(text, TEXT);
      assert.equal(finishReason, 'stop');
      assert.equal(usage.inputTokens, 100);
      assert.equal(usage.outputTokens, 20);
      assert.equal(usage.inputTokenDetails.cacheReadTokens, 40);
      assert.equal(response.modelId, endpoint.named('small'));
      assert.ok(way === 'anthropic' || endpoint.isAnswerId(response.id, 'chatcmpl-'), response.id);
      endpoint.decisionIn(response.headers!, 'small');
    });

    test('reads a stream, with its usage', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const { textStream, usage, response } = streamText(asked(endpoint));
      const pieces = await allOf(textStream);
      assert.equal(pieces.join(''), TEXT);
      assert.ok(pieces.length > 5);
      assert.equal((await usage).totalTokens, 120);
      assert.equal((await response).modelId, endpoint.named('small'));
      endpoint.decisionIn((await response).headers!, 'small');
    });

    for (const stream of [false, true])
      test(`calls a tool, and goes on with what it said${stream ? ', streamed' : ''}`, async (t) => {
        const endpoint = await startEndpoint(t, { way, models: MODELS });
        const places: Place[] = [];
        const forecast = tool({
          inputSchema: Place,
          execute: async (place) => {
            places.push(place);
            return FORECAST;
          },
        });
        const params = { ...asked(endpoint), tools: { forecast }, stopWhen: stepCountIs(3) };
        const { text, steps } = stream ? streamText(params) : await generateText(params);
        assert.equal(await text, `${FORECAST} ${TEXT}`);
        assert.equal((await steps).length, 2);
        assert.equal(Place.array().length(1).safeParse(places).success, true);
      });

    test('gets an object that fits a schema, whole and streamed', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const params = { ...asked(endpoint), output: Output.object({ schema: Arrival }) };
      const { output } = await generateText(params);
      assert.deepEqual(Arrival.parse(output), output);
      assert.deepEqual(await streamText(params).output, output);
    });

    test('is heard at the provider when it aborts', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const abort = new AbortController();
      const { textStream } = streamText({ ...asked(endpoint, 'slow'), abortSignal: abort.signal });
      for await (const piece of textStream) if (piece !== '') abort.abort();
      const seen = await eventually('the end', () => endpoint.provider.received.find(({ over }) => over));
      assert.equal(seen.aborted, true);
      assert.ok(seen.pieces < 200);
    });

    test('is told what is wrong with a request', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const failsWith = (status: number, message: RegExp) => (error: unknown) => {
        assert.ok(APICallError.isInstance(error));
        assert.equal(error.statusCode, status);
        assert.match(error.message, message);
        return true;
      };
      await assert.rejects(generateText(asked(endpoint, 'nobody/knows')), failsWith(404, /nobody\/knows/));
      const stranger = modelOf(endpoint, 'small', 'pk_nobody');
      await assert.rejects(generateText({ ...asked(endpoint), model: stranger }), failsWith(401, /key/i));
    });
  });
