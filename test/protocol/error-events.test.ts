import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import Anthropic, { APIError as AnthropicError } from '@anthropic-ai/sdk';
import OpenAI, { APIError } from 'openai';
import { errorEvents } from '../../src/protocol/error-events.js';
import { CHAT, MESSAGE, RESPONSE } from './streams.js';

const error = { type: 'server_error', message: 'It broke off', code: 'stream_broken' };
const firstOf = (stream: string): string => `${stream.split('\n\n', 1)[0]!}\n\n`;
const streams: Record<string, string> = {
  '/v1/chat/completions': firstOf(CHAT) + errorEvents('chat', error),
  '/v1/responses': firstOf(RESPONSE) + errorEvents('responses', error, 1),
  '/v1/messages': firstOf(MESSAGE) + errorEvents('messages', error),
};

describe('an error in the middle of a stream is told by', () => {
  let server: Server;
  let url: string;
  before(async () => {
    server = createServer((req, res) => {
      res.setHeader('content-type', 'text/event-stream');
      res.end(streams[req.url!]);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const read = async (stream: AsyncIterable<unknown>): Promise<unknown[]> => {
    const events: unknown[] = [];
    for await (const event of stream) events.push(event);
    return events;
  };
  const openai = () => new OpenAI({ baseURL: `${url}/v1`, apiKey: 'x' });

  test('OpenAI’s client, of a chat', async () => {
    const chat = await openai().chat.completions.create({ model: 'm', stream: true, messages: [] });
    await assert.rejects(read(chat), (thrown) => {
      assert.ok(thrown instanceof APIError);
      assert.deepEqual([thrown.code, thrown.type], [error.code, error.type]);
      assert.match(thrown.message, /It broke off/);
      return true;
    });
  });

  test('OpenAI’s client, of a response', async () => {
    const response = await openai().responses.create({ model: 'm', stream: true, input: 'a' });
    await assert.rejects(read(response), (thrown) => {
      assert.ok(thrown instanceof APIError);
      assert.equal(thrown.code, error.code);
      return true;
    });
  });

  test('Anthropic’s client, of a message', async () => {
    const client = new Anthropic({ baseURL: url, apiKey: 'x' });
    const message = await client.messages.create({ model: 'm', max_tokens: 1, stream: true, messages: [] });
    await assert.rejects(read(message), (thrown) => {
      assert.ok(thrown instanceof AnthropicError);
      assert.match(thrown.message, /It broke off/);
      return true;
    });
  });
});

test('an event of an error of a response has its place among the others, and says it as documented, too', () => {
  const [, data] = errorEvents('responses', error, 7).split('data: ');
  const { type, sequence_number, code, message, param } = JSON.parse(data!) as Record<string, unknown>;
  assert.deepEqual([type, sequence_number, code, message, param], ['error', 7, error.code, error.message, null]);
});
