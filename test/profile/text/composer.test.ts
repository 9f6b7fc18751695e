import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { composerSettings, openComposer } from '../../../src/profile/text/composer/index.js';
import { createDeterministicComposer } from '../../../src/profile/text/composer/deterministic.js';
import { createOpenAIComposer, type OpenAIComposerOptions } from '../../../src/profile/text/composer/openai.js';
import type { ComposeRequest, TextComposer } from '../../../src/profile/text/composer/types.js';
import { REQUEST as ASKED } from './composer-conformance.js';

const KEY = 'sk-secret-1234567890';

const REQUEST: ComposeRequest = {
  ...ASKED,
  heard: [
    ...ASKED.heard,
    {
      relation: 'llm-task',
      kind: 'task',
      name: 'verse',
      text: 'verse: sonnets',
      measured: { score: 0.1, count: 20, advantage: -0.4 },
    },
  ],
};

describe('the composer by rule', () => {
  const { compose } = createDeterministicComposer();

  test('tells what is best first, and quotes nothing that an LLM is worse at', async () => {
    assert.equal(
      await compose(REQUEST),
      'calculator: solves arithmetic. Better than the other LLMs at gsm8k (+0.12 over 130 answers): word ' +
        'problems. Family machines: exact. Worse than the other LLMs at verse (−0.40 over 20 answers).',
    );
  });

  test('tells tasks and queries of their LLMs', async () => {
    const heard = [
      {
        relation: 'llm-task',
        kind: 'llm',
        name: 'calculator',
        text: 'calculator: solves arithmetic',
        measured: { score: 0.8, count: 130, advantage: 0.12 },
      },
    ] as const;
    assert.equal(
      await compose({ kind: 'task', name: 'gsm8k', own: 'gsm8k', heard, maxCharacters: 1000 }),
      'gsm8k. calculator is better than the other LLMs here (+0.12 over 130 answers): solves arithmetic.',
    );
  });

  test('never writes more than it may, and ends with whole facts', async () => {
    const long = REQUEST.heard.map((h) => ({ ...h, text: 'word '.repeat(100_000) }));
    for (const maxCharacters of [0, 1, 10, 50, 120, 200, 4000]) {
      const text = await compose({ ...REQUEST, own: 'own '.repeat(100_000), heard: long, maxCharacters });
      assert.ok(text.length <= maxCharacters, `${text.length} of ${maxCharacters}`);
      assert.equal((text.match(/\(/g) ?? []).length, (text.match(/\)/g) ?? []).length);
    }
  });
});

interface Asked {
  path: string;
  authorization: string;
  body: { model: string; messages: { role: string; content: string }[] };
}

type Answer = (response: ServerResponse, count: number, asked: Asked) => void;

const say =
  (content: unknown): Answer =>
  (response) =>
    void response.setHeader('content-type', 'application/json').end(
      JSON.stringify({
        object: 'chat.completion',
        choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      }),
    );
const refuse =
  (status: number, body = '', headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(status, headers).end(body);
const json =
  (content: unknown): Answer =>
  (response) =>
    void response.end(JSON.stringify(content));

/** A server that speaks the protocol, for one test. */
async function serve(
  t: TestContext,
  answer: Answer,
  options: Partial<OpenAIComposerOptions> = {},
): Promise<{ composer: TextComposer; asked: Asked[]; baseUrl: string }> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    asked.push({
      path: request.url ?? '',
      authorization: request.headers.authorization ?? '',
      body: JSON.parse(body) as Asked['body'],
    });
    answer(response, asked.length, asked.at(-1)!);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return {
    composer: createOpenAIComposer({ model: 'small', baseUrl, apiKey: KEY, backoffMs: 1, ...options }),
    asked,
    baseUrl,
  };
}

describe('the composer behind an OpenAI-compatible endpoint', () => {
  test('sends facts and neighbours, and takes the answer', async (t) => {
    const { composer, asked, baseUrl } = await serve(t, say('  An LLM for\n arithmetic. '));
    assert.equal(await composer.compose(REQUEST), 'An LLM for arithmetic.');
    assert.equal(composer.id, `openai:small@${baseUrl}`);
    assert.equal(asked[0]!.path, '/v1/chat/completions');
    assert.equal(asked[0]!.authorization, `Bearer ${KEY}`);
    assert.equal(asked[0]!.body.model, 'small');
    const [system, user] = asked[0]!.body.messages;
    assert.deepEqual([system!.role, user!.role], ['system', 'user']);
    for (const fact of [
      'the llm calculator in at most 1000 characters',
      'solves arithmetic',
      'Better than the other LLMs at gsm8k (+0.12 over 130 answers): gsm8k: word problems',
      'Worse than the other LLMs at verse',
    ])
      assert.ok(user!.content.includes(fact), fact);
  });

  test('cuts an answer that is too long', async (t) => {
    const { composer } = await serve(t, say('long '.repeat(1000)));
    assert.ok((await composer.compose({ ...REQUEST, maxCharacters: 40 })).length <= 40);
  });

  test('asks the same only once, and again what failed', async (t) => {
    const { composer, asked } = await serve(
      t,
      (response, count, question) => (count === 1 ? refuse(400, 'no') : say('yes'))(response, count, question),
      { retries: 0 },
    );
    await assert.rejects(composer.compose(REQUEST), /HTTP 400: no/);
    assert.deepEqual(await Promise.all([composer.compose(REQUEST), composer.compose({ ...REQUEST })]), ['yes', 'yes']);
    assert.equal(await composer.compose(REQUEST), 'yes');
    assert.equal(asked.length, 2);
  });

  test('tries again after a 429, as late as Retry-After says', async (t) => {
    const waits: number[] = [];
    const sleep = async (ms: number): Promise<void> => void waits.push(ms);
    const { composer, asked } = await serve(
      t,
      (response, count, question) =>
        (count === 1 ? refuse(429, 'slow down', { 'retry-after': '3' }) : say('after a while'))(
          response,
          count,
          question,
        ),
      { sleep },
    );
    assert.equal(await composer.compose(REQUEST), 'after a while');
    assert.deepEqual([asked.length, waits], [2, [3000]]);
  });

  test('asks a bounded number at a time', async (t) => {
    let running = 0;
    let most = 0;
    const { composer } = await serve(
      t,
      (response, count, question) => {
        most = Math.max(most, ++running);
        setTimeout(() => {
          running--;
          say('well')(response, count, question);
        }, 10);
      },
      { concurrency: 2 },
    );
    await Promise.all(Array.from({ length: 9 }, (_, i) => composer.compose({ ...REQUEST, name: `LLM ${i}` })));
    assert.equal(most, 2);
  });

  test('that stays down says so after all tries, without the key', async (t) => {
    const { composer, asked } = await serve(t, refuse(500, `oops, ${KEY}`), { retries: 2 });
    await assert.rejects(composer.compose(REQUEST), {
      code: 'encoder_unavailable',
      message: /^The composer small at http.*\/v1\/chat\/completions: HTTP 500: oops, \[key\] \(tried 3 times\)$/,
    });
    assert.equal(asked.length, 3);
  });

  test('that refuses the key names the setting', async (t) => {
    const { composer, asked } = await serve(t, refuse(401, KEY));
    await assert.rejects(
      composer.compose(REQUEST),
      (error: Error) =>
        /POINTSMAN_COMPOSER_API_KEY is set, but wrong/.test(error.message) && !error.message.includes('sk-'),
    );
    assert.equal(asked.length, 1);
  });

  test('that takes too long is cut off', async (t) => {
    const { composer } = await serve(t, () => {}, { timeoutMs: 60, retries: 0 });
    await assert.rejects(composer.compose(REQUEST), { code: 'encoder_unavailable', message: /no answer within 60 ms/ });
  });

  test('that answers something else is refused, naming what was expected', async (t) => {
    const wrong: [Answer, RegExp][] = [
      [(response) => void response.end('<html>'), /expected JSON, got "<html>"/],
      [json({ choices: [] }), /choices: expected/],
      [json({ error: 'x' }), /choices: expected array, got nothing/],
      [say(null), /choices\[0\]\.message\.content: expected string, got null/],
      [say('  '), /choices\[0\]\.message\.content: expected a text/],
    ];
    for (const [answer, message] of wrong) {
      const { composer } = await serve(t, answer, { retries: 0 });
      await assert.rejects(composer.compose(REQUEST), { code: 'encoder_unavailable', message });
    }
  });
});

describe('composer settings', () => {
  test('come from the environment; by rule when nothing is set', () => {
    assert.equal(openComposer(composerSettings({})).id, 'deterministic-1');
    const composer = openComposer(
      composerSettings({
        POINTSMAN_COMPOSER: 'openai:@cf/meta/llama@http://127.0.0.1:9',
        POINTSMAN_COMPOSER_API_KEY: KEY,
      }),
    );
    assert.equal(composer.id, 'openai:@cf/meta/llama@http://127.0.0.1:9/v1');
  });

  test('that are wrong are refused', () => {
    const open = (POINTSMAN_COMPOSER: string, POINTSMAN_COMPOSER_API_KEY = ''): TextComposer =>
      openComposer(composerSettings({ POINTSMAN_COMPOSER, POINTSMAN_COMPOSER_API_KEY }));
    assert.throws(() => open('gpt'), {
      code: 'invalid_config',
      message: 'POINTSMAN_COMPOSER: expected one of deterministic, openai:<model>@<base url>; got "gpt"',
    });
    assert.throws(
      () => open('openai:m@http://me:secret@example.test'),
      (error: Error) => /POINTSMAN_COMPOSER_API_KEY/.test(error.message) && !error.message.includes('secret'),
    );
    assert.throws(() => open('openai:m@http://127.0.0.1:9', 'a b'), {
      code: 'invalid_config',
      message: /^POINTSMAN_COMPOSER_API_KEY: expected printable/,
    });
  });
});
