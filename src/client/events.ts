import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { PointsmanProblem, problemOf, unanswered } from './problem.js';
import type { Schemas } from './schemas.js';
import { pause, type Send } from './send.js';

/** A server-sent event, its data read as JSON; what is none stays a text. */
export interface ServerEvent<Name extends string = string, Data = unknown> {
  event: Name;
  data: Data;
  id?: string;
}

/** How a job stands, each time that it changes; the last one says how it ended. */
export type JobEvent = ServerEvent<'progress' | 'completed' | 'failed', Schemas['Job']>;

/** What is new in the service: what is to be read again, or the newest decisions. */
export type NewsEvent =
  | ServerEvent<'changed', { subjects: string[] }>
  | ServerEvent<'decisions', { decisions: Schemas['DecisionSummary'][]; more: boolean }>;

/** What events are read of. */
interface Source {
  url: string;
  send: Send;
  signal?: AbortSignal | undefined;
}

/** Wait before a stream that broke off is opened again, in milliseconds: doubled each time until something comes. */
const PAUSE_MS = 500;
const MAX_PAUSE_MS = 30_000;

/** Opens a stream of events. */
async function open({ url, send, signal }: Source, lastId: string | undefined): Promise<ReadableStream<Uint8Array>> {
  const headers = { accept: 'text/event-stream', ...(lastId !== undefined && { 'last-event-id': lastId }) };
  const response = await send(new Request(url, { headers, cache: 'no-store' }), { signal });
  if (response.ok && response.body !== null) return response.body;
  throw problemOf(response, valueOf(await response.text()));
}

/** The events of one stream, until it ends. */
async function* eventsIn(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<EventSourceMessage> {
  const reader = stream.getReader();
  const stop = (): void => void reader.cancel().catch(() => {});
  signal?.addEventListener('abort', stop);
  const decoder = new TextDecoder();
  const read: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => void read.push(event) });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      yield* read.splice(0);
    }
  } finally {
    // Who stops reading ends the stream.
    signal?.removeEventListener('abort', stop);
    stop();
  }
}

function valueOf(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}

/** Whether it may go better another time: nothing came, or the service was busy. */
const mayPass = (error: unknown): boolean =>
  error instanceof PointsmanProblem && (error.status === 0 || error.status === 429 || error.status >= 500);

/**
 * Events as they come, as long as somebody reads them. A stream that breaks off is opened again, after a pause; one
 * that was never open, or that the service refuses, is an error.
 */
export async function* follow<E extends ServerEvent>(source: Source, isLast: (event: E) => boolean): AsyncGenerator<E> {
  const { url, signal } = source;
  let lastId: string | undefined;
  let everOpen = false;
  for (let wait = PAUSE_MS; ; wait = Math.min(wait * 2, MAX_PAUSE_MS)) {
    try {
      const stream = await open(source, lastId);
      everOpen = true;
      for await (const { event = 'message', data, id } of eventsIn(stream, signal)) {
        wait = PAUSE_MS;
        lastId = id ?? lastId;
        const told = { event, data: valueOf(data), ...(id !== undefined && { id }) } as E;
        yield told;
        if (isLast(told)) return;
      }
    } catch (error) {
      const failure = unanswered(error, url);
      if (signal?.aborted || !everOpen || !mayPass(failure)) throw failure;
    }
    await pause(wait, signal);
  }
}
