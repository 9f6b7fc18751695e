import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Ask } from '../../src/judge/types.js';

/** A chat completion as it was asked for. */
export interface Asked {
  model: string;
  messages: { role: string; content: string }[];
  max_completion_tokens: number;
  response_format?: { type: string; json_schema: { name: string; schema: object } };
}

/** A provider that speaks chat completions on a port of its own, and what calls it. */
export interface Provider {
  ask: Ask;
  /** All that was asked, in order. */
  asked: Asked[];
}

const USD_PER_CALL = 0.01;

/** @param say the text of an answer; throws for a status of 500 */
export async function startProvider(
  t: TestContext,
  say: (asked: Asked, n: number) => string | Promise<string>,
  costUsd: number | null = USD_PER_CALL,
): Promise<Provider> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const part of request.setEncoding('utf8')) body += part as string;
      const one = JSON.parse(body) as Asked;
      asked.push(one);
      const reply = (status: number, value: object): void =>
        void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
      try {
        const content = await say(one, asked.length);
        reply(200, { choices: [{ message: { role: 'assistant', content }, finish_reason: 'stop' }] });
      } catch {
        reply(500, { error: { message: 'out of order' } });
      }
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close().closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat/completions`;

  const ask: Ask = async (model, messages, { json, maxOutputTokens, signal }) => {
    const response = await fetch(url, {
      method: 'POST',
      signal,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model,
        messages,
        max_completion_tokens: maxOutputTokens,
        ...(json === undefined ? {} : { response_format: { type: 'json_schema', json_schema: json } }),
      }),
    });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const { choices } = (await response.json()) as { choices: [{ message: { content: string } }] };
    return { text: choices[0].message.content, costUsd };
  };
  return { ask, asked };
}
