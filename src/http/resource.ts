import type { Express, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import { PointsmanError, type ErrorCode } from '../base/errors.js';

export type Method = 'get' | 'put' | 'post' | 'delete';

/** One answer of an operation, as documented. */
export interface Answer {
  description: string;
  schema?: z.ZodType;
  /** Media types; `application/json` unless told. */
  types?: readonly string[];
}

/** One method of one path: what it does, what it takes and answers, and its handlers. */
export interface Operation {
  summary: string;
  description?: string;
  /** Query parameters; a strict object. */
  query?: z.ZodObject;
  headers?: Record<string, { description: string; schema: z.ZodType }>;
  body?: { schema: z.ZodType; required: boolean; types?: readonly string[] };
  /** By status. */
  answers: Record<number, Answer>;
  /** Codes of the errors it may answer, beyond those that any operation may. */
  errors: readonly ErrorCode[];
  handlers: readonly RequestHandler[];
  /**
   * Answered before Express, for what has to be quick; see `direct.ts`. Its handlers may use what Node's request and
   * response have, `req.path`, `req.body` and `res.locals`, and nothing else of Express.
   */
  direct?: true;
}

/** A path and its methods. */
export interface Resource {
  /** As OpenAPI writes it: `/v1/models/{id}`. */
  path: string;
  /** Other paths that answer the same. */
  aliases?: readonly string[];
  tag: string;
  /** Path parameters by name; `raw` ones may hold slashes. */
  parameters?: Record<string, { schema: z.ZodType; description: string; raw?: boolean }>;
  operations: Partial<Record<Method, Operation>>;
}

/** The methods a path takes, as in an `Allow` header. */
function allowOf(resource: Resource): string {
  const methods = Object.keys(resource.operations).map((method) => method.toUpperCase());
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
}

/** `/v1/models/{id}` as Express writes it: `/v1/models/:id`, or `*id` for one that may hold slashes. */
function expressPath(path: string, resource: Resource): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => (resource.parameters?.[name]?.raw ? `*${name}` : `:${name}`));
}

/** Adds a resource to the app: its methods, `OPTIONS`, and 405 with `Allow` for the others. */
export function mount(app: Express, resource: Resource): void {
  const allow = allowOf(resource);
  for (const path of [resource.path, ...(resource.aliases ?? [])]) {
    const pattern = expressPath(path, resource);
    const label: RequestHandler = (_req, res, next) => {
      res.locals['route'] = path;
      next();
    };
    for (const [method, operation] of Object.entries(resource.operations))
      app[method as Method](pattern, label, ...operation.handlers);
    app.all(pattern, label, (req, res) => {
      res.setHeader('Allow', allow);
      if (req.method !== 'OPTIONS')
        throw new PointsmanError('method_not_allowed', `${req.method} ${path}: expected one of ${allow}`);
      res.writeHead(204).end();
    });
  }
}

/** Sends JSON text without Express's ETag and content type work, which the hot paths can't afford. */
export function sendJson(res: Response, status: number, json: string): void {
  res.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(json),
  });
  res.end(json);
}
