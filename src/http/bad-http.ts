import { STATUS_CODES, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { PointsmanError } from '../base/errors.js';
import { describe } from '../schema/parse.js';
import type { EndConnection } from './connections.js';
import { problemForm } from './kit/problem.js';

/** What Node's parser found, or that a request took too long; undefined for a connection that broke. */
function faultOf({ code, message }: NodeJS.ErrnoException): PointsmanError | undefined {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new PointsmanError('request_timeout', 'The request: expected all of it in less time');
    case 'HPE_HEADER_OVERFLOW':
      return new PointsmanError('headers_too_large', 'The path, query and headers: expected at most 16 KiB, got more');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new PointsmanError('bad_http', 'The body: expected at most 16 KiB of chunk extensions, got more');
  }
  if (code?.startsWith('HPE_') !== true) return undefined;
  return new PointsmanError('bad_http', `The request: expected HTTP/1.1, got ${message.replace(/^Parse Error: /, '')}`);
}

/** What Node lets through, or would answer without saying why. */
function refusalOf({ headers, httpVersion }: IncomingMessage): PointsmanError | undefined {
  if (headers.host === undefined && httpVersion === '1.1')
    return new PointsmanError('bad_http', 'Host: expected the name of the service, got nothing');
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue')
    return new PointsmanError('expectation_failed', `Expect: expected 100-continue, got ${describe(headers.expect)}`);
  return undefined;
}

/** Headers and body of a problem document, after which the connection closes. */
function lastAnswer(error: PointsmanError): { headers: Record<string, string | number>; body: string } {
  const body = JSON.stringify(problemForm.bodyOf(error));
  return {
    headers: {
      'Content-Type': problemForm.contentType,
      'Content-Length': Buffer.byteLength(body),
      Connection: 'close',
    },
    body,
  };
}

/** A whole answer as it is written to a connection. */
function asText(error: PointsmanError): string {
  const { headers, body } = lastAnswer(error);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\n${lines.join('')}\r\n${body}`;
}

/** Handles requests, but answers those without a `Host`, and those that expect what is not done, with their error. */
export function refusing(handle: RequestListener): RequestListener {
  return (req, res) => {
    const error = refusalOf(req);
    if (error === undefined) return handle(req, res);
    const { headers, body } = lastAnswer(error);
    res.writeHead(error.status, headers).end(body);
  };
}

/**
 * Has a server answer what is not HTTP, too slow or too large with a problem document, where Node answers without a
 * body. Its listener of requests is one that is {@link refusing}, and its `requireHostHeader` is false.
 */
export function answerBadHttp(server: Server, end: EndConnection): void {
  server.on('clientError', (error, socket) => {
    const fault = faultOf(error);
    if (fault === undefined) socket.destroy();
    else end(socket, asText(fault));
  });
  server.on('checkExpectation', (req, res) => server.emit('request', req, res));
  server.on('connect', (_req, socket) =>
    end(socket, asText(new PointsmanError('method_not_allowed', 'CONNECT: expected a path, as this is no proxy'))),
  );
}
