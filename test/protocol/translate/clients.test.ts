import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import Anthropic, { APIError as AnthropicError, NotFoundError } from '@anthropic-ai/sdk';
import OpenAI, { APIError as OpenAIError, RateLimitError } from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import type { Api, JsonObject, SseEvent } from '../../../src/protocol/types.js';
import { chatUsage, chunk, chunks, named, translation } from './play.js';

/** What the provider answers: events where the client asked for a stream, else a body. */
interface Scene {
  provider: Api;
  events?: SseEvent[];
  body?: JsonObject;
  status?: number;
}

let scene: Scene = { provider: 'chat' };
/** The last request as the provider would have got it. */
let asked: JsonObject = {};

const FORMS: Readonly<Record<string, Api>> = {
  '/v1/chat/completions': 'chat',
  '/v1/responses': 'responses',
  '/v1/messages': 'messages',
};

async function bodyOf(request: IncomingMessage): Promise<JsonObject> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString()) as JsonObject;
}

const sse = ({ event, data }: SseEvent): string => `${event === undefined ? '' : `event: ${event}\n`}data: ${data}\n\n`;

/** Translates between the official client, whose form the path tells, and the provider of the scene. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const translated = translation(FORMS[request.url ?? ''] ?? 'embeddings', scene.provider);
  asked = translated.request(await bodyOf(request));
  const { status = 200, events } = scene;
  if (status !== 200 || events === undefined) {
    const made = status === 200 ? translated.answer(scene.body ?? {}) : translated.error(status, scene.body);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(made));
    return;
  }
  const stream = translated.stream();
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of events) for (const made of stream.event(event)) response.write(sse(made));
  for (const made of stream.end()) response.write(sse(made));
  response.end();
}

const server = createServer((request, response) => {
  void answer(request, response);
});

let openai: OpenAI;
let anthropic: Anthropic;

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: url, apiKey: 'none', maxRetries: 0 });
});
after(() => server.close());

const TEXT = ['Grüße, ', 'Welt 🌍', ' – \n"quoted"'];
const WHOLE = TEXT.join('');
const ARGUMENTS = ['{"city": "', 'Köln', '", "days": 3}'];

/** Text, two calls of tools, usage: as Anthropic streams it. */
const CLAUDE = named(
  {
    type: 'message_start',
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-haiku-4-5',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 30, cache_read_input_tokens: 60, cache_creation_input_tokens: 10, output_tokens: 1 },
    },
  },
  { type: 'ping' },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  ...TEXT.map((text) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
  { type: 'content_block_stop', index: 0 },
  {
    type: 'content_block_start',
    index: 1,
    content_block: { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} },
  },
  ...ARGUMENTS.map((json) => ({
    type: 'content_block_delta',
    index: 1,
    delta: { type: 'input_json_delta', partial_json: json },
  })),
  { type: 'content_block_stop', index: 1 },
  {
    type: 'content_block_start',
    index: 2,
    content_block: { type: 'tool_use', id: 'toolu_2', name: 'time', input: {} },
  },
  { type: 'content_block_stop', index: 2 },
  {
    type: 'message_delta',
    delta: { stop_reason: 'tool_use', stop_sequence: null },
    usage: { output_tokens: 20, output_tokens_details: { thinking_tokens: 5 } },
  },
  { type: 'message_stop' },
);

/** The same as OpenAI streams it. */
const GPT = chunks(
  chunk({ role: 'assistant', content: '' }),
  ...TEXT.map((content) => chunk({ content })),
  chunk({ tool_calls: [{ index: 0, id: 'toolu_1', type: 'function', function: { name: 'weather', arguments: '' } }] }),
  ...ARGUMENTS.map((json) => chunk({ tool_calls: [{ index: 0, function: { arguments: json } }] })),
  chunk({ tool_calls: [{ index: 1, id: 'toolu_2', type: 'function', function: { name: 'time', arguments: '{}' } }] }),
  chunk({}, 'tool_calls'),
  chunk({}, null, { choices: [], usage: chatUsage }),
);

const MESSAGES = [{ role: 'user' as const, content: 'Hello' }];
const TOOLS = ['weather', 'time'].map((name) => ({
  type: 'function' as const,
  function: { name, parameters: { type: 'object', properties: {} } },
}));

describe('OpenAI’s client, answered by messages', () => {
  test('puts chunks together as its helper does', async () => {
    scene = { provider: 'messages', events: CLAUDE };
    const stream = openai.chat.completions.stream({
      model: 'auto',
      messages: MESSAGES,
      tools: TOOLS,
      stream_options: { include_usage: true },
    });
    const heard: string[] = [];
    stream.on('content', (delta) => heard.push(delta));
    const made = await stream.finalChatCompletion();
    assert.deepEqual(heard, TEXT);
    const [choice] = made.choices;
    assert.equal(choice?.message.content, WHOLE);
    assert.equal(choice?.finish_reason, 'tool_calls');
    assert.deepEqual(
      choice?.message.tool_calls?.map((call) => [
        call.id,
        call.type === 'function' && call.function.name,
        call.type === 'function' && call.function.arguments,
      ]),
      [
        ['toolu_1', 'weather', ARGUMENTS.join('')],
        ['toolu_2', 'time', '{}'],
      ],
    );
    assert.deepEqual(made.usage, {
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
      completion_tokens_details: { reasoning_tokens: 5 },
    });
    assert.equal(asked['max_tokens'], 4096);
  });

  test('reads chunks one by one', async () => {
    scene = { provider: 'messages', events: CLAUDE };
    let text = '';
    for await (const one of await openai.chat.completions.create({ model: 'auto', messages: MESSAGES, stream: true }))
      text += one.choices[0]?.delta.content ?? '';
    assert.equal(text, WHOLE);
  });

  test('parses an answer that fits a schema', async () => {
    scene = {
      provider: 'messages',
      body: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'claude-haiku-4-5',
        content: [{ type: 'text', text: '{"n":3}' }],
        stop_reason: 'end_turn',
        usage: { input_tokens: 3, output_tokens: 4 },
      },
    };
    const made = await openai.chat.completions.parse({
      model: 'claude-haiku-4-5',
      messages: MESSAGES,
      response_format: zodResponseFormat(z.object({ n: z.int().min(1) }), 'count'),
    });
    assert.deepEqual(made.choices[0]?.message.parsed, { n: 3 });
    const { format } = asked['output_config'] as { format: { type: string; schema: JsonObject } };
    assert.equal(format.type, 'json_schema');
    assert.equal(format.schema['additionalProperties'], false);
  });

  test('throws the error that came, before the stream and in it', async () => {
    scene = {
      provider: 'messages',
      status: 429,
      body: { type: 'error', error: { type: 'rate_limit_error', message: 'Slow' } },
    };
    await assert.rejects(
      openai.chat.completions.create({ model: 'auto', messages: MESSAGES }),
      (error: unknown) =>
        error instanceof RateLimitError && error.code === 'rate_limit_exceeded' && error.message.includes('Slow'),
    );
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    scene = { provider: 'messages', events: [...CLAUDE.slice(0, 5), ...named(error)] };
    await assert.rejects(
      openai.chat.completions.stream({ model: 'auto', messages: MESSAGES }).finalChatCompletion(),
      (thrown: unknown) => thrown instanceof OpenAIError && thrown.message.includes('Overloaded'),
    );
  });

  test('does not take a stream for whole that broke off', async () => {
    scene = { provider: 'messages', events: CLAUDE.slice(0, 5) };
    await assert.rejects(
      openai.chat.completions.stream({ model: 'auto', messages: MESSAGES }).finalChatCompletion(),
      /finish_reason/,
    );
  });
});

for (const [provider, events, ids] of [
  ['messages', CLAUDE, 60],
  ['chat', GPT, 64],
] as const)
  describe(`OpenAI’s client for responses, answered by ${provider}`, () => {
    test('puts events together as its helper does', async () => {
      scene = { provider, events: [...events] };
      const stream = openai.responses.stream({
        model: 'auto',
        input: 'Hello',
        tools: ['weather', 'time'].map((name) => ({
          type: 'function' as const,
          name,
          strict: false,
          parameters: { type: 'object', properties: {} },
        })),
      });
      const snapshots: string[] = [];
      stream.on('response.output_text.delta', ({ snapshot }) => snapshots.push(snapshot));
      const made = await stream.finalResponse();
      assert.equal(snapshots.at(-1), WHOLE);
      assert.equal(made.output_text, WHOLE);
      assert.equal(made.status, 'completed');
      assert.deepEqual(
        made.output.flatMap((item) =>
          item.type === 'function_call' ? [[item.call_id, item.name, item.arguments]] : [],
        ),
        [
          ['toolu_1', 'weather', ARGUMENTS.join('')],
          ['toolu_2', 'time', '{}'],
        ],
      );
      assert.deepEqual(
        [made.usage?.input_tokens, made.usage?.input_tokens_details.cached_tokens, made.usage?.output_tokens],
        [100, ids, 20],
      );
      assert.equal(made.usage?.output_tokens_details.reasoning_tokens, 5);
    });

    test('throws the error that came in the middle', async () => {
      const broken: SseEvent = {
        event: undefined,
        data: '{"error":{"type":"overloaded_error","message":"Overloaded"}}',
      };
      scene = { provider, events: [...events.slice(0, 4), broken] };
      await assert.rejects(
        openai.responses.stream({ model: 'auto', input: 'Hello' }).finalResponse(),
        (thrown: unknown) => thrown instanceof OpenAIError && thrown.message.includes('Overloaded'),
      );
    });
  });

describe('Anthropic’s client, answered by chat', () => {
  const ask = { model: 'auto', max_tokens: 100, messages: MESSAGES };

  test('puts events together as its helper does', async () => {
    scene = { provider: 'chat', events: GPT };
    const stream = anthropic.messages.stream(ask);
    const heard: string[] = [];
    stream.on('text', (delta) => heard.push(delta));
    const made = await stream.finalMessage();
    assert.deepEqual(heard, TEXT);
    assert.deepEqual(
      made.content.map((block) =>
        block.type === 'tool_use' ? [block.id, block.name, block.input] : block.type === 'text' && block.text,
      ),
      [WHOLE, ['toolu_1', 'weather', { city: 'Köln', days: 3 }], ['toolu_2', 'time', {}]],
    );
    assert.equal(made.stop_reason, 'tool_use');
    const { input_tokens: input, cache_read_input_tokens: cached, output_tokens: output } = made.usage;
    assert.deepEqual([input, cached, output], [36, 64, 20]);
    assert.equal(made.usage.output_tokens_details?.thinking_tokens, 5);
    assert.deepEqual(asked['stream_options'], { include_usage: true });
  });

  test('puts calls together that alternate', async () => {
    const part = (index: number, call: JsonObject): JsonObject => chunk({ tool_calls: [{ index, ...call }] });
    scene = {
      provider: 'chat',
      events: chunks(
        part(0, { id: 'a', type: 'function', function: { name: 'x', arguments: '{"n"' } }),
        part(1, { id: 'b', type: 'function', function: { name: 'y', arguments: '{"m"' } }),
        part(0, { function: { arguments: ':1}' } }),
        part(1, { function: { arguments: ':2}' } }),
        chunk({}, 'tool_calls'),
      ),
    };
    const { content } = await anthropic.messages.stream(ask).finalMessage();
    assert.deepEqual(
      content.map((block) => block.type === 'tool_use' && block.input),
      [{ n: 1 }, { m: 2 }],
    );
  });

  test('reads a whole answer', async () => {
    const message = { role: 'assistant', content: 'Hello' };
    scene = {
      provider: 'chat',
      body: {
        id: 'chatcmpl-1',
        model: 'gpt-5',
        choices: [{ index: 0, message, finish_reason: 'length' }],
        usage: chatUsage,
      },
    };
    const made = await anthropic.messages.create(ask);
    assert.deepEqual([made.content[0]?.type, made.stop_reason], ['text', 'max_tokens']);
  });

  test('throws the error that came, before the stream and in it', async () => {
    scene = { provider: 'chat', status: 404, body: { error: { message: 'No such LLM', code: 'model_not_found' } } };
    await assert.rejects(anthropic.messages.create(ask), (error: unknown) => {
      assert.ok(error instanceof NotFoundError);
      return error.message.includes('No such LLM');
    });
    const error: SseEvent = { event: undefined, data: '{"error":{"message":"Broke","type":"server_error"}}' };
    scene = { provider: 'chat', events: [...GPT.slice(0, 3), error] };
    await assert.rejects(anthropic.messages.stream(ask).finalMessage(), (thrown: unknown) => {
      assert.ok(thrown instanceof AnthropicError);
      return thrown.message.includes('Broke');
    });
  });

  test('does not take a stream for whole that broke off', async () => {
    scene = { provider: 'chat', events: GPT.slice(0, 3) };
    const stream = anthropic.messages.stream(ask);
    await assert.rejects(stream.finalMessage());
  });
});
