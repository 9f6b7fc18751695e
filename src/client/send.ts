import { retryAfterOf, timedOut, unanswered } from './problem.js';

/** `fetch`, as far as it is used here; what ends the request is the signal of `init`. */
export type Fetch = (request: Request, init: { signal: AbortSignal }) => Promise<Response>;

export interface PointsmanOptions {
  /** Where the service listens, such as `http://localhost:8080`; in a page that it serves, `''`. */
  baseUrl: string;
  /** The whole key, `pk_…`, where the service asks for one; a function is asked at each request. */
  key?: string | (() => string | undefined);
  /** What requests are made by; `fetch` unless given. */
  fetch?: Fetch;
  /** Longest until an answer is there, or a stream begins, in milliseconds. A minute unless given; 0 for ever. */
  timeoutMs?: number;
  /** How often a request that does no harm twice is sent again after 429 or 503 with `Retry-After`; 2 unless given. */
  retries?: number;
}

/** How one call is made. */
export interface CallOptions {
  /** Ends it. */
  signal?: AbortSignal | undefined;
  /** Longest until its answer is there, in milliseconds, in place of the client's own. */
  timeoutMs?: number | undefined;
}

/** Sends a request. Rejects with a `PointsmanProblem` where no answer comes. */
export type Send = (request: Request, call?: CallOptions) => Promise<Response>;

const TIMEOUT_MS = 60_000;
const RETRIES = 2;
/** Longest wait before a request is sent again, in seconds: who is told to wait longer hears of it at once. */
const MAX_WAIT_S = 30;
/** Methods that do no harm twice. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);

const mayRepeat = ({ method, headers }: Request): boolean => IDEMPOTENT.has(method) || headers.has('idempotency-key');

/** Waits; rejects with the reason of the signal, at once where it is aborted. */
export function pause(ms: number, signal?: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** An answer of JSON with its body read: whatever may end a request ends that as well. */
async function whole(response: Response): Promise<Response> {
  const { status, statusText, headers, body } = response;
  if (body === null || !/^application\/(?:problem\+)?json/.test(headers.get('content-type') ?? '')) return response;
  return new Response(await response.text(), { status, statusText, headers });
}

/** Sends a request once; ends it where its answer doesn't come in time, or one of the signals says so. */
async function once(request: Request, fetch: Fetch, signals: readonly AbortSignal[], ms: number): Promise<Response> {
  const control = new AbortController();
  const abort = ({ target }: { target: unknown }): void => control.abort((target as AbortSignal).reason);
  for (const signal of signals) {
    if (signal.aborted) control.abort(signal.reason);
    signal.addEventListener('abort', abort);
  }
  const late = (): void => control.abort(timedOut(request.url, ms));
  const timer = ms === 0 ? undefined : setTimeout(late, ms);
  try {
    return await whole(await fetch(request, { signal: control.signal }));
  } finally {
    clearTimeout(timer);
    for (const signal of signals) signal.removeEventListener('abort', abort);
  }
}

/** How long to wait before the request is sent again, in seconds; undefined where the answer stands. */
function waitAfter({ status, headers }: Response): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const wait = retryAfterOf(headers);
  return wait === undefined || wait > MAX_WAIT_S ? undefined : wait;
}

/** What sends requests: with the key, in time, and again where that helps and does no harm. */
export function createSender({
  key,
  fetch = (request, init) => globalThis.fetch(request, init),
  timeoutMs: usual = TIMEOUT_MS,
  retries = RETRIES,
}: Omit<PointsmanOptions, 'baseUrl'>): Send {
  return async (request, { signal, timeoutMs = usual } = {}) => {
    const shown = typeof key === 'function' ? key() : key;
    if (shown !== undefined) request.headers.set('authorization', `Bearer ${shown}`);
    // Node forgets the signal that a request was made with: one that is given beside it is heard for sure.
    const signals = signal === undefined ? [request.signal] : [request.signal, signal];
    try {
      for (let left = mayRepeat(request) ? retries : 0; ; left--) {
        // A body can be sent once: what may be sent again is sent as a copy.
        const response = await once(left > 0 ? request.clone() : request, fetch, signals, timeoutMs);
        const wait = left > 0 ? waitAfter(response) : undefined;
        if (wait === undefined) return response;
        await response.body?.cancel();
        await pause(wait * 1000, signal);
      }
    } catch (error) {
      throw unanswered(error, request.url);
    }
  };
}
