import type { TokenUsage } from '../../src/protocol/types.js';

/** What goes wrong. `after` counts pieces of a stream; half of a whole answer's body stands for any of them. */
export type Fault =
  /** Destroys the socket: before the head unless `after` is given. */
  | { kind: 'dies'; after?: number }
  /** Sends nothing more until the client is gone: not even a head unless `after` is given. */
  | { kind: 'stalls'; after?: number }
  | {
      kind: 'status';
      status: number;
      message?: string;
      code?: string;
      param?: string;
      retryAfterS?: number;
    }
  /** A page of something in between, with the status of an error. */
  | { kind: 'page'; status: number }
  /** A line that is no server-sent event; the stream goes on. */
  | { kind: 'garbage'; after: number }
  /** An event, or a body, that ends in the middle of its JSON; the stream ends there. */
  | { kind: 'cut_json'; after: number }
  /** A stream that ends without what marks it whole. */
  | { kind: 'no_end' }
  /** One piece of so many bytes. */
  | { kind: 'huge'; after: number; bytes: number };

/** How one LLM answers. */
export interface Behaviour {
  /** Milliseconds until the head. */
  delayMs: number;
  /** Pieces that a streamed text comes in; its words unless given. */
  chunks?: number;
  /** Milliseconds between two pieces. */
  chunkMs: number;
  /** Whether pauses are drawn evenly between none and twice `chunkMs`. */
  jitter: boolean;
  /** Whether each piece is when it was sent instead: `@`, microseconds of the machine's monotonic clock, `;`. */
  stamped: boolean;
  /** Words of a text; from 8 to 40 unless given. */
  words?: number;
  /** Calls of tools in an answer, where there are tools to call. */
  toolCalls: number;
  /** Chance that an answer begins with `Right.`, and not with `Wrong.`; neither unless given. */
  quality?: number;
  /** Tokens that are said, in place of those that are counted. */
  usage: Partial<TokenUsage>;
  /** Comments that a stream has before its first event, as some gateways send them. */
  comments: number;
  /** What goes wrong: with every call, or with calls one after another, and nothing once all had their turn. */
  faults: Fault | readonly (Fault | null)[];
}

export const PLAIN: Behaviour = {
  delayMs: 0,
  chunkMs: 0,
  jitter: false,
  stamped: false,
  toolCalls: 1,
  usage: {},
  comments: 0,
  faults: [],
};

const MIB = 2 ** 20;

/** Faults by the names that tests and the command line have for them. */
export const FAULTS = {
  dies: { kind: 'dies' },
  dies_in_stream: { kind: 'dies', after: 3 },
  stalls: { kind: 'stalls' },
  stalls_in_stream: { kind: 'stalls', after: 3 },
  rate_limited: { kind: 'status', status: 429, code: 'rate_limit_exceeded', retryAfterS: 1 },
  server_error: { kind: 'status', status: 500 },
  unavailable: { kind: 'status', status: 503, retryAfterS: 1 },
  context_length: { kind: 'status', status: 400, code: 'context_length_exceeded', param: 'messages' },
  unauthorized: { kind: 'status', status: 401, code: 'invalid_api_key' },
  /** As servers answer that have some paths of the protocol, and not this. */
  no_path: { kind: 'status', status: 405 },
  page: { kind: 'page', status: 413 },
  garbage: { kind: 'garbage', after: 3 },
  cut_json: { kind: 'cut_json', after: 3 },
  no_end: { kind: 'no_end' },
  huge_1: { kind: 'huge', after: 3, bytes: MIB },
  huge_32: { kind: 'huge', after: 3, bytes: 32 * MIB },
} as const satisfies Record<string, Fault>;
export type FaultName = keyof typeof FAULTS;
