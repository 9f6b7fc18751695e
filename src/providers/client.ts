import { EventEmitter } from 'node:events';
import { Pool, type Dispatcher } from 'undici';
import { messageOf } from '../base/errors.js';
import type { Api } from '../protocol/types.js';
import type { Provider } from '../schema/provider.js';
import { urlOf, urlUnder } from './address.js';
import { kindOf, reasonOf } from './failure.js';
import { headersOf } from './headers.js';
import type { Secrets } from './secrets.js';
import { ProviderFailure, type ProviderAnswer, type ProviderRequest, type Target } from './types.js';

/** What counts where a provider says nothing else; milliseconds. */
const FIRST_BYTE_MS = 60_000;
const IDLE_MS = 120_000;
const CONNECTIONS = 1_000;
/** Longest that making a connection may take, in milliseconds. */
const CONNECT_MS = 10_000;
/** Largest head of an answer, in bytes. */
const MAX_HEAD_BYTES = 16_384;
/** How long calls in flight are waited for when all is closed, in milliseconds. */
const CLOSE_MS = 2_000;

/** Calls of providers over connections that are kept: HTTP/1.1, no redirects followed, nothing decompressed. */
export interface ProviderClient {
  /** As `Calling.send`. */
  send(target: Target, request: ProviderRequest): Promise<ProviderAnswer>;
  /** Gets what is at a path under the base URL, such as `models`. Rejects as {@link send} does. */
  get(provider: Provider, path: string, signal: AbortSignal): Promise<ProviderAnswer>;
  /** Closes the connections of all other providers; their calls in flight go on to their end. */
  retain(providers: Iterable<Provider>): void;
  /** Closes all connections: calls in flight have two seconds to end. */
  close(): Promise<void>;
}

interface Exchange {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body: string | null;
  signal: AbortSignal;
}

const ignore = (): void => undefined;

/** What stops a call: as an `AbortSignal` to Undici, at a tenth of what one takes to be made. */
class Stop extends EventEmitter {
  aborted = false;
  reason: unknown;

  abort(reason?: unknown): void {
    this.aborted = true;
    this.reason = reason;
    this.emit('abort');
  }
}

function openPool({ base_url: base, connections = CONNECTIONS, idle_ms: idle = IDLE_MS }: Provider): Pool {
  return new Pool(new URL(base).origin, {
    connections,
    pipelining: 1,
    allowH2: false,
    bodyTimeout: Math.ceil(idle),
    // Ours counts from the call on, with the wait for a connection.
    headersTimeout: 0,
    maxHeaderSize: MAX_HEAD_BYTES,
    connect: { timeout: CONNECT_MS },
  });
}

const pathIn = ({ pathname, search }: URL): string => pathname + search;

function plainHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}

export function createProviderClient(secrets: Secrets): ProviderClient {
  const pools = new Map<Provider, Pool>();
  /** Paths of calls with their query, which are the same each time. */
  const paths = new WeakMap<Provider, Map<Api, string>>();
  /** Closed, with calls in flight. */
  const leaving = new Set<Pool>();
  let isClosed = false;

  const failure = ({ name, base_url: base }: Provider, kind: ProviderFailure['kind'], why: string): ProviderFailure =>
    new ProviderFailure(kind, secrets.redact(`The provider ${name} at ${new URL(base).host}: ${why}`));

  function poolOf(provider: Provider): Pool {
    if (isClosed) throw failure(provider, 'connect', 'the service is shutting down');
    let pool = pools.get(provider);
    if (pool === undefined) pools.set(provider, (pool = openPool(provider)));
    return pool;
  }

  function keyOf(provider: Provider): string | null {
    try {
      return secrets.keyOf(provider);
    } catch (error) {
      throw new ProviderFailure('config', messageOf(error));
    }
  }

  function pathTo(provider: Provider, api: Api): string {
    let known = paths.get(provider);
    if (known === undefined) paths.set(provider, (known = new Map()));
    let path = known.get(api);
    if (path === undefined) known.set(api, (path = pathIn(urlOf(provider, api))));
    return path;
  }

  function exchange(provider: Provider, { signal, ...request }: Exchange): Promise<ProviderAnswer> {
    const { first_byte_ms: longest = FIRST_BYTE_MS } = provider;
    const pool = poolOf(provider);
    return new Promise((resolve, reject) => {
      const stop = new Stop();
      let waits = true;
      function fail(kind: ProviderFailure['kind'], why: string): void {
        if (!waits) return;
        waits = false;
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        reject(failure(provider, kind, why));
        stop.abort();
      }
      // What waits for a connection would not hear of it before it has one.
      const abort = (): void => (waits ? fail('aborted', 'the call was given up') : stop.abort(signal.reason));
      const timer = setTimeout(() => fail('first_byte', `no head of an answer within ${longest} ms`), longest);
      signal.addEventListener('abort', abort);
      if (signal.aborted) return abort();
      pool.request({ ...request, signal: stop }, (error, answer) => {
        if (error !== null) return fail(kindOf(error), reasonOf(error));
        // Whoever destroys a body need not listen to what that makes of it.
        const body = answer.body.on('error', ignore);
        if (!waits) return void body.destroy();
        waits = false;
        clearTimeout(timer);
        body.once('close', () => signal.removeEventListener('abort', abort));
        resolve({ status: answer.statusCode, headers: plainHeaders(answer.headers), body });
      });
    });
  }

  return {
    async send({ provider, api }, { body, headers, signal }) {
      const all = headersOf(provider, api, keyOf(provider), headers);
      return exchange(provider, { method: 'POST', path: pathTo(provider, api), headers: all, body, signal });
    },
    async get(provider, path, signal) {
      const form = provider.protocol === 'anthropic' ? 'messages' : 'chat';
      const headers = headersOf(provider, form, keyOf(provider), { accept: 'application/json' });
      return exchange(provider, { method: 'GET', path: pathIn(urlUnder(provider, path)), headers, body: null, signal });
    },
    retain(providers) {
      const kept = new Set(providers);
      for (const [provider, pool] of pools) {
        if (kept.has(provider)) continue;
        pools.delete(provider);
        leaving.add(pool);
        void pool
          .close()
          .catch(ignore)
          .finally(() => leaving.delete(pool));
      }
    },
    async close() {
      isClosed = true;
      for (const pool of pools.values()) leaving.add(pool);
      pools.clear();
      const all = [...leaving];
      const end = setTimeout(() => all.forEach((pool) => void pool.destroy().catch(ignore)), CLOSE_MS);
      await Promise.all(all.map((pool) => pool.close().catch(ignore)));
      clearTimeout(end);
    },
  };
}
