import { z } from 'zod';
import { PointsmanError, messageOf } from '../base/errors.js';
import { parse } from '../schema/parse.js';
import { createLimiter } from './limiter.js';
import type { Encoder } from './types.js';
import { chunks, encodeNonEmpty, unitVector } from './vectors.js';

export interface OpenAIEncoderOptions {
  model: string;
  /** As for OpenAI's own clients, such as `https://api.openai.com/v1`; `/v1` is added where the URL has no path. */
  baseUrl: string;
  /** Sent as a bearer token; empty for an endpoint that wants none. */
  apiKey?: string;
  /** Texts a request. */
  batchSize?: number;
  /** Characters of a text that are sent: endpoints refuse a request with one text too long for the model. */
  maxCharacters?: number;
  /** Requests at a time, over all callers. */
  concurrency?: number;
  /** For one request, its answer read in full. */
  timeoutMs?: number;
  /** Further tries after a 429, a 5xx or no answer. */
  retries?: number;
  /** Before the first retry; doubled for each further one, and spread by up to as much again. */
  backoffMs?: number;
  /** Uniform in [0, 1): spreads the retries of several clients. */
  random?: () => number;
  sleep?: (ms: number) => Promise<void>;
}

const MAX_WAIT_MS = 30_000;

const answerSchema = z.object({
  data: z.array(z.object({ index: z.number().int().nonnegative(), embedding: z.array(z.number()).min(1) })),
});

/** Whether another try may help, and after how long at the least (`Retry-After`). */
class Failure extends Error {
  readonly again: boolean;
  readonly waitMs: number;

  constructor(message: string, again: boolean, waitMs = 0) {
    super(message);
    this.again = again;
    this.waitMs = waitMs;
  }
}

/** The address to post to. Throws `invalid_config` for what is no http(s) URL, or one with a password in it. */
export function embeddingsUrl(baseUrl: string): URL {
  const expected = 'expected a base URL such as https://api.openai.com/v1';
  if (!URL.canParse(baseUrl)) throw new PointsmanError('invalid_config', `encoder: ${expected}, got ${JSON.stringify(baseUrl)}`);
  const url = new URL(baseUrl);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new PointsmanError('invalid_config', `encoder: ${expected}, got one that begins with ${url.protocol}`);
  if (url.username || url.password) throw new PointsmanError('invalid_config', 'encoder: expected a base URL without user and password (the key belongs in POINTSMAN_ENCODER_API_KEY), got one with them');
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith('/embeddings') ? path : `${path || '/v1'}/embeddings`;
  return url;
}

/** Seconds or a date, as milliseconds from now; 0 when absent. */
function retryAfterMs(header: string | null): number {
  if (!header) return 0;
  const ms = /^\d+(\.\d+)?$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), MAX_WAIT_MS) : 0;
}

/** Why a `fetch` threw: its own message is only "fetch failed". */
function networkReason(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  return error instanceof Error && error.cause !== undefined ? messageOf(error.cause) || messageOf(error) : messageOf(error);
}

/** One POST. Throws {@link Failure}. */
async function post(url: URL, apiKey: string, body: string, timeoutMs: number): Promise<unknown> {
  const headers = { 'content-type': 'application/json', accept: 'application/json', ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}) };
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    text = await response.text();
    // An endpoint may echo what it was sent; nothing below may show the key.
    if (apiKey) text = text.replaceAll(apiKey, '[key]');
  } catch (error) {
    throw new Failure(networkReason(error, timeoutMs), true);
  }
  const { status } = response;
  // The body of a refusal may repeat parts of the key.
  if (status === 401 || status === 403) throw new Failure(`the API key was refused (HTTP ${status}): POINTSMAN_ENCODER_API_KEY is ${apiKey ? 'set, but wrong for this endpoint or model' : 'not set'}`, false);
  if (!response.ok) throw new Failure(`HTTP ${status}: ${text.slice(0, 300).trim() || 'an empty answer'}`, status === 429 || status >= 500, retryAfterMs(response.headers.get('retry-after')));
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure(`expected JSON, got ${JSON.stringify(text.slice(0, 60))}`, false);
  }
}

/**
 * Embeddings from any endpoint that speaks OpenAI's `POST /v1/embeddings`. The dimension is learned from
 * a first call, made here. Throws `encoder_unavailable`; no message ever holds the key.
 */
export async function openOpenAIEncoder(options: OpenAIEncoderOptions): Promise<Encoder> {
  const { model, batchSize = 64, maxCharacters = 8000, concurrency = 4, timeoutMs = 30_000, retries = 4, backoffMs = 250, random = Math.random } = options;
  const sleep = options.sleep ?? ((ms: number) => new Promise<void>((done) => setTimeout(done, ms)));
  const url = embeddingsUrl(options.baseUrl);
  const apiKey = (options.apiKey ?? '').trim();
  if (!/^[!-~]*$/.test(apiKey)) throw new PointsmanError('invalid_config', 'POINTSMAN_ENCODER_API_KEY: expected printable characters without spaces, got others');
  const where = `The encoder ${model} at ${url.origin}${url.pathname}`;
  const limit = createLimiter(concurrency);

  async function postAgain(body: string, tried = 0): Promise<unknown> {
    try {
      return await post(url, apiKey, body, timeoutMs);
    } catch (error) {
      if (!(error instanceof Failure) || !error.again || tried >= retries) throw new PointsmanError('encoder_unavailable', `${where}: ${messageOf(error)}${tried > 0 ? ` (tried ${tried + 1} times)` : ''}`);
      await sleep(Math.max(error.waitMs, Math.min(backoffMs * 2 ** tried * (1 + random()), MAX_WAIT_MS)));
      return postAgain(body, tried + 1);
    }
  }

  /** One batch, in order; the answer may come in any. */
  async function embed(texts: string[], dim?: number): Promise<Float32Array[]> {
    const input = texts.map((text) => text.slice(0, maxCharacters));
    const answer = await limit(() => postAgain(JSON.stringify({ model, input, encoding_format: 'float' })));
    const { data } = parse(answerSchema, answer, 'encoder_unavailable', where);
    const vectors: (Float32Array | undefined)[] = input.map(() => undefined);
    for (const { index, embedding } of data) if (index < input.length) vectors[index] = unitVector(embedding, where, dim);
    const whole = vectors.filter((vector) => vector !== undefined);
    if (whole.length !== input.length) throw new PointsmanError('encoder_unavailable', `${where}: expected ${input.length} embeddings, got ${whole.length}`);
    return whole;
  }

  const dim = (await embed(['ready']))[0]?.length ?? 0;
  return {
    id: `openai:${model}@${url.origin}${url.pathname.replace(/\/embeddings$/, '')}`,
    dim,
    encode: (texts) => encodeNonEmpty(texts, dim, async (some) => (await Promise.all(chunks(some, batchSize).map((batch) => embed(batch, dim)))).flat()),
  };
}
