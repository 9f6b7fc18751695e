import type { IncomingHttpHeaders } from 'node:http';
import type { Writable } from 'node:stream';
import type { Caller } from '../live/keys.js';
import type { Call } from '../protocol/types.js';

/** Why a call is ended before its answer: its client went away, or the deadline is over. */
export type StopReason = 'gone' | 'late';

/** One call, as it came. */
export interface CallRequest {
  call: Call;
  /** The body as it came, and parsed. */
  text: string;
  value: Record<string, unknown>;
  headers: IncomingHttpHeaders;
  caller: Caller;
  /** Ends the call: aborted when the client is gone, or the deadline is over. */
  stop: AbortController;
}

/** What is answered: a text, or a stream that is delivered, or discarded where nobody reads it. */
export type CallAnswer = {
  status: number;
  headers: Record<string, string>;
} & ({ kind: 'text'; body: string } | { kind: 'stream'; deliver(to: Writable): void; discard(): void });

/** LLMs as a model endpoint. */
export interface Endpoint {
  /**
   * Decides, calls, and answers; what it teaches is kept afterwards. Throws (rejects with) what the decider throws, and
   * `model_not_found`, `provider_failed`, `provider_timeout`, `provider_limited`.
   */
  call(request: CallRequest): Promise<CallAnswer>;
  /** Resolves when what calls taught that are answered is kept, or the ledger refuses it for now. */
  flush(): Promise<void>;
  /** The same, before the process ends. */
  drain(): Promise<void>;
}
