import { StringDecoder } from 'node:string_decoder';
import { createParser } from 'eventsource-parser';
import type { SseEvent } from './types.js';

/** Longest event that is read, in characters: an image in base64 fits. */
export const MAX_EVENT_CHARS = 16 * 1024 * 1024;

const BYTE_ORDER_MARK = 0xfeff;

/** An event as it was read. */
export interface ReadEvent extends SseEvent {
  id?: string | undefined;
}

export interface SseHandlers {
  event(event: ReadEvent): void;
  comment(text: string): void;
  /** How long a client should wait before it connects again, in milliseconds. */
  retry(ms: number): void;
  /** An event is longer than is read: nothing is called any more. */
  tooLong(): void;
}

/** Reads one stream of server-sent events, in parts of any length. */
export interface SseReader {
  push(chunk: Uint8Array): void;
  /** Reads what is left, an event without the blank line behind it too: not every provider sends that. */
  end(): void;
}

/** Reads events of at most `maxChars` characters. */
export function createSseReader(handlers: SseHandlers, maxChars = MAX_EVENT_CHARS): SseReader {
  const decoder = new StringDecoder('utf8');
  let isFirst = true;
  let isOver = false;
  const parser = createParser({
    onEvent: (event) => {
      if (event.data.length > maxChars) tooLong();
      // The parser always names the kind of event, if only as undefined.
      else if (!isOver) handlers.event(event as ReadEvent);
    },
    onComment: (text) => {
      if (!isOver) handlers.comment(text);
    },
    onRetry: (ms) => {
      if (!isOver) handlers.retry(ms);
    },
    onError: ({ type }) => {
      // Fields that the standard does not know are to be ignored.
      if (type === 'max-buffer-size-exceeded') tooLong();
    },
    maxBufferSize: maxChars,
  });

  function tooLong(): void {
    if (isOver) return;
    isOver = true;
    handlers.tooLong();
  }

  function feed(text: string): void {
    if (isOver || text === '') return;
    const isMarked = isFirst && text.charCodeAt(0) === BYTE_ORDER_MARK;
    isFirst = false;
    parser.feed(isMarked ? text.slice(1) : text);
  }

  return {
    push: (chunk) => feed(decoder.write(chunk)),
    end() {
      feed(`${decoder.end()}\n\n`);
      isOver = true;
    },
  };
}

/** An event as it is sent. */
export function writeEvent({ event, id, data }: ReadEvent): string {
  const lines = data.includes('\n') ? data.replaceAll('\n', '\ndata: ') : data;
  const head = event === undefined ? '' : `event: ${event}\n`;
  return `${head}${id === undefined ? '' : `id: ${id}\n`}data: ${lines}\n\n`;
}

export const writeComment = (text: string): string => `: ${text}\n\n`;
export const writeRetry = (ms: number): string => `retry: ${ms}\n\n`;
