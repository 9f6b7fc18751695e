import type { Readable } from 'node:stream';
import type { Relay } from '../protocol/relay.js';

/** Longest answer that is not a stream, in bytes. */
const MAX_WHOLE_BYTES = 64 * 1024 * 1024;

/** All of a body, as UTF-8. Rejects where it breaks off, or is too long. */
export function readWhole(body: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    body.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > MAX_WHOLE_BYTES)
        body.destroy(new Error(`expected an answer of at most ${MAX_WHOLE_BYTES} bytes, got more`));
    });
    body.once('end', () => resolve((chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString()));
    body.once('error', reject);
    body.once('close', () => reject(new Error('the connection closed before the end of the answer')));
  });
}

/** A stream whose beginning was read: what follows waits until it is asked for. */
export interface Started {
  /** Gives on what follows; `done` is called once, at its end, whole or broken off. */
  flow(onChunk: (chunk: Buffer) => void, done: () => void): void;
  pause(): void;
  resume(): void;
  destroy(): void;
}

/** No part of an answer came in time. */
export class TooSlow extends Error {
  override readonly name = 'TooSlow';
}

/**
 * Reads a stream until its answer begins. Resolves without a beginning where it ends, or tells an error, before;
 * rejects where it breaks off before, and with {@link TooSlow} after `limitMs`.
 */
export function startOf(body: Readable, relay: Relay, limitMs: number): Promise<{ first: string; rest: Started }> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () =>
        body.destroy(new TooSlow(`the stream began, and nothing of the answer came within ${Math.round(limitMs)} ms`)),
      limitMs,
    );
    let ended = false;
    let first = '';
    let onChunk: ((chunk: Buffer) => void) | null = null;
    let done: (() => void) | null = null;
    const rest: Started = {
      flow(chunkTo, doneTo) {
        onChunk = chunkTo;
        done = doneTo;
        if (ended) doneTo();
        else body.resume();
      },
      pause: () => void body.pause(),
      resume: () => void body.resume(),
      destroy: () => void body.destroy(),
    };
    const begin = (): void => {
      clearTimeout(timer);
      resolve({ first, rest });
    };
    const finish = (error?: Error): void => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      if (done !== null) done();
      else if (error !== undefined) reject(error);
      else begin();
    };
    body.on('data', (chunk: Buffer) => {
      if (onChunk !== null) return onChunk(chunk);
      first += relay.push(chunk);
      if (!relay.started() && !relay.over() && relay.facts().error === null) return;
      body.pause();
      begin();
    });
    body.once('end', () => finish());
    body.once('error', (error) => finish(error));
    body.once('close', () => finish(new Error('the connection closed before the end of the answer')));
  });
}
