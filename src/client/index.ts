import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './openapi.js';

export type { components, paths } from './openapi.js';

/** The shapes that the API takes and answers, by name. */
export type Schemas = components['schemas'];

export interface PointsmanOptions {
  /** Where the service listens, such as `http://localhost:8080`. */
  baseUrl: string;
  /** The whole key, `pk_…`, where the service asks for one; a function is asked at each request. */
  key?: string | (() => string | undefined);
  /** What requests are made by; `fetch` unless given. */
  fetch?: (request: Request) => Promise<Response>;
}

export type Pointsman = Client<paths>;

/** A client of the whole API, typed by its own description: `client.GET('/v1/models/{id}', …)`. */
export function createPointsman({ baseUrl, key, fetch }: PointsmanOptions): Pointsman {
  const client = createClient<paths>({ baseUrl, ...(fetch !== undefined && { fetch }) });
  client.use({
    onRequest({ request }) {
      const shown = typeof key === 'function' ? key() : key;
      if (shown !== undefined) request.headers.set('authorization', `Bearer ${shown}`);
      return request;
    },
  });
  return client;
}
