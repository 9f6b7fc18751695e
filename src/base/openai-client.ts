import { PointsmanError, messageOf, type ErrorCode } from './errors.js';

export interface OpenAIClientOptions {
  /** What asks, in messages: `encoder`. */
  what: string;
  model: string;
  /** As for OpenAI's own clients, such as `https://api.openai.com/v1`; `/v1` is added where the URL has no path. */
  baseUrl: string;
  /** What is posted to, under the base URL. */
  path: 'embeddings' | 'chat/completions';
  /** Sent as a bearer token; empty for an endpoint that wants none. */
  apiKey?: string | undefined;
  /** The setting that holds the key, for messages. */
  keyName: string;
  /** Of the errors where the endpoint can't be used. */
  code: ErrorCode;
  /** For one request, its answer read in full. */
  timeoutMs?: number | undefined;
  /** Further tries after a 429, a 5xx or no answer. */
  retries?: number | undefined;
  /** Before the first retry; doubled for each further one, and spread by up to as much again. */
  backoffMs?: number | undefined;
  /** Uniform in [0, 1): spreads the retries of several clients. */
  random?: (() => number) | undefined;
  sleep?: ((ms: number) => Promise<void>) | undefined;
}

export interface OpenAIClient {
  readonly url: URL;
  /** Who answers, for messages. */
  readonly where: string;
  /** The answer to a JSON body. Throws {@link OpenAIClientOptions.code}; no message ever holds the key. */
  post(body: string): Promise<unknown>;
}

const MAX_WAIT_MS = 30_000;

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
export function endpointUrl({
  baseUrl,
  path,
  what,
  keyName,
}: Pick<OpenAIClientOptions, 'baseUrl' | 'path' | 'what' | 'keyName'>): URL {
  const expected = 'expected a base URL such as https://api.openai.com/v1';
  if (!URL.canParse(baseUrl))
    throw new PointsmanError('invalid_config', `${what}: ${expected}, got ${JSON.stringify(baseUrl)}`);
  const url = new URL(baseUrl);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new PointsmanError('invalid_config', `${what}: ${expected}, got one that begins with ${url.protocol}`);
  if (url.username || url.password)
    throw new PointsmanError(
      'invalid_config',
      `${what}: expected a base URL without user and password (the key belongs in ${keyName}), got one with them`,
    );
  const base = url.pathname.replace(/\/+$/, '');
  url.pathname = base.endsWith(`/${path}`) ? base : `${base || '/v1'}/${path}`;
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
  return error instanceof Error && error.cause !== undefined
    ? messageOf(error.cause) || messageOf(error)
    : messageOf(error);
}

/** One POST. Throws {@link Failure}. */
async function postOnce(url: URL, apiKey: string, keyName: string, body: string, timeoutMs: number): Promise<unknown> {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
  };
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    text = await response.text();
    // An endpoint may echo what it was sent; nothing below may show the key.
    if (apiKey) text = text.replaceAll(apiKey, '[key]');
  } catch (error) {
    throw new Failure(networkReason(error, timeoutMs), true);
  }
  const { status } = response;
  // The body of a refusal may repeat parts of the key.
  if (status === 401 || status === 403)
    throw new Failure(
      `the API key was refused (HTTP ${status}): ${keyName} is ` +
        `${apiKey ? 'set, but wrong for this endpoint or model' : 'not set'}`,
      false,
    );
  if (!response.ok)
    throw new Failure(
      `HTTP ${status}: ${text.slice(0, 300).trim() || 'an empty answer'}`,
      status === 429 || status >= 500,
      retryAfterMs(response.headers.get('retry-after')),
    );
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure(`expected JSON, got ${JSON.stringify(text.slice(0, 60))}`, false);
  }
}

/** A client of any endpoint that speaks OpenAI's protocol: one address, tried again where that may help. */
export function createOpenAIClient(options: OpenAIClientOptions): OpenAIClient {
  const {
    what,
    model,
    keyName,
    code,
    timeoutMs = 30_000,
    retries = 4,
    backoffMs = 250,
    random = Math.random,
  } = options;
  const sleep = options.sleep ?? ((ms: number) => new Promise<void>((done) => setTimeout(done, ms)));
  const url = endpointUrl(options);
  const apiKey = (options.apiKey ?? '').trim();
  if (!/^[!-~]*$/.test(apiKey))
    throw new PointsmanError('invalid_config', `${keyName}: expected printable characters without spaces, got others`);
  const where = `The ${what} ${model} at ${url.origin}${url.pathname}`;

  async function post(body: string, tried = 0): Promise<unknown> {
    try {
      return await postOnce(url, apiKey, keyName, body, timeoutMs);
    } catch (error) {
      if (!(error instanceof Failure) || !error.again || tried >= retries)
        throw new PointsmanError(
          code,
          `${where}: ${messageOf(error)}${tried > 0 ? ` (tried ${tried + 1} times)` : ''}`,
        );
      await sleep(Math.max(error.waitMs, Math.min(backoffMs * 2 ** tried * (1 + random()), MAX_WAIT_MS)));
      return post(body, tried + 1);
    }
  }
  return { url, where, post: (body) => post(body) };
}
