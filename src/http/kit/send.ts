import type { IncomingMessage, ServerResponse } from 'node:http';
import { stringify } from 'yaml';
import { PointsmanError } from '../../base/errors.js';
import { describe } from '../../schema/parse.js';
import { Reply, type Answer, type FileParts, type StreamParts } from './answer.js';
import { JSON_OR_YAML, JSON_TYPE } from './body.js';
import { inExpress } from './express.js';
import { sendFile } from './file.js';
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

/** Codes of a connection that closed in the middle of an answer. */
const BROKEN_OFF: ReadonlySet<string> = new Set([
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
]);

function firstStatus({ answers }: Operation): number {
  for (const status in answers) return Number(status);
  return 200;
}

function sendText(res: ServerResponse, status: number, type: string, text: string): void {
  res.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) });
  res.end(text);
}

function sendValue({ res, valueType }: Exchange, status: number, value: unknown): void {
  if (valueType !== undefined) res.appendHeader('Vary', 'Accept');
  const asJson = valueType === undefined || valueType === JSON_TYPE;
  sendText(
    res,
    status,
    `${asJson ? JSON_TYPE : valueType}; charset=utf-8`,
    asJson ? JSON.stringify(value) : stringify(value),
  );
}

function sendAndClose({ req, res, fail }: Exchange, file: FileParts): void {
  sendFile({ req, res }, file)
    .finally(() => file.close())
    .catch((error: NodeJS.ErrnoException) => {
      // One that the client broke off is nobody's fault.
      if (!BROKEN_OFF.has(error.code ?? '')) fail(error);
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
      return sendAndClose(exchange, content.file);
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
