import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { PointsmanError } from '../../base/errors.js';
import { describe } from '../../schema/parse.js';
import type { Operation } from '../kit/operation.js';

export interface OriginOptions {
  /** Names by which it is reached. None: any where keys are asked for, else addresses and `localhost`. */
  hosts: readonly string[];
  /** Origins of other sites whose pages may call the API; `*` for all. */
  corsOrigins: readonly string[];
  /** Whether nobody is asked for a key now. */
  isOpen(): boolean;
}

/**
 * Looks where a request comes from, and sets the headers that every answer has. Throws `host_not_allowed` and
 * `cross_site`.
 */
export type OriginGuard = (req: IncomingMessage, res: ServerResponse, operation: Operation | undefined) => void;

const CORS_HEADERS = 'Authorization, Content-Type, Idempotency-Key, X-Api-Key';
const CORS_EXPOSED = 'Location, Retry-After';
const PREFLIGHT_S = '600';
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The name in a `Host` header: without port and brackets, in lower case. */
function nameOf(host: string): string {
  const name = host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.replace(/:\d*$/, '');
  return name.toLowerCase();
}

const isLoopbackName = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost');

/** Whether a browser says that a page of another site asks. */
function isCrossSite({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const { origin, host } = headers;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host?.toLowerCase();
}

/** Whether a request may change something: a decision is logged, and takes capacity. */
const mayChange = ({ method = '' }: IncomingMessage, operation: Operation | undefined): boolean =>
  !READING.has(method) || operation?.scope === 'route';

export function createOriginGuard({ hosts, corsOrigins, isOpen }: OriginOptions): OriginGuard {
  const names = new Set(hosts.map((host) => host.toLowerCase()));
  const origins = new Set(corsOrigins);

  function answersTo(name: string): boolean {
    if (names.has(name) || names.has('*')) return true;
    if (names.size > 0) return isLoopbackName(name) || isIP(name) !== 0;
    // A name that resolves here may be another site's: a page of it would be the same site to a browser.
    return !isOpen() || isLoopbackName(name) || isIP(name) !== 0;
  }

  const isAllowed = (origin: string | undefined): origin is string =>
    origin !== undefined && (origins.has(origin) || origins.has('*'));

  return (req, res, operation) => {
    res.setHeader('X-Content-Type-Options', 'nosniff');
    res.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
    res.setHeader('Referrer-Policy', 'no-referrer');
    const { host, origin } = req.headers;
    if (host !== undefined && !answersTo(nameOf(host)))
      throw new PointsmanError(
        'host_not_allowed',
        `Host: expected an address, localhost or one of --allowed-hosts, got ${describe(host)}`,
      );
    if (origins.size > 0) res.setHeader('Vary', 'Origin');
    if (isAllowed(origin)) {
      res.setHeader('Access-Control-Allow-Origin', origin);
      res.setHeader('Access-Control-Expose-Headers', CORS_EXPOSED);
      if (req.method === 'OPTIONS') {
        res.setHeader('Access-Control-Allow-Methods', 'GET, POST, PUT, DELETE');
        res.setHeader('Access-Control-Allow-Headers', CORS_HEADERS);
        res.setHeader('Access-Control-Max-Age', PREFLIGHT_S);
      }
      return;
    }
    if (mayChange(req, operation) && isCrossSite(req))
      throw new PointsmanError(
        'cross_site',
        `Origin: expected the service's own or one of --cors-origins, got ${describe(origin)}`,
      );
  };
}
