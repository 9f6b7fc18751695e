import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { embeddingsUrl, openOpenAIEncoder, type OpenAIEncoderOptions } from '../../src/encoder/openai.js';
import { encoderConformance } from './conformance.js';

const KEY = 'sk-secret-1234567890';

interface Asked {
  path: string;
  authorization: string;
  model: string;
  input: string[];
}

type Answer = (asked: Asked, response: ServerResponse, count: number) => void | Promise<void>;

/** The vector that the test's endpoint has for a text: its length and its first character, not of unit length. */
const vectorOf = (text: string): number[] => [text.length, text.charCodeAt(0), 1];

/** What a well-behaved endpoint answers; the embeddings come in reverse, as the protocol allows. */
const well: Answer = ({ input, model }, response) => {
  const data = input.map((text, index) => ({ object: 'embedding', index, embedding: vectorOf(text) })).toReversed();
  response
    .setHeader('content-type', 'application/json')
    .end(JSON.stringify({ object: 'list', data, model, usage: { prompt_tokens: 1, total_tokens: 1 } }));
};

async function read(request: IncomingMessage): Promise<Asked> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const { model, input } = JSON.parse(body) as Pick<Asked, 'model' | 'input'>;
  return { path: request.url ?? '', authorization: request.headers.authorization ?? '', model, input };
}

/** A server that speaks the protocol, for one test; `asked` collects what came. */
async function serve(t: TestContext, answer: Answer): Promise<{ baseUrl: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const question = await read(request);
    asked.push(question);
    await answer(question, response, asked.length);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked };
}

const open = (baseUrl: string, more: Partial<OpenAIEncoderOptions> = {}): ReturnType<typeof openOpenAIEncoder> =>
  openOpenAIEncoder({ model: 'embed-small', baseUrl, apiKey: KEY, backoffMs: 1, ...more });

const refuse =
  (status: number, body = '', headers: Record<string, string> = {}): Answer =>
  (_asked, response) =>
    void response.writeHead(status, headers).end(body);

const json =
  (content: unknown): Answer =>
  (_asked, response) =>
    void response.end(JSON.stringify(content));

/** The first `times` requests get `first`, the others are answered well. */
const thenWell =
  (times: number, first: Answer): Answer =>
  (asked, response, count) =>
    (count <= times ? first : well)(asked, response, count);

encoderConformance('an endpoint', { open: async (t) => open((await serve(t, well)).baseUrl) });

test('vectors have unit length and the order of the texts, whatever the order of the answer', async (t) => {
  const { baseUrl, asked } = await serve(t, well);
  const encoder = await open(baseUrl);
  assert.equal(encoder.dim, 3);
  assert.equal(encoder.id, `openai:embed-small@${baseUrl}`);
  const texts = ['a', 'bb', 'ccc'];
  const vectors = await encoder.encode(texts);
  vectors.forEach((vector, i) => {
    const raw = vectorOf(texts[i] as string);
    raw.forEach((x, k) => assert.ok(Math.abs((vector[k] ?? NaN) - x / Math.hypot(...raw)) < 1e-6));
  });
  assert.deepEqual(asked[1], {
    path: '/v1/embeddings',
    authorization: `Bearer ${KEY}`,
    model: 'embed-small',
    input: texts,
  });
});

test('many texts go in batches, a bounded number at a time over all callers', async (t) => {
  let running = 0;
  let most = 0;
  const { baseUrl, asked } = await serve(t, async (question, response, count) => {
    most = Math.max(most, ++running);
    await new Promise((later) => setTimeout(later, 15));
    running--;
    return well(question, response, count);
  });
  const encoder = await open(baseUrl, { batchSize: 10, concurrency: 3 });
  const texts = Array.from({ length: 95 }, (_, i) => 'x'.repeat(i + 1));
  const [all, again] = await Promise.all([encoder.encode(texts), encoder.encode(texts)]);
  assert.deepEqual(all, again);
  assert.equal(asked.length, 1 + 20);
  assert.equal(most, 3);
  const ratios = all.map((vector) => Math.round((vector[0] ?? NaN) / (vector[2] ?? NaN)));
  assert.deepEqual(
    ratios,
    texts.map((text) => text.length),
  );
});

test('empty texts are zero and never sent', async (t) => {
  const { baseUrl, asked } = await serve(t, well);
  const encoder = await open(baseUrl);
  const vectors = await encoder.encode(['', 'word', ' \n']);
  assert.deepEqual(
    vectors.map((vector) => vector.length),
    [3, 3, 3],
  );
  assert.deepEqual([...(vectors[0] ?? []), ...(vectors[2] ?? [])], [0, 0, 0, 0, 0, 0]);
  assert.deepEqual(asked[1]?.input, ['word']);
  await encoder.encode(['']);
  assert.equal(asked.length, 2);
});

test('of a long text only the beginning is sent', async (t) => {
  const { baseUrl, asked } = await serve(t, well);
  const encoder = await open(baseUrl, { maxCharacters: 10 });
  await encoder.encode(['short', 'x'.repeat(1000)]);
  assert.deepEqual(asked[1]?.input, ['short', 'x'.repeat(10)]);
});

test('429 and 5xx are tried again, waiting longer each time and as long as Retry-After says', async (t) => {
  const waits: number[] = [];
  const sleep = async (ms: number): Promise<void> => void waits.push(ms);
  const { baseUrl, asked } = await serve(t, (question, response, count) => {
    if (count === 1) return refuse(429, 'slow down', { 'retry-after': '7' })(question, response, count);
    return thenWell(3, refuse(503))(question, response, count);
  });
  const encoder = await open(baseUrl, { sleep, backoffMs: 100, random: () => 0.5 });
  assert.deepEqual(waits, [7000, 300, 600]);
  assert.equal(asked.length, 4);
  assert.equal(encoder.dim, 3);
});

test('a connection that breaks is tried again', async (t) => {
  const { baseUrl } = await serve(
    t,
    thenWell(2, (_asked, response) => void response.destroy()),
  );
  assert.equal((await open(baseUrl)).dim, 3);
});

test('an endpoint that stays down is encoder_unavailable, after all tries', async (t) => {
  const { baseUrl, asked } = await serve(t, refuse(500, `oops, ${KEY}`));
  await assert.rejects(open(baseUrl, { retries: 2 }), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'encoder_unavailable');
    assert.match(error.message, /embed-small at http.*HTTP 500: oops, \[key\] \(tried 3 times\)/);
    return true;
  });
  assert.equal(asked.length, 3);
  await assert.rejects(open('http://127.0.0.1:1', { retries: 1 }), {
    code: 'encoder_unavailable',
    message: /ECONNREFUSED|bad port/,
  });
});

test('a refused key is not tried again, and no message shows it', async (t) => {
  const { baseUrl, asked } = await serve(t, refuse(401, `Incorrect API key provided: ${KEY.slice(0, 8)}*****7890`));
  await assert.rejects(open(baseUrl), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'encoder_unavailable');
    assert.match(error.message, /POINTSMAN_ENCODER_API_KEY is set, but wrong/);
    assert.ok(!JSON.stringify([error.message, error.stack, error.cause]).includes('sk-'));
    return true;
  });
  assert.equal(asked.length, 1);
  for (const echo of [
    refuse(400, `${'.'.repeat(295)}${KEY}`),
    json({ data: KEY }),
    json({ data: [{ index: 0, embedding: [KEY] }] }),
  ]) {
    const echoing = await serve(t, echo);
    await assert.rejects(
      open(echoing.baseUrl),
      (error: Error) => !`${error.message}${JSON.stringify(error)}`.includes('sk-'),
    );
  }
  await assert.rejects(
    open(baseUrl, { apiKey: `${KEY}\nx` }),
    (error: Error & { code?: string }) => error.code === 'invalid_config' && !error.message.includes('sk-'),
  );
  await assert.rejects(open(baseUrl, { apiKey: '' }), { message: /POINTSMAN_ENCODER_API_KEY is not set/ });
});

test('an answer that takes too long is cut off', async (t) => {
  const { baseUrl } = await serve(t, () => {});
  await assert.rejects(open(baseUrl, { timeoutMs: 60, retries: 0 }), {
    code: 'encoder_unavailable',
    message: /no answer within 60 ms/,
  });
});

test('answers that are no embeddings are refused, naming what was expected', async (t) => {
  const wrong: [Answer, RegExp][] = [
    [(_asked, response) => void response.end('<html>'), /expected JSON, got "<html>"/],
    [json({ data: [] }), /expected 1 embeddings, got 0/],
    [json({ data: [{ index: 0, embedding: ['a'] }] }), /data\[0\]\.embedding\[0\]: expected number/],
    [json({ data: [{ index: 5, embedding: [1] }] }), /expected 1 embeddings, got 0/],
    [refuse(404, 'no such model'), /HTTP 404: no such model/],
    [refuse(302, '', { location: 'http://127.0.0.1:1/' }), /redirect/],
  ];
  for (const [answer, said] of wrong) {
    const { baseUrl } = await serve(t, answer);
    await assert.rejects(open(baseUrl, { retries: 0 }), { code: 'encoder_unavailable', message: said });
  }
});

test('a dimension that changes is refused', async (t) => {
  const { baseUrl } = await serve(t, (asked, response, count) =>
    count === 1
      ? well(asked, response, count)
      : void response.end(JSON.stringify({ data: [{ index: 0, embedding: [1, 2] }] })),
  );
  const encoder = await open(baseUrl);
  await assert.rejects(encoder.encode(['x']), { code: 'encoder_unavailable', message: /dimension 3, got one of 2/ });
});

test('base URLs are taken as OpenAI clients take them', () => {
  assert.equal(embeddingsUrl('http://127.0.0.1:9').href, 'http://127.0.0.1:9/v1/embeddings');
  assert.equal(embeddingsUrl('https://example.test/v1/').href, 'https://example.test/v1/embeddings');
  assert.equal(
    embeddingsUrl('https://example.test/openai/deployments/e/embeddings?api-version=1').href,
    'https://example.test/openai/deployments/e/embeddings?api-version=1',
  );
  for (const bad of ['example.test', 'ftp://example.test', 'http://me:secret@example.test'])
    assert.throws(
      () => embeddingsUrl(bad),
      (error: Error & { code?: string }) => error.code === 'invalid_config' && !error.message.includes('secret'),
    );
});
