import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HumanMessage, ToolMessage, type AIMessageChunk } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI, type ChatOpenAIFields } from '@langchain/openai';
import { eventually } from '../../support/wait.js';
import { startEndpoint, WAYS, type Endpoint } from '../support.js';
import { allOf, Arrival, FORECAST, MODELS, Place, QUERY, TEXT } from './asked.js';

const llmOf = ({ baseURL, apiKey, named }: Endpoint, fields: ChatOpenAIFields = {}): ChatOpenAI =>
  new ChatOpenAI({ model: named('small'), apiKey, configuration: { baseURL }, maxRetries: 0, ...fields });
const forecast = tool(async () => FORECAST, { name: 'forecast', schema: Place });
const statusOf = (error: unknown): unknown => (error as { status?: unknown }).status;

for (const way of WAYS)
  describe(`LangChain.js, ${way}`, () => {
    test('gets an answer, its usage, and who gave it', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const answer = await llmOf(endpoint, { __includeRawResponse: true }).invoke(QUERY);
      assert.equal(answer.text, TEXT);
      assert.equal(answer.usage_metadata!.input_tokens, 100);
      assert.equal(answer.usage_metadata!.output_tokens, 20);
      assert.equal(answer.usage_metadata!.input_token_details!.cache_read, 40);
      assert.equal(answer.response_metadata['model_name'], endpoint.named('small'));
      assert.ok(way === 'anthropic' || endpoint.isAnswerId(answer.id!, 'chatcmpl-'), answer.id);
    });

    test('reads a stream, with its usage', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const chunks = await allOf(await llmOf(endpoint).stream(QUERY));
      const whole = chunks.reduce<AIMessageChunk | undefined>((sum, chunk) => sum?.concat(chunk) ?? chunk, undefined)!;
      assert.equal(whole.text, TEXT);
      assert.ok(chunks.length > 5);
      assert.equal(whole.usage_metadata!.total_tokens, 120);
    });

    test('calls a tool, and goes on with what it said', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const llm = llmOf(endpoint).bindTools([forecast]);
      const first = await llm.invoke(QUERY);
      const [call] = first.tool_calls!;
      assert.equal(call!.name, 'forecast');
      assert.equal(Place.safeParse(call!.args).success, true);
      const result = (await forecast.invoke({ ...call!, type: 'tool_call' })) as ToolMessage;
      const second = await llm.invoke([new HumanMessage(QUERY), first, result]);
      assert.equal(second.text, `${FORECAST} ${TEXT}`);
    });

    test('gets an object that fits a schema, by response format and by a tool', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      for (const method of ['jsonSchema', 'functionCalling'] as const) {
        const found = await llmOf(endpoint).withStructuredOutput(Arrival, { method, name: 'arrival' }).invoke(QUERY);
        assert.deepEqual(Arrival.parse(found), found);
      }
    });

    test('is heard at the provider when it aborts', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const abort = new AbortController();
      const stream = await llmOf(endpoint, { model: endpoint.named('slow') }).stream(QUERY, { signal: abort.signal });
      await assert.rejects(async () => {
        for await (const { text } of stream) if (text !== '') abort.abort();
      });
      const seen = await eventually('the end', () => endpoint.provider.received.find(({ over }) => over));
      assert.equal(seen.aborted, true);
      assert.ok(seen.pieces < 200);
    });

    test('is told what is wrong with a request', async (t) => {
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      await assert.rejects(llmOf(endpoint, { model: 'nobody/knows' }).invoke(QUERY), (error) => {
        assert.equal(statusOf(error), 404);
        assert.equal((error as { code?: unknown }).code, 'model_not_found');
        return true;
      });
      await assert.rejects(llmOf(endpoint, { apiKey: 'pk_nobody' }).invoke(QUERY), (error) => statusOf(error) === 401);
    });
  });
