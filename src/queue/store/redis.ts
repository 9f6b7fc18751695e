import { createRedisBackend, type RedisClient, type RedisQueueBackend } from 'bullmq';
import { Redis } from 'ioredis';
import { STORE_TIMEOUT_MS } from '../settings.js';
import { within } from '../within.js';
import type { Store } from './types.js';

/** A Redis (or Valkey) server, given as `redis://` or, over TLS, `rediss://`. */
export function redisStore(url: URL): Store {
  const backends: RedisQueueBackend[] = [];
  let closed = false;
  const retryStrategy = (times: number): number | null => (closed ? null : Math.min(200 * times, 2_000));
  const shared = { url: url.href, connectTimeout: STORE_TIMEOUT_MS, retryStrategy };
  // Requests fail at once while the server is away; a worker waits for it to come back.
  const failing = { ...shared, enableOfflineQueue: false, maxRetriesPerRequest: 0 };
  const patient = { ...shared, maxRetriesPerRequest: null };
  return {
    name: 'redis',
    place: `${url.hostname || '127.0.0.1'}:${url.port || 6379}`,
    backend(name, options, role) {
      const connection = role?.blocking || role?.withBlockingConnection ? patient : failing;
      const backend = createRedisBackend(name, { ...options, connection }, role);
      backends.push(backend);
      return backend;
    },
    async probe() {
      const client = new Redis(url.href, {
        lazyConnect: true,
        connectTimeout: STORE_TIMEOUT_MS,
        retryStrategy: () => null,
        maxRetriesPerRequest: 0,
      });
      let cause: unknown;
      client.on('error', (error) => (cause = error));
      try {
        await within(STORE_TIMEOUT_MS, client.connect());
        await within(STORE_TIMEOUT_MS, client.ping());
      } catch (error) {
        throw cause ?? error;
      } finally {
        client.disconnect();
      }
    },
    // BullMQ leaves clients that it closes while the server is away reconnecting for ever, and those that wait for a
    // server that does not answer waiting: both keep the process alive.
    async close() {
      closed = true;
      for (const backend of backends) {
        backend.close(true).catch(() => {});
        for (const client of [backend.client, backend.blockingClient]) client?.then(letGo, () => {});
      }
    },
  };
}

function letGo(client: RedisClient): void {
  client.on('error', () => {});
  client.disconnect();
}
