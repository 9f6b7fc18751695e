import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { FAULTS, type FaultName } from '../../scripts/provider/behaviour.js';
import { textFor } from '../../scripts/provider/reply.js';
import { startProvider, type LocalProvider, type ProviderOptions } from '../../scripts/provider/server.js';
import { postJson } from '../http/service.js';
import { eventually } from '../support/wait.js';

const QUERY = 'What is 2 + 2?';
const MESSAGES = [{ role: 'user', content: QUERY }];
const BODIES = {
  '/chat/completions': { messages: MESSAGES },
  '/responses': { input: QUERY },
  '/messages': { max_tokens: 1000, messages: MESSAGES },
} as const;
type Path = keyof typeof BODIES;

async function provider(t: TestContext, options: Partial<ProviderOptions> = {}): Promise<LocalProvider> {
  const started = await startProvider({ seed: 7, models: { small: {} }, ...options });
  t.after(started.close);
  return started;
}

const ask = ({ baseUrl }: LocalProvider, path: Path, fields: object = {}): Promise<Response> =>
  postJson(baseUrl + path, { model: 'small', ...BODIES[path], ...fields });

/** `data` of all events of a stream that are JSON. */
async function eventsOf(response: Response): Promise<Record<string, unknown>[]> {
  return (await response.text())
    .split('\n')
    .filter((line) => line.startsWith('data: {') && line.endsWith('}'))
    .map((line) => JSON.parse(line.slice(6)) as Record<string, unknown>);
}

/** The text of a stream: all deltas that are or have one. */
const TEXT: Record<Path, (event: any) => string> = {
  '/chat/completions': (event) => event.choices[0]?.delta.content ?? '',
  '/responses': (event) => (event.type === 'response.output_text.delta' ? event.delta : ''),
  '/messages': (event) => event.delta?.text ?? '',
};
const WHOLE: Record<Path, (body: any) => string> = {
  '/chat/completions': (body) => body.choices[0].message.content,
  '/responses': (body) => body.output[0].content[0].text,
  '/messages': (body) => body.content[0].text,
};

for (const path of Object.keys(BODIES) as Path[])
  describe(path, () => {
    test('answers a text that follows from seed, LLM and query, whole and streamed', async (t) => {
      const local = await provider(t);
      const text = textFor(7, 'small', QUERY);
      assert.equal(WHOLE[path](await (await ask(local, path)).json()), text);
      const events = await eventsOf(await ask(local, path, { stream: true }));
      assert.equal(events.map(TEXT[path]).join(''), text);
      assert.notEqual(textFor(8, 'small', QUERY), text);
    });

    test('answers what the hook says', async (t) => {
      const local = await provider(t, { answer: (model, query) => `${model} heard ${query}` });
      assert.equal(WHOLE[path](await (await ask(local, path)).json()), `small heard ${QUERY}`);
    });

    test('cuts what is longer than the answer may be', async (t) => {
      const local = await provider(t, { answer: () => 'word '.repeat(100) });
      const limit = { '/chat/completions': 'max_tokens', '/responses': 'max_output_tokens', '/messages': 'max_tokens' }[
        path
      ];
      const answered = JSON.stringify(await (await ask(local, path, { [limit]: 5 })).json());
      assert.match(answered, /"(length|max_output_tokens|max_tokens)"/);
      assert.match(answered, /word word word word "/);
    });

    test('knows no other LLM', async (t) => {
      const response = await ask(await provider(t), path, { model: 'huge' });
      assert.equal(response.status, 404);
      assert.match(await response.text(), /`huge` does not exist/);
    });

    test('sees that the client goes away, and how far the stream was', async (t) => {
      const local = await provider(t, { models: { small: { chunks: 50, chunkMs: 5 } } });
      const response = await ask(local, path, { stream: true });
      await response.body!.cancel();
      const [seen] = local.received;
      await eventually('the end of the request', () => seen!.over);
      assert.equal(seen!.aborted, true);
      assert.ok(seen!.pieces < 50);
      assert.equal(local.inFlight(), 0);
    });
  });

/** What a client meets: whole answers, and streams, by fault. */
const MET: Record<Exclude<FaultName, 'stalls' | 'stalls_in_stream'>, { whole: string; stream: string }> = {
  dies: { whole: 'no head', stream: 'no head' },
  dies_in_stream: { whole: 'broken body', stream: 'broken body' },
  rate_limited: { whole: '429', stream: '429' },
  server_error: { whole: '500', stream: '500' },
  unavailable: { whole: '503', stream: '503' },
  context_length: { whole: '400', stream: '400' },
  unauthorized: { whole: '401', stream: '401' },
  no_path: { whole: '405', stream: '405' },
  page: { whole: '413', stream: '413' },
  garbage: { whole: 'whole', stream: 'whole, and garbage' },
  cut_json: { whole: 'cut', stream: 'no end' },
  no_end: { whole: 'whole', stream: 'no end' },
  huge_1: { whole: 'huge', stream: 'huge' },
  huge_32: { whole: 'huge', stream: 'huge' },
};

async function met(local: LocalProvider, stream: boolean): Promise<string> {
  try {
    const response = await ask(local, '/chat/completions', { stream });
    if (response.status !== 200) return String(response.status);
    const text = await response.text();
    if (text.length > 2 ** 20) return 'huge';
    if (!stream) return text.endsWith('}') ? 'whole' : 'cut';
    return text.endsWith('data: [DONE]\n\n') ? (text.includes('<html>') ? 'whole, and garbage' : 'whole') : 'no end';
  } catch (error) {
    return (error as Error).message === 'terminated' ? 'broken body' : 'no head';
  }
}

describe('a fault', () => {
  for (const [fault, { whole, stream }] of Object.entries(MET) as [FaultName, { whole: string; stream: string }][])
    test(`${fault}: ${whole}; of a stream ${stream}`, async (t) => {
      const local = await provider(t, { models: { small: { faults: FAULTS[fault] } } });
      assert.equal(await met(local, false), whole);
      assert.equal(await met(local, true), stream);
    });

  for (const [fault, pieces] of [
    ['stalls', 0],
    ['stalls_in_stream', 3],
  ] as const)
    test(`${fault}: nothing comes after ${pieces} pieces, until the client goes away`, async (t) => {
      const local = await provider(t, { models: { small: { faults: FAULTS[fault] } } });
      const abort = new AbortController();
      const asked = fetch(`${local.baseUrl}/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({ model: 'small', messages: MESSAGES, stream: true }),
        signal: abort.signal,
      }).then((response) => response.text());
      await eventually('the request', () => local.received[0] && local.received[0].pieces === pieces);
      assert.equal(local.received[0]!.status, pieces === 0 ? null : 200);
      abort.abort();
      await assert.rejects(asked, { name: 'AbortError' });
      await eventually('its end', () => local.received[0]!.over);
      assert.equal(local.received[0]!.pieces, pieces);
    });

  test('strikes in its turn, and not after', async (t) => {
    const local = await provider(t, { models: { small: { faults: [null, FAULTS.server_error] } } });
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await ask(local, '/chat/completions')).status);
    assert.deepEqual(statuses, [200, 500, 200, 200]);
  });

  test('has the form of the protocol', async (t) => {
    const local = await provider(t, { models: { small: { faults: FAULTS.rate_limited } } });
    const openai = await ask(local, '/chat/completions');
    assert.equal(openai.headers.get('retry-after'), '1');
    assert.deepEqual(await openai.json(), {
      error: {
        message: 'This is a fault that was asked for: rate_limit_exceeded.',
        type: 'requests',
        param: null,
        code: 'rate_limit_exceeded',
      },
    });
    assert.deepEqual(await (await ask(local, '/messages')).json(), {
      type: 'error',
      error: { type: 'rate_limit_error', message: 'This is a fault that was asked for: rate_limit_exceeded.' },
      request_id: 'req_1',
    });
  });
});

test('a key that is another is refused', async (t) => {
  const local = await provider(t, { key: 'sk-right' });
  const withKey = (headers: Record<string, string>): Promise<Response> =>
    postJson(`${local.baseUrl}/chat/completions`, { model: 'small', messages: MESSAGES }, headers);
  assert.equal((await withKey({ authorization: 'Bearer sk-wrong' })).status, 401);
  assert.equal((await withKey({ authorization: 'Bearer sk-right' })).status, 200);
  assert.equal((await withKey({ 'x-api-key': 'sk-right' })).status, 200);
});

test('a stamped stream says when each piece was sent', async (t) => {
  const local = await provider(t, { models: { small: { stamped: true, chunks: 5 } } });
  const before = process.hrtime.bigint() / 1000n;
  const text = (await eventsOf(await ask(local, '/chat/completions', { stream: true }))).map(TEXT['/chat/completions']);
  const stamps = [...text.join('').matchAll(/@(\d+);/g)].map(([, stamp]) => BigInt(stamp!));
  assert.equal(stamps.length, 5);
  assert.ok(stamps[0]! >= before && stamps[4]! >= stamps[0]!);
});
