import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { PointsmanError } from '../../base/errors.js';
import { describe } from '../../schema/parse.js';
import type { FileParts } from './answer.js';
import { inExpress } from './express.js';

/** Whether the file was written after a date of HTTP; true for what is no date. */
function writtenAfter(response: Response, date: string): boolean {
  return !(Date.parse(response.get('Last-Modified')!) <= Date.parse(date));
}

/** Throws `invalid_request` where `If-Match` or, without it, `If-Unmodified-Since` wants another state of the file. */
function checkState({ headers }: Request, response: Response): void {
  const match = headers['if-match'];
  if (match) {
    const tag = response.get('ETag');
    const tags = match.split(',').map((one) => one.trim().replace(/^W\//, ''));
    if (tag === undefined || !(match === '*' || tags.includes(tag)))
      throw new PointsmanError(
        'invalid_request',
        `If-Match: expected ${tag ?? 'no such condition on a file without an ETag'}, got ${describe(match)}`,
      );
    return;
  }
  const since = headers['if-unmodified-since'];
  if (since !== undefined && !Number.isNaN(Date.parse(since)) && writtenAfter(response, since))
    throw new PointsmanError(
      'invalid_request',
      `If-Unmodified-Since: expected ${response.get('Last-Modified')} or later, got ${describe(since)}`,
    );
}

/** Whether a part may be answered: `If-Range` names the file's ETag, or a date that it wasn't written after. */
function mayBeInParts({ headers }: Request, response: Response): boolean {
  const held = headers['if-range'];
  if (typeof held !== 'string' || held === '') return true;
  return held.includes('"') ? held === response.get('ETag') : !writtenAfter(response, held);
}

/** The part of a file that is asked for; undefined for all of it. Throws `invalid_request` for one beyond its end. */
function rangeOf(request: Request, response: Response, bytes: number): { start: number; end: number } | undefined {
  const ranges = mayBeInParts(request, response) ? request.range(bytes, { combine: true }) : undefined;
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

/** The stream, once it has a first chunk or has ended. Throws what it fails with before. */
async function begun(stream: Readable): Promise<Readable> {
  await once(stream, 'readable');
  return stream;
}

/**
 * Sends a file, or the part of it that is asked for, with an answer whose headers say what it is. Resolves when it is
 * sent. Throws `invalid_request`, and what reading throws: with nothing sent yet where the first read fails, and
 * with the connection closed where a later one does. Throws `ERR_STREAM_PREMATURE_CLOSE` where the client breaks off.
 */
export async function sendFile(
  { req, res }: { req: IncomingMessage; res: ServerResponse },
  { bytes, modified, stream }: FileParts,
): Promise<void> {
  const { request, response } = inExpress(req, res);
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('Last-Modified', modified.toUTCString());
  checkState(request, response);
  if (request.fresh) {
    response.removeHeader('Content-Type');
    response.writeHead(304).end();
    return;
  }
  const range = rangeOf(request, response, bytes);
  const nobodyReads = req.method === 'HEAD' || res.destroyed;
  const content = nobodyReads ? undefined : await begun(stream(range));
  if (range !== undefined) {
    response.statusCode = 206;
    response.setHeader('Content-Range', `bytes ${range.start}-${range.end - 1}/${bytes}`);
  }
  response.setHeader('Content-Length', range === undefined ? bytes : range.end - range.start);
  if (content !== undefined && !res.destroyed) return pipeline(content, response);
  content?.destroy();
  response.end();
}
