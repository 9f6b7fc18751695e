import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock, type Clock } from '../../src/base/clock.js';
import { createRng } from '../../src/base/rng.js';
import type { JsonObject } from '../../src/protocol/types.js';
import { PLAIN, type Behaviour, type Fault } from './behaviour.js';
import { chat } from './chat.js';
import { embed } from './embeddings.js';
import { errorBody } from './errors.js';
import { messages, promptTokensOf } from './messages.js';
import { listOf } from './models.js';
import { isObject } from './read.js';
import { recordOf, type Received } from './received.js';
import { replyTo, type AnswerHook } from './reply.js';
import { responses } from './responses.js';
import { beforeHead, sendStream, sendWhole, wireOf } from './send.js';
import { Page, Refusal, type Form } from './types.js';

const FORMS: Readonly<Record<string, Form>> = {
  '/v1/chat/completions': chat,
  '/v1/responses': responses,
  '/v1/messages': messages,
};

export interface ProviderOptions {
  seed?: number;
  /** LLMs that there are, and how each answers; another is refused with 404. */
  models: Readonly<Record<string, Partial<Behaviour>>>;
  /** What is answered, in place of what the seed says. */
  answer?: AnswerHook;
  /** The key that every request has to show; any, or none, unless given. */
  key?: string;
  port?: number;
  /** Requests that are kept, the last ones; 1,000 unless given. */
  keep?: number;
  clock?: Clock;
}

/** A provider of LLMs on this machine. */
export interface LocalProvider {
  url: string;
  /** As OpenAI's clients take it: with `/v1`. */
  baseUrl: string;
  /** What was received, the newest last. */
  received: readonly Received[];
  /** Requests whose answers are under way. */
  inFlight(): number;
  /** Changes how an LLM answers from now on; its faults begin anew. */
  behave(model: string, behaviour: Partial<Behaviour>): void;
  /** Ends it, and every connection. */
  close(): Promise<void>;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

function jsonIn(text: string): JsonObject {
  if (text === '') return {};
  try {
    const body: unknown = JSON.parse(text);
    if (isObject(body)) return body;
  } catch {
    // Refused below, as what is no object.
  }
  throw new Refusal(400, 'We could not parse the JSON body of your request.');
}

/** Throws what a fault refuses every call with, where it does. */
function refuse(fault: Fault): void {
  if (fault.kind === 'page') throw new Page(fault.status);
  if (fault.kind !== 'status') return;
  const { status, message, code = null, param = null, retryAfterS } = fault;
  throw new Refusal(status, message ?? `This is a fault that was asked for: ${code ?? status}.`, {
    code,
    param,
    ...(retryAfterS !== undefined && { headers: { 'retry-after': String(retryAfterS) } }),
  });
}

/** Starts a provider that speaks OpenAI’s and Anthropic’s protocols, on 127.0.0.1; its port is free unless given. */
export async function startProvider({
  seed = 1,
  models,
  answer,
  key,
  port = 0,
  keep = 1000,
  clock = systemClock,
}: ProviderOptions): Promise<LocalProvider> {
  const behaviours = new Map(Object.entries(models).map(([model, how]) => [model, { ...PLAIN, ...how }]));
  const turns = new Map<string, number>();
  const record = recordOf(keep);
  let count = 0;
  let inFlight = 0;

  function faultOf(model: string, { faults }: Behaviour): Fault | null {
    if ('kind' in faults) return faults;
    const turn = turns.get(model) ?? 0;
    turns.set(model, turn + 1);
    return faults[turn] ?? null;
  }

  function behaviourOf(model: string): Behaviour {
    const found = behaviours.get(model);
    if (found !== undefined) return found;
    throw new Refusal(404, `The model \`${model}\` does not exist or you do not have access to it.`, {
      code: 'model_not_found',
    });
  }

  function checkKey({ headers }: IncomingMessage): void {
    const shown = headers['x-api-key'] ?? headers['api-key'] ?? headers.authorization?.replace(/^Bearer /i, '');
    if (key !== undefined && shown !== key)
      throw new Refusal(401, `Incorrect API key provided: ${String(shown)}.`, { code: 'invalid_api_key' });
  }

  async function call(form: Form, body: JsonObject, response: ServerResponse, seen: Received): Promise<void> {
    const asked = form.read(body);
    const behaviour = behaviourOf(asked.model);
    const fault = faultOf(asked.model, behaviour);
    const wire = wireOf(response);
    const created = Math.floor(clock() / 1000);
    const reply = replyTo(asked, { seed, number: seen.number, created, behaviour, fault, answer });
    if (!(await beforeHead(wire, behaviour, fault))) return;
    if (fault !== null) refuse(fault);
    seen.status = 200;
    if (!asked.stream) return sendWhole(wire, 200, form.answer(asked, reply), fault);
    const rng = createRng(seed).fork(String(seen.number));
    await sendStream(wire, form.frames(asked, reply), { behaviour, fault, rng, sent: () => void seen.pieces++ });
  }

  async function callEmbeddings(body: JsonObject, response: ServerResponse, seen: Received): Promise<void> {
    const model = String(body['model']);
    const behaviour = behaviourOf(model);
    const fault = faultOf(model, behaviour);
    const wire = wireOf(response);
    if (!(await beforeHead(wire, behaviour, fault))) return;
    if (fault !== null) refuse(fault);
    const vectors = embed(body, seed);
    seen.status = 200;
    return sendWhole(wire, 200, vectors, fault);
  }

  async function answerTo(request: IncomingMessage, response: ServerResponse, seen: Received): Promise<void> {
    checkKey(request);
    const whole = (body: JsonObject): Promise<void> => sendWhole(wireOf(response), (seen.status = 200), body, null);
    const route = `${request.method} ${seen.path}`;
    if (route === 'GET /v1/models')
      return whole(listOf([...behaviours.keys()], request.headers['anthropic-version'] !== undefined));
    seen.body = jsonIn(seen.text);
    const form = request.method === 'POST' ? FORMS[seen.path] : undefined;
    if (form !== undefined) return call(form, seen.body, response, seen);
    if (route === 'POST /v1/messages/count_tokens') return whole({ input_tokens: promptTokensOf(seen.body) });
    if (route !== 'POST /v1/embeddings')
      throw new Refusal(404, `Unknown request URL: ${route}. Please check the URL for typos.`, { code: 'unknown_url' });
    return callEmbeddings(seen.body, response, seen);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '/', headers } = request;
    const [path] = url.split('?') as [string];
    const seen: Received = {
      number: count++,
      method,
      path,
      headers,
      text: await textOf(request),
      body: {},
      pieces: 0,
      status: null,
      aborted: false,
      over: false,
    };
    record.add(seen);
    const id = `req_${seen.number}`;
    response.setHeader('x-request-id', id);
    response.setHeader('request-id', id);
    inFlight++;
    response.once('close', () => {
      inFlight--;
      seen.over = true;
      seen.aborted = !response.writableFinished;
    });
    try {
      await answerTo(request, response, seen);
    } catch (error) {
      if (error instanceof Page) {
        seen.status = error.status;
        response.writeHead(error.status, { 'content-type': 'text/html' }).end(error.message);
        return;
      }
      const refusal = error instanceof Refusal ? error : new Refusal(500, String(error));
      for (const [name, value] of Object.entries(refusal.headers)) response.setHeader(name, value);
      seen.status = refusal.status;
      const isAnthropic = path.startsWith('/v1/messages') || headers['anthropic-version'] !== undefined;
      await sendWhole(wireOf(response), refusal.status, errorBody(refusal, isAnthropic, id), null);
    }
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    // A client that goes away while it sends its request.
    handle(request, response).catch(() => response.destroy());
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    baseUrl: `${url}/v1`,
    received: record.all,
    inFlight: () => inFlight,
    behave(model, how) {
      behaviours.set(model, { ...PLAIN, ...how });
      turns.delete(model);
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
