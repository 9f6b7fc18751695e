import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type RequestHandler } from 'express';
import { parseDocument } from 'yaml';
import { messageOf, PointsmanError } from '../../base/errors.js';
import type { Operation } from './operation.js';

export const JSON_TYPE = 'application/json';
const YAML_TYPES: readonly string[] = ['application/yaml', 'application/x-yaml', 'text/yaml'];
/** Media types of what may be JSON or YAML. */
export const JSON_OR_YAML: readonly string[] = [JSON_TYPE, ...YAML_TYPES];

const BYTE_ORDER_MARK = 0xfeff;

/** Gets the value of a body, undefined where none came, or the error of reading it. */
type Done = (error: unknown, value?: unknown) => void;

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

/** Reads a body that {@link isPlainJson}; its errors are those of `express.json`. */
function readPlainJson(req: IncomingMessage, done: Done): void {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.once('error', (error) => done(Object.assign(error, { status: 400 })));
  req.once('end', () => {
    const text = (chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString();
    const body = text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
    let value: unknown;
    try {
      value = JSON.parse(body);
    } catch (error) {
      done(Object.assign(error as Error, { status: 400, type: 'entity.parse.failed', body }));
      return;
    }
    done(undefined, value);
  });
}

/** The value of a YAML text. Throws `invalid_yaml` with line and column. */
function yamlOf(text: string): unknown {
  try {
    const document = parseDocument(text, { prettyErrors: true, logLevel: 'error' });
    const fault = document.errors[0];
    if (fault !== undefined) throw fault;
    return document.toJS() as unknown;
  } catch (error) {
    // The first line names the fault and its place; the rest quotes the text, which may be private.
    throw new PointsmanError(
      'invalid_yaml',
      `The body is not valid YAML: ${(messageOf(error).split('\n')[0] as string).replace(/:$/, '')}`,
      { cause: error },
    );
  }
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

/**
 * Reads bodies of at most `limit` bytes. Express's readers take what is compressed, in parts or in another character
 * set; on a short plain body, they would spend a tenth of the request's time. Errors: `invalid_json`,
 * `invalid_yaml`, `payload_too_large`, `unsupported_media_type`, and `invalid_request` where none came that must.
 */
export function createBodyReader(limit: number): BodyReader {
  const readJson = express.json({ limit, strict: false, type: () => true });
  const readText = express.text({ limit, type: () => true });

  function readBy(reader: RequestHandler, req: IncomingMessage, res: ServerResponse, done: Done): void {
    const holder = req as Parameters<RequestHandler>[0];
    reader(holder, res as Parameters<RequestHandler>[1], (error?: unknown) => done(error, holder.body as unknown));
  }

  return (req, res, { body, yaml }, done) => {
    if (isPlainJson(req, limit)) return readPlainJson(req, done);
    if (!hasContent(req)) return body?.required === true ? done(noBody()) : done(undefined);
    const type = mediaType(req);
    if (type === JSON_TYPE) return readBy(readJson, req, res, done);
    if (!yaml || !YAML_TYPES.includes(type)) return done(wrongType(req, yaml ? JSON_OR_YAML : [JSON_TYPE]));
    readBy(readText, req, res, (fault, text) => {
      if (fault !== undefined) return done(fault);
      try {
        done(undefined, yamlOf(String(text)));
      } catch (error) {
        done(error);
      }
    });
  };
}
