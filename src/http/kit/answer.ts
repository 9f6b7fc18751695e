import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** An answer that goes on after its head. */
export interface StreamParts {
  /** Writes to the answer, until it ends it or the answer closes. */
  open(res: ServerResponse): void;
  /** Called in place of `open` where nobody reads on. */
  discard(): void;
}

type Content =
  | { kind: 'value'; value: unknown }
  | { kind: 'bytes'; bytes: string | Uint8Array }
  | { kind: 'file'; path: string }
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

/** A file, of which ranges and conditions are honoured. Its operation is one that `streams`. */
export function fileReply(path: string, headers: OutgoingHttpHeaders): Reply {
  return new Reply({ kind: 'file', path }, headers);
}

/** A stream. Its operation is one that `streams`. */
export function streamReply(stream: StreamParts, headers: OutgoingHttpHeaders): Reply {
  return new Reply({ kind: 'stream', stream }, headers);
}
