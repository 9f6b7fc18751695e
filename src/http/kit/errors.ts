import type { IncomingMessage, ServerResponse } from 'node:http';
import { PointsmanError } from '../../base/errors.js';
import type { Logger } from '../../base/log.js';
import type { ErrorForm } from './error-form.js';
import { logFailure, type Failure } from './error-log.js';
import { findJsonFault } from './json-position.js';
import { pathOf } from './target.js';

/** What Express's body parsers and its sending of files throw. */
interface HttpError extends Error {
  status?: number;
  type?: string;
  body?: unknown;
  limit?: number;
  length?: number;
}

/** Seconds after which a client may try again what could not be done now. */
const RETRY_AFTER = '5';

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
function toPointsmanError(error: unknown, req: IncomingMessage): PointsmanError {
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
    return new PointsmanError('invalid_request', `${req.method} ${pathOf(req)}: ${http.message}`, { cause: error });
  return new PointsmanError('internal', 'Something went wrong inside', { cause: error });
}

/** Logs an error of the service's own making; answers what its client is told. */
function logged(failure: Failure, log: Logger): PointsmanError {
  const { error } = failure;
  if (error.status < 500) return error;
  const incident = logFailure(failure, log);
  if (error.code !== 'internal') return error;
  return new PointsmanError(
    'internal',
    `Something went wrong inside; the service's log tells more of incident ${incident}`,
  );
}

/** Where an error goes. */
export interface ErrorAnswer {
  req: IncomingMessage;
  res: ServerResponse;
  form: ErrorForm;
  log: Logger;
  /** Path of the operation as it is declared. */
  route?: string | undefined;
}

/** Answers with an error, in its resource's form; ends an answer that has begun. */
export function sendError(thrown: unknown, { req, res, form, log, route }: ErrorAnswer): void {
  const error = logged({ error: toPointsmanError(thrown, req), req, route }, log);
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const retryAfter = error.retryAfterS ?? (error.status === 503 ? RETRY_AFTER : undefined);
  if (retryAfter !== undefined) res.setHeader('Retry-After', retryAfter);
  if (error.status === 401) res.setHeader('WWW-Authenticate', 'Bearer');
  const body = JSON.stringify(form.bodyOf(error));
  res.writeHead(error.status, { 'Content-Type': form.contentType, 'Content-Length': Buffer.byteLength(body) });
  res.end(body);
}
