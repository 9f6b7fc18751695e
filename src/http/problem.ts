import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { ERROR_CODES, PointsmanError, type ErrorCode } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { findJsonFault } from './json-position.js';

/** An RFC 9457 problem document, as every error is answered. */
export const Problem = z
  .strictObject({
    type: z.string().describe('URN of the kind of problem'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What was wrong this time'),
    code: z
      .enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]])
      .describe('Stable; what a program should look at'),
    issues: z.array(z.strictObject({ field: z.string(), expected: z.string(), received: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem document' });
export type Problem = z.infer<typeof Problem>;

export const PROBLEM_TYPE = 'application/problem+json';

/** What body-parser and Express's router throw. */
interface HttpError extends Error {
  status?: number;
  type?: string;
  body?: unknown;
  limit?: number;
  length?: number;
}

function invalidJson(error: HttpError): PointsmanError {
  const text = typeof error.body === 'string' ? error.body : '';
  const fault = findJsonFault(text);
  if (fault === undefined)
    return new PointsmanError('invalid_json', `The body is not valid JSON: ${error.message}`, { cause: error });
  const char = text.codePointAt(fault.position);
  const found = char === undefined ? 'the end of the body' : JSON.stringify(String.fromCodePoint(char));
  return new PointsmanError(
    'invalid_json',
    `The body is not valid JSON: unexpected ${found} at position ${fault.position} (line ${fault.line}, column ` +
      `${fault.column})`,
    {
      cause: error,
      issues: [{ field: '', expected: 'valid JSON', received: `${found} at position ${fault.position}` }],
    },
  );
}

/** Anything thrown on the way of a request, as the error its client is told of. */
export function toPointsmanError(error: unknown, req: Request): PointsmanError {
  if (error instanceof PointsmanError) return error;
  const http = error as HttpError;
  switch (http?.type) {
    case 'entity.parse.failed':
      return invalidJson(http);
    case 'entity.too.large':
      return new PointsmanError(
        'payload_too_large',
        `The body: expected at most ${http.limit} bytes, got ${http.length ?? 'more'}`,
        { cause: error },
      );
    case 'charset.unsupported':
    case 'encoding.unsupported':
      return new PointsmanError('unsupported_media_type', `The body: ${http.message}`, { cause: error });
  }
  if (typeof http?.status === 'number' && http.status >= 400 && http.status < 500)
    return new PointsmanError('invalid_request', `${req.method} ${req.path}: ${http.message}`, { cause: error });
  return new PointsmanError('internal', 'Something went wrong inside', { cause: error });
}

/** The problem document of an error. */
export function problemOf(error: PointsmanError): Problem {
  const { title, status } = ERROR_CODES[error.code];
  return {
    type: `urn:pointsman:problem:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    ...(error.issues.length > 0 ? { issues: [...error.issues] } : {}),
  };
}

/** Answers errors as problem documents; those of the service's own making are logged, without the request's body. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (thrown, req, res, _next) => {
    const error = toPointsmanError(thrown, req);
    const problem = problemOf(error);
    if (error.code === 'internal') {
      const incident = uuidv7();
      problem.detail = `Something went wrong inside; the service's log tells more of incident ${incident}`;
      log.error({ incident, method: req.method, path: req.path, err: error.cause ?? error }, 'request failed');
    } else if (error.status >= 500) {
      log.warn({ code: error.code, method: req.method, path: req.path, error: error.message }, 'request failed');
    }
    if (res.headersSent) {
      res.destroy();
      return;
    }
    if (error.status === 503) res.setHeader('Retry-After', '5');
    const body = JSON.stringify(problem);
    res.writeHead(error.status, { 'Content-Type': PROBLEM_TYPE, 'Content-Length': Buffer.byteLength(body) });
    res.end(body);
  };
}

/** Answers what no resource answered. */
export const routeNotFound: RequestHandler = (req) => {
  throw new PointsmanError('route_not_found', `There is no ${req.path}; /openapi.json lists every path`);
};
