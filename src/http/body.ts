import express, { type NextFunction, type Request, type RequestHandler } from 'express';
import { parseDocument } from 'yaml';
import { messageOf, PointsmanError } from '../base/errors.js';

export const JSON_TYPE = 'application/json';
export const YAML_TYPES = ['application/yaml', 'application/x-yaml', 'text/yaml'] as const;

const BYTE_ORDER_MARK = 0xfeff;

/** Media type of a request, without parameters, in lower case. */
function mediaType(req: { headers: { 'content-type'?: string | undefined } }): string {
  const type = req.headers['content-type'] ?? '';
  if (type === JSON_TYPE) return type;
  const end = type.indexOf(';');
  return (end < 0 ? type : type.slice(0, end)).trim().toLowerCase();
}

/** Whether a body is JSON as it stands, of a length that is told and allowed: most are. */
function isPlainJson({ headers }: Request, limit: number): boolean {
  const length = Number(headers['content-length']);
  return (
    headers['content-type'] === JSON_TYPE && headers['content-encoding'] === undefined && length > 0 && length <= limit
  );
}

/** Reads a body that {@link isPlainJson}; its errors are those of `express.json`. */
function readPlainJson(req: Request, next: NextFunction): void {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.once('error', (error) => next(Object.assign(error, { status: 400 })));
  req.once('end', () => {
    const text = (chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString();
    const body = text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
    try {
      req.body = JSON.parse(body);
    } catch (error) {
      next(Object.assign(error as Error, { status: 400, type: 'entity.parse.failed', body }));
      return;
    }
    next();
  });
}

/**
 * Reads a JSON body of at most `limit` bytes; leaves other types for {@link bodyOf} to refuse. `express.json` reads
 * what is compressed, in parts or in another character set; of a short body that is none of it, it would take a tenth
 * of the request.
 */
export function readJson(limit: number): RequestHandler {
  const readAny = express.json({ limit, strict: false, type: (req) => mediaType(req) === JSON_TYPE });
  return (req, res, next) => (isPlainJson(req, limit) ? readPlainJson(req, next) : readAny(req, res, next));
}

/** Reads a YAML body of at most `limit` bytes as text, for {@link yamlOf}. */
export function readYaml(limit: number): RequestHandler {
  return express.text({ limit, type: (req) => (YAML_TYPES as readonly string[]).includes(mediaType(req)) });
}

function hasContent(req: Request): boolean {
  return req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
}

/**
 * The body as read; `undefined` where none came. Throws `unsupported_media_type` for a body of a type that is not read.
 */
export function optionalBodyOf(req: Request, types: readonly string[] = [JSON_TYPE]): unknown {
  if (req.body !== undefined || !hasContent(req)) return req.body;
  const received = req.headers['content-type'];
  const issue = {
    field: 'Content-Type',
    expected: types.join(' or '),
    received: received === undefined ? 'nothing' : JSON.stringify(received),
  };
  throw new PointsmanError(
    'unsupported_media_type',
    `Content-Type: expected ${issue.expected}, got ${issue.received}`,
    { issues: [issue] },
  );
}

/** The body as read. Throws `unsupported_media_type`, or `invalid_request` where none came. */
export function bodyOf(req: Request, types?: readonly string[]): unknown {
  const body = optionalBodyOf(req, types);
  if (body === undefined)
    throw new PointsmanError('invalid_request', 'The body: expected one, got nothing', {
      issues: [{ field: '', expected: 'a body', received: 'nothing' }],
    });
  return body;
}

/** Whether the body was read as YAML. */
export function isYaml(req: Request): boolean {
  return (YAML_TYPES as readonly string[]).includes(mediaType(req));
}

/** The value of a YAML text. Throws `invalid_yaml` with line and column. */
export function yamlOf(text: string): unknown {
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
