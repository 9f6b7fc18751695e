import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type RequestHandler } from 'express';
import { PointsmanError } from '../../base/errors.js';
import type { Operation } from './operation.js';
import { checkDepth } from './shape.js';
import { MAX_YAML_BYTES, parseYaml } from './yaml.js';

export const JSON_TYPE = 'application/json';
const YAML_TYPES: readonly string[] = ['application/yaml', 'application/x-yaml', 'text/yaml'];
/** Media types of what may be JSON or YAML. */
export const JSON_OR_YAML: readonly string[] = [JSON_TYPE, ...YAML_TYPES];

const BYTE_ORDER_MARK = 0xfeff;
/** A character set that is not one of Unicode's, in a `Content-Type`. */
const OTHER_CHARSET = /;\s*charset\s*=\s*"?(?!utf-)/i;

/** Gets the value of a body and its text, undefined where none came, or the error of reading it. */
type Done = (error: unknown, value?: unknown, text?: string) => void;

/** Reads the body of a request, as its operation takes it. */
export type BodyReader = (req: IncomingMessage, res: ServerResponse, operation: Operation, done: Done) => void;

/** Media type of a request, without parameters, in lower case. */
function mediaType({ headers }: IncomingMessage): string {
  const type = headers['content-type'] ?? '';
  if (type === JSON_TYPE) return type;
  const end = type.indexOf(';');
  return (end < 0 ? type : type.slice(0, end)).trim().toLowerCase();
}

/** Whether a body is JSON as it stands, of a length that is told and allowed: most are. */
function isPlainJson({ headers }: IncomingMessage, limit: number): boolean {
  const length = Number(headers['content-length']);
  return (
    headers['content-type'] === JSON_TYPE && headers['content-encoding'] === undefined && length > 0 && length <= limit
  );
}

/** Gives what a text is parsed to, or what is thrown on the way. */
function settle(text: string, parse: (text: string) => unknown, done: Done): void {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    done(error);
    return;
  }
  done(undefined, value, text);
}

/** The value of a JSON text. Throws `invalid_request` for one nested too deep, and what `express.json` throws. */
function parseJson(text: string): unknown {
  const body = text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
  checkDepth(body);
  try {
    return JSON.parse(body);
  } catch (error) {
    throw Object.assign(error as Error, { status: 400, type: 'entity.parse.failed', body });
  }
}

/** Reads a body that {@link isPlainJson}; its errors are those of `express.text`. */
function readPlainJson(req: IncomingMessage, done: Done): void {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.once('error', (error) => done(Object.assign(error, { status: 400 })));
  req.once('end', () => {
    settle((chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString(), parseJson, done);
  });
}

function hasContent({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function wrongType(req: IncomingMessage, types: readonly string[]): PointsmanError {
  const received = req.headers['content-type'];
  const issue = {
    field: 'Content-Type',
    expected: types.join(' or '),
    received: received === undefined ? 'nothing' : JSON.stringify(received),
  };
  return new PointsmanError(
    'unsupported_media_type',
    `Content-Type: expected ${issue.expected}, got ${issue.received}`,
    { issues: [issue] },
  );
}

function noBody(): PointsmanError {
  return new PointsmanError('invalid_request', 'The body: expected one, got nothing', {
    issues: [{ field: '', expected: 'a body', received: 'nothing' }],
  });
}

/** Longest bodies, in bytes. */
export interface BodyLimits {
  /** Of operations, unless they take `large` ones. */
  maxBodyBytes: number;
  /** Of operations that do. */
  maxLargeBodyBytes: number;
}

/**
 * Reads bodies of at most `maxBodyBytes`, those in YAML of at most {@link MAX_YAML_BYTES}. Express's reader takes what
 * is compressed, in parts or in another character set; on a short plain body, it would spend a tenth of the request's
 * time. Errors: `invalid_json`, `invalid_yaml`, `payload_too_large`, `unsupported_media_type`, and `invalid_request`
 * where none came that must, or one that is nested too deep.
 */
export function createBodyReader({ maxBodyBytes: limit, maxLargeBodyBytes: large }: BodyLimits): BodyReader {
  const readerOf = (bytes: number): RequestHandler => express.text({ limit: bytes, type: () => true });
  const limitOf = ({ large: isLarge, maxBodyBytes = limit }: Operation): number =>
    isLarge ? large : Math.min(limit, maxBodyBytes);
  const readers = new Map<number, { read: RequestHandler; parse(text: string): unknown }>();
  const yaml = { read: readerOf(Math.min(limit, MAX_YAML_BYTES)), parse: parseYaml };

  function jsonUpTo(bytes: number): typeof yaml {
    let reader = readers.get(bytes);
    if (reader === undefined) readers.set(bytes, (reader = { read: readerOf(bytes), parse: parseJson }));
    return reader;
  }

  function readerFor(req: IncomingMessage, operation: Operation): typeof yaml {
    const type = mediaType(req);
    if (operation.yaml && YAML_TYPES.includes(type)) return yaml;
    if (type !== JSON_TYPE) throw wrongType(req, operation.yaml ? JSON_OR_YAML : [JSON_TYPE]);
    if (OTHER_CHARSET.test(req.headers['content-type']!)) throw wrongType(req, [`${JSON_TYPE} in UTF-8`]);
    return jsonUpTo(limitOf(operation));
  }

  function read(req: IncomingMessage, res: ServerResponse, operation: Operation, done: Done): void {
    const { read: readText, parse } = readerFor(req, operation);
    const holder = req as Parameters<RequestHandler>[0];
    readText(holder, res as Parameters<RequestHandler>[1], (error?: unknown) => {
      if (error !== undefined) return done(error);
      if (holder.body === '') return operation.body?.required ? done(noBody()) : done(undefined);
      settle(holder.body as string, parse, done);
    });
  }

  return (req, res, operation, done) => {
    if (isPlainJson(req, limitOf(operation))) return readPlainJson(req, done);
    try {
      if (hasContent(req)) read(req, res, operation, done);
      else if (operation.body?.required) throw noBody();
      else done(undefined);
    } catch (error) {
      done(error);
    }
  };
}
