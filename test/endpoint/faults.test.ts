import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { FAULTS, type Behaviour, type Fault } from '../../scripts/provider/behaviour.js';
import { textFor } from '../../scripts/provider/reply.js';
import { startProvider, type LocalProvider } from '../../scripts/provider/server.js';
import type { Protocol } from '../../src/schema/provider.js';
import { postJson } from '../http/service.js';
import { eventually } from '../support/wait.js';
import { needsPointsman as skip, PROVIDER_KEY, SEED, startPointsman, type Target } from './support.js';

const QUERY = 'What is 2 + 2?';
const MODEL = 'lab/small';
const TEXT = textFor(SEED, 'small', QUERY);
const messages = [{ role: 'user', content: QUERY }];
/** Waits are short, so that a provider that stalls is given up soon. */
const SETTINGS = { first_byte_ms: 300, idle_ms: 300 };

/** A form as it is asked and answered, by the protocol that has it. */
interface FormCase {
  protocol: Protocol;
  path: string;
  body: object;
  /** The text of a streamed event, empty where it has none. */
  textIn(event: any): string;
  /** Whether an event says that the stream has failed. */
  isError(event: any): boolean;
  /** Whether an event marks the answer whole. */
  isEnd(data: string): boolean;
}

const FORMS: Readonly<Record<string, FormCase>> = {
  'chat completions': {
    protocol: 'openai',
    path: '/chat/completions',
    body: { messages },
    textIn: ({ choices }) => choices?.[0]?.delta.content ?? '',
    isError: ({ error }) => typeof error?.message === 'string' && typeof error.type === 'string',
    isEnd: (data) => data === '[DONE]',
  },
  responses: {
    protocol: 'openai',
    path: '/responses',
    body: { input: QUERY },
    textIn: ({ type, delta }) => (type === 'response.output_text.delta' ? delta : ''),
    isError: ({ type }) => type === 'error' || type === 'response.failed',
    isEnd: (data) => data.includes('"response.completed"'),
  },
  messages: {
    protocol: 'anthropic',
    path: '/messages',
    body: { max_tokens: 1000, messages },
    textIn: ({ delta }) => delta?.text ?? '',
    isError: ({ type, error }) => type === 'error' && typeof error.message === 'string',
    isEnd: (data) => data.includes('"message_stop"'),
  },
};

interface Pair extends Target {
  /** Called first, and what stands in for it. */
  faulty: LocalProvider;
  other: LocalProvider;
}

/** Pointsman with one LLM that can be called at two places; no call is left open when the test ends. */
async function startPair(
  t: TestContext,
  protocol: Protocol,
  faults: Behaviour['faults'],
  otherFaults: Behaviour['faults'] = [],
): Promise<Pair> {
  const [faulty, other] = await Promise.all(
    [faults, otherFaults].map((how) =>
      startProvider({ seed: SEED, models: { small: { faults: how } }, key: PROVIDER_KEY }),
    ),
  );
  const places = [faulty!, other!].map((provider) => ({ provider, model: 'small', settings: SETTINGS }));
  const target = await startPointsman({ [MODEL]: places }, protocol);
  t.after(async () => {
    try {
      await eventually('the end of all calls', () => faulty!.inFlight() + other!.inFlight() === 0);
      await target.close();
    } finally {
      await Promise.all([faulty!.close(), other!.close()]);
    }
  });
  return { ...target, faulty: faulty!, other: other! };
}

const send = ({ baseURL, apiKey }: Target, { path, body }: FormCase, fields: object = {}): Promise<Response> =>
  postJson(baseURL + path, { model: MODEL, ...body, ...fields }, { authorization: `Bearer ${apiKey}` });

/** What came of a stream: its text, and how it ended. */
async function streamed(response: Response, form: FormCase): Promise<{ text: string; end: string }> {
  const all = (await response.text()).split('\n').filter((line) => line.startsWith('data: '));
  const data = all.map((line) => line.slice(6));
  const events = data.filter((one) => one !== '[DONE]').map((one) => JSON.parse(one) as object);
  const isWhole = data.some(form.isEnd);
  const isFailed = events.some(form.isError);
  return {
    text: events.map(form.textIn).join(''),
    end: isWhole && isFailed ? 'both' : isWhole ? 'whole' : isFailed ? 'error' : 'broken off',
  };
}

/** What happens before the first byte of an answer: the next place is called, and the client sees nothing of it. */
const BEFORE: Readonly<Record<string, Fault>> = {
  'dies before the head': FAULTS.dies,
  'dies after the head': { kind: 'dies', after: 0 },
  'stalls before the head': FAULTS.stalls,
  'stalls after the head': { kind: 'stalls', after: 0 },
  'answers 429': FAULTS.rate_limited,
  'answers 500': FAULTS.server_error,
  'answers 503': FAULTS.unavailable,
  'has no such path': FAULTS.no_path,
  'refuses the key': { ...FAULTS.unauthorized, message: `Incorrect API key provided: ${PROVIDER_KEY}.` },
};

/** What happens in the middle of a stream: it ends with the form's error, and no other place is called. */
const AFTER: Readonly<Record<string, Fault>> = {
  dies: FAULTS.dies_in_stream,
  stalls: FAULTS.stalls_in_stream,
  'sends an event that is cut': FAULTS.cut_json,
  'ends without an end mark': FAULTS.no_end,
};

for (const [name, form] of Object.entries(FORMS))
  describe(`where a provider of ${name}`, { skip }, () => {
    for (const [what, fault] of Object.entries(BEFORE))
      for (const stream of [false, true])
        test(`${what}, the next is called${stream ? ', of a stream, too' : ''}`, async (t) => {
          const pair = await startPair(t, form.protocol, fault);
          const response = await send(pair, form, { stream });
          assert.equal(response.status, 200);
          if (stream) assert.deepEqual(await streamed(response, form), { text: TEXT, end: 'whole' });
          else assert.ok((await response.text()).includes(TEXT));
          assert.ok(pair.faulty.received.length > 0);
          assert.equal(pair.other.received.length, 1);
        });

    for (const [what, fault] of Object.entries(AFTER))
      test(`${what} in a stream’s middle, the stream ends with an error, and no other is called`, async (t) => {
        const pair = await startPair(t, form.protocol, fault);
        const { text, end } = await streamed(await send(pair, form, { stream: true }), form);
        assert.equal(end, 'error');
        assert.ok(TEXT.startsWith(text.trimEnd()) && text !== '', text);
        assert.equal(pair.other.received.length, 0);
      });

    test('sends a line that is no event, the stream goes on', async (t) => {
      const pair = await startPair(t, form.protocol, FAULTS.garbage);
      const found = await streamed(await send(pair, form, { stream: true }), form);
      assert.deepEqual(found, { text: TEXT, end: 'whole' });
    });

    test('sends a piece of 1 MiB, it goes through', async (t) => {
      const pair = await startPair(t, form.protocol, FAULTS.huge_1);
      const { text, end } = await streamed(await send(pair, form, { stream: true }), form);
      assert.equal(end, 'whole');
      assert.equal(text.length, TEXT.length + FAULTS.huge_1.bytes);
    });

    test('sends a piece of 32 MiB, it goes through or ends the stream, and the next call is answered', async (t) => {
      const pair = await startPair(t, form.protocol, [FAULTS.huge_32]);
      const { end } = await streamed(await send(pair, form, { stream: true }), form);
      assert.match(end, /^(?:whole|error)$/);
      assert.deepEqual(await streamed(await send(pair, form, { stream: true }), form), { text: TEXT, end: 'whole' });
    });

    test('refuses what the client sent, its answer goes through as it is, and the next is not called', async (t) => {
      const pair = await startPair(t, form.protocol, FAULTS.context_length);
      const own = await postJson(
        pair.faulty.baseUrl + form.path,
        { model: 'small', ...form.body },
        { authorization: `Bearer ${PROVIDER_KEY}` },
      );
      const response = await send(pair, form);
      assert.equal(response.status, 400);
      const known = (await own.json()) as { error: object };
      assert.deepEqual(((await response.json()) as { error: object }).error, known.error);
      assert.equal(pair.other.received.length, 0);
    });

    test('answers a page where something before it refuses, the client gets an error of the form', async (t) => {
      const pair = await startPair(t, form.protocol, FAULTS.page);
      const response = await send(pair, form);
      assert.deepEqual([response.status, response.headers.get('content-type')], [413, 'application/json']);
      const { error } = (await response.json()) as { error: { message: string } };
      assert.match(error.message, /^<html>.*413/);
      assert.equal(pair.other.received.length, 0);
    });

    test('fails at every place, the client gets an error of the form, and no secret', async (t) => {
      const refused = BEFORE['refuses the key']!;
      const pair = await startPair(t, form.protocol, refused, refused);
      const response = await send(pair, form);
      assert.ok(response.status >= 500, String(response.status));
      const text = await response.text();
      assert.equal(typeof (JSON.parse(text) as { error: { message: unknown } }).error.message, 'string');
      assert.ok(!text.includes(PROVIDER_KEY));
    });
  });

describe('a breaker', { skip }, () => {
  const form = FORMS['chat completions']!;
  const CALLS = 30;

  for (const [what, fault] of Object.entries({ ...BEFORE, ...AFTER }).filter(([name]) => !name.includes('stalls')))
    test(`opens where a provider ${what} again and again, and every call is answered`, async (t) => {
      const pair = await startPair(t, form.protocol, fault);
      for (let i = 0; i < CALLS; i++) {
        const response = await send(pair, form, { stream: true });
        assert.equal(response.status, 200);
        await response.text();
      }
      const asked = pair.faulty.received.length;
      assert.ok(asked < CALLS, `it was asked ${asked} times`);
      const found = await streamed(await send(pair, form, { stream: true }), form);
      assert.deepEqual(found, { text: TEXT, end: 'whole' });
      assert.equal(pair.faulty.received.length, asked);
    });

  test('stays closed where what the client sent is refused', async (t) => {
    const pair = await startPair(t, form.protocol, FAULTS.context_length);
    for (let i = 0; i < CALLS; i++) await (await send(pair, form)).text();
    assert.equal(pair.faulty.received.length, CALLS);
  });

  test('stays closed where clients go away', async (t) => {
    const pair = await startPair(t, form.protocol, []);
    pair.faulty.behave('small', { chunks: 100, chunkMs: 5 });
    for (let i = 0; i < CALLS; i++) await (await send(pair, form, { stream: true })).body!.cancel();
    pair.faulty.behave('small', {});
    const found = await streamed(await send(pair, form, { stream: true }), form);
    assert.equal(found.end, 'whole');
    assert.equal(pair.other.received.length, 0);
  });

  test('gives a provider the pause that it asked for by Retry-After', async (t) => {
    const pair = await startPair(t, form.protocol, [{ ...FAULTS.rate_limited, retryAfterS: 60 }]);
    for (let i = 0; i < 3; i++) assert.equal((await send(pair, form)).status, 200);
    assert.equal(pair.faulty.received.length, 1);
    assert.equal(pair.other.received.length, 3);
  });
});

test('an LLM that fails is stood in for by the next of the ranking', { skip }, async (t) => {
  const form = FORMS['chat completions']!;
  const options = { seed: SEED, models: { small: {} }, key: PROVIDER_KEY };
  const providers = { 'lab/a': await startProvider(options), 'lab/b': await startProvider(options) };
  const places = Object.fromEntries(
    Object.entries(providers).map(([id, provider]) => [id, [{ provider, model: 'small', settings: SETTINGS }]]),
  );
  const target = await startPointsman(places, 'openai');
  for (const { close } of [...Object.values(providers), target]) t.after(close);
  const first = await send(target, form, { model: 'auto' });
  const chosen = first.headers.get('x-pointsman-model') as keyof typeof providers;
  await first.text();
  providers[chosen].behave('small', { faults: FAULTS.dies });
  const second = await send(target, form, { model: 'auto' });
  assert.equal(second.status, 200);
  const other = chosen === 'lab/a' ? 'lab/b' : 'lab/a';
  assert.equal(second.headers.get('x-pointsman-model'), other);
  assert.equal(((await second.json()) as { model: string }).model, other);
});
