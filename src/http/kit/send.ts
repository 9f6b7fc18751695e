import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { Request, Response } from 'express';
import { stringify } from 'yaml';
import { PointsmanError } from '../../base/errors.js';
import { describe } from '../../schema/parse.js';
import { Reply, type Answer, type FileParts, type StreamParts } from './answer.js';
import { JSON_OR_YAML, JSON_TYPE } from './body.js';
import { inExpress } from './express.js';
import type { Operation } from './operation.js';

/** A request whose operation has an answer, and what becomes of an answer that fails on its way. */
export interface Exchange {
  req: IncomingMessage;
  res: ServerResponse;
  operation: Operation;
  /** Media type of values; undefined for JSON that nobody had to ask for. */
  valueType: string | undefined;
  fail(error: unknown): void;
}

/** JSON or YAML, whichever the client would rather have. Throws `not_acceptable`. */
export function preferredType(req: IncomingMessage, res: ServerResponse): string {
  const type = inExpress(req, res).request.accepts([...JSON_OR_YAML]);
  if (type === false)
    throw new PointsmanError(
      'not_acceptable',
      `Accept: expected one of ${JSON_OR_YAML.join(', ')}, got ${describe(req.headers.accept)}`,
    );
  return type;
}

function firstStatus({ answers }: Operation): number {
  for (const status in answers) return Number(status);
  return 200;
}

function sendText(res: ServerResponse, status: number, type: string, text: string): void {
  res.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) });
  res.end(text);
}

function sendValue({ res, valueType }: Exchange, status: number, value: unknown): void {
  if (valueType !== undefined) res.setHeader('Vary', 'Accept');
  const asJson = valueType === undefined || valueType === JSON_TYPE;
  sendText(
    res,
    status,
    `${asJson ? JSON_TYPE : valueType}; charset=utf-8`,
    asJson ? JSON.stringify(value) : stringify(value),
  );
}

/** The part of a file that is asked for; undefined for all of it. Throws `invalid_request` for one beyond its end. */
function rangeOf(request: Request, response: Response, bytes: number): { start: number; end: number } | undefined {
  const held = request.headers['if-range'];
  const ranges =
    held === undefined || held === response.get('ETag') ? request.range(bytes, { combine: true }) : undefined;
  if (ranges === -1) {
    response.setHeader('Content-Range', `bytes */${bytes}`);
    throw new PointsmanError(
      'invalid_request',
      `Range: expected a part of ${bytes} bytes, got ${describe(request.headers.range)}`,
    );
  }
  if (!Array.isArray(ranges) || ranges.type !== 'bytes' || ranges.length !== 1) return undefined;
  return { start: ranges[0]!.start, end: ranges[0]!.end + 1 };
}

function sendFile({ req, res, fail }: Exchange, { bytes, stream }: FileParts): void {
  const { request, response } = inExpress(req, res);
  response.setHeader('Accept-Ranges', 'bytes');
  if (request.fresh) return void response.writeHead(304).end();
  const range = rangeOf(request, response, bytes);
  if (range !== undefined) {
    response.statusCode = 206;
    response.setHeader('Content-Range', `bytes ${range.start}-${range.end - 1}/${bytes}`);
  }
  response.setHeader('Content-Length', range === undefined ? bytes : range.end - range.start);
  if (req.method === 'HEAD' || res.destroyed) return void res.end();
  pipeline(stream(range), res, (error) => {
    // One that the client broke off is nobody's fault.
    if (error !== null && error !== undefined && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') fail(error);
  });
}

function sendStream({ req, res }: Exchange, status: number, { open, discard }: StreamParts): void {
  const nobodyReads = req.method === 'HEAD' || res.destroyed;
  res.writeHead(status);
  if (!nobodyReads) return open(res);
  discard();
  res.end();
}

function sendReply(exchange: Exchange, { content, headers, status: own }: Reply): void {
  const { res, operation } = exchange;
  const status = own ?? firstStatus(operation);
  for (const name in headers) if (headers[name] !== undefined) res.setHeader(name, headers[name]);
  switch (content.kind) {
    case 'value':
      return sendValue(exchange, status, content.value);
    case 'bytes':
      res.writeHead(status);
      res.end(content.bytes);
      return;
    case 'file':
      return sendFile(exchange, content.file);
    case 'stream':
      return sendStream(exchange, status, content.stream);
  }
}

/** Sends what an operation answered. */
export function send(exchange: Exchange, answer: Answer): void {
  const { res, operation } = exchange;
  if (typeof answer === 'string')
    return sendText(res, firstStatus(operation), 'application/json; charset=utf-8', answer);
  if (answer instanceof Reply) return sendReply(exchange, answer);
  if (answer !== undefined) return sendValue(exchange, firstStatus(operation), answer);
  res.writeHead(firstStatus(operation)).end();
}
