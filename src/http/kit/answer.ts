import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';

/** Media type of server-sent events. */
export const SSE_TYPE = 'text/event-stream';

/** An answer that goes on after its head. */
export interface StreamParts {
  /** Writes to the answer, until it ends it or the answer closes. */
  open(res: ServerResponse): void;
  /** Called in place of `open` where nobody reads on. */
  discard(): void;
}

/** A file that is open, and can be read in parts. */
export interface FileParts {
  /** Its size. */
  bytes: number;
  /** When it was written. */
  modified: Date;
  /** Its content, or the part `[start, end)` of it: that many bytes; the stream fails where there are fewer. */
  stream(range?: { start: number; end: number }): Readable;
  /** Called once the answer is sent, or broke off, whether or not the file was read. */
  close(): Promise<void>;
}

type Content =
  | { kind: 'value'; value: unknown }
  | { kind: 'bytes'; bytes: string | Uint8Array }
  | { kind: 'file'; file: FileParts }
  | { kind: 'stream'; stream: StreamParts };

/** An answer with its status and headers; undefined stands for the first status that the operation declares. */
export class Reply {
  readonly content: Content;
  readonly headers: OutgoingHttpHeaders;
  readonly status: number | undefined;

  constructor(content: Content, headers: OutgoingHttpHeaders = {}, status?: number) {
    this.content = content;
    this.headers = headers;
    this.status = status;
  }
}

/**
 * What an operation answers: a value, sent as JSON (or YAML); a string that is JSON already; undefined for an answer
 * without content; or a {@link Reply}. The first three have the first status that the operation declares.
 */
export type Answer = Reply | object | string | undefined;

/** A value with a status or headers of its own. */
export function valueReply(value: unknown, options: { status?: number; headers?: OutgoingHttpHeaders } = {}): Reply {
  return new Reply({ kind: 'value', value }, options.headers, options.status);
}

/** Bytes or a text as they are; `headers` say what they are. */
export function bytesReply(bytes: string | Uint8Array, headers: OutgoingHttpHeaders, status?: number): Reply {
  return new Reply({ kind: 'bytes', bytes }, headers, status);
}

/**
 * A file: `Range` and conditions are honoured, by the `ETag` among `headers` and by when the file was written. Its
 * operation is one that `streams`.
 */
export function fileReply(file: FileParts, headers: OutgoingHttpHeaders): Reply {
  return new Reply({ kind: 'file', file }, headers);
}

/** A stream. Its operation is one that `streams`. */
export function streamReply(stream: StreamParts, headers: OutgoingHttpHeaders): Reply {
  return new Reply({ kind: 'stream', stream }, headers);
}
