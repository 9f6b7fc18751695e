import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PointsmanError, messageOf } from '../base/errors.js';
import type { App } from './app.js';
import { answerBadHttp, refusing } from './bad-http.js';
import { boundConnections } from './connections.js';

export interface ServerOptions {
  host: string;
  /** 0 picks a free one. */
  port: number;
  /** Longest a stop waits for requests in flight, in milliseconds; 10 seconds unless told. */
  graceMs?: number;
  /** Time to send all headers of a request, in milliseconds; 15 seconds unless told. */
  headersMs?: number;
  /** Time to send all of a request, in milliseconds; a minute unless told. */
  requestMs?: number;
}

export interface RunningServer {
  url: string;
  /**
   * Stops: no new connections, event streams end, requests in flight are answered within the grace period,
   * feedback that was taken is durable and decisions are written. Safe to call again.
   */
  close(): Promise<void>;
}

/** Longer than the minute that load balancers keep a connection, so that they never reuse one being closed here. */
const KEEP_ALIVE_MS = 65_000;
/** Time to send all headers of a request, and all of the request: against clients that dawdle. */
const HEADERS_MS = 15_000;
const REQUEST_MS = 60_000;
/** Pause between looks for requests that took too long. */
const CHECK_MS = 5_000;
const DEFAULT_GRACE_MS = 10_000;
/** Pause between looks for connections that became idle during a stop. */
const IDLE_CHECK_MS = 20;

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new PointsmanError(
          'invalid_config',
          `host and port: expected an address to listen on, got ${host}:${port}: ${messageOf(error)}`,
          { cause: error },
        ),
      ),
    );
    server.listen(port, host, resolve);
  });
}

async function stop(server: Server, app: App, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  app.endStreams();
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  const hard = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(hard);
  await app.drain();
}

/** Serves the app over HTTP. Throws `invalid_config` where the address can't be listened on. */
export async function startServer(
  app: App,
  { host, port, graceMs = DEFAULT_GRACE_MS, headersMs = HEADERS_MS, requestMs = REQUEST_MS }: ServerOptions,
): Promise<RunningServer> {
  let stopped: Promise<void> | undefined;
  const server = createServer({
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.min(headersMs, CHECK_MS),
    // It is asked for here, with an answer that says so.
    requireHostHeader: false,
  });
  const end = boundConnections(
    server,
    refusing((req, res) => {
      // Node loses its place on a connection where a body came with `Upgrade`.
      if (stopped !== undefined || req.headers.upgrade !== undefined) res.setHeader('Connection', 'close');
      app.handle(req, res);
    }),
  );
  answerBadHttp(server, end);
  await listen(server, host, port);
  const { port: bound } = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  return { url: `http://${name}:${bound}`, close: () => (stopped ??= stop(server, app, graceMs)) };
}
