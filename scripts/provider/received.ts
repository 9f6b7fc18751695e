import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '../../src/protocol/types.js';

/** One request, as the provider received it and as it went on. */
export interface Received {
  /** Number of the request, from 0 on. */
  number: number;
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** The body as it came, and its JSON; an empty object where it has none. */
  text: string;
  body: JsonObject;
  /** Pieces of a stream that were written. */
  pieces: number;
  /** Status that was answered; null before there is a head. */
  status: number | null;
  /** Whether the client went away before the answer's end. */
  aborted: boolean;
  /** Whether the answer, or the connection, has ended. */
  over: boolean;
}

/** The last requests, the newest last. */
export interface ReceivedLog {
  add(request: Received): void;
  all: readonly Received[];
}

export function recordOf(most: number): ReceivedLog {
  const all: Received[] = [];
  return {
    all,
    add(request) {
      if (most === 0) return;
      all.push(request);
      if (all.length > most) all.shift();
    },
  };
}
