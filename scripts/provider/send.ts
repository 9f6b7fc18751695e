import type { ServerResponse } from 'node:http';
import type { Rng } from '../../src/base/rng.js';
import type { Behaviour, Fault } from './behaviour.js';
import type { Frame } from './types.js';

/** An answer on its way to a client, who may go away. */
export interface Wire {
  response: ServerResponse;
  /** Whether the client, or a fault, has closed the connection. */
  gone(): boolean;
  /** Resolves after so many milliseconds, or once the client is gone; infinity waits for that. */
  pause(ms: number): Promise<void>;
  /** Destroys the connection. */
  die(): void;
}

export function wireOf(response: ServerResponse): Wire {
  let closed = false;
  let wake = (): void => {};
  response.once('close', () => {
    closed = true;
    wake();
  });
  return {
    response,
    gone: () => closed,
    pause: (ms) =>
      new Promise((resolve) => {
        if (closed) return resolve();
        const timer = ms === Infinity ? undefined : setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    die: () => void response.destroy(),
  };
}

async function write({ response, gone }: Wire, text: string): Promise<void> {
  if (gone() || response.write(text)) return;
  await new Promise<void>((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });
}

/** What comes before the head: the delay, and faults that let no head come. False where nothing more is to be sent. */
export async function beforeHead(wire: Wire, { delayMs }: Behaviour, fault: Fault | null): Promise<boolean> {
  if (delayMs > 0) await wire.pause(delayMs);
  const atOnce = fault !== null && (fault.kind === 'dies' || fault.kind === 'stalls') && fault.after === undefined;
  if (atOnce && fault.kind === 'stalls') await wire.pause(Infinity);
  if (atOnce) wire.die();
  return !wire.gone();
}

/** Sends a whole answer; faults strike in the middle of its body. */
export async function sendWhole(wire: Wire, status: number, body: object, fault: Fault | null): Promise<void> {
  const { response } = wire;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(fault?.kind !== 'cut_json' && { 'content-length': Buffer.byteLength(text) }),
  });
  const kind = fault?.kind;
  if (kind !== 'dies' && kind !== 'stalls' && kind !== 'cut_json') {
    response.end(text);
    return;
  }
  await write(wire, text.slice(0, text.length / 2));
  if (kind === 'cut_json') return void response.end();
  await wire.pause(kind === 'stalls' ? Infinity : 10);
  wire.die();
}

/** What a fault does in a stream before `frame`. False where the stream is over by it. */
async function strike(wire: Wire, fault: Fault, frame: Frame): Promise<boolean> {
  switch (fault.kind) {
    case 'garbage':
      await write(wire, '<html><body>502 Bad Gateway</body></html>\n\n');
      return true;
    case 'cut_json':
      await write(wire, `${frame.text.trimEnd().slice(0, -20)}\n\n`);
      wire.response.end();
      return false;
    case 'stalls':
      await wire.pause(Infinity);
      return false;
    case 'dies':
      // What was written has to reach the client first.
      await wire.pause(10);
      wire.die();
      return false;
    default:
      return true;
  }
}

/** Sends a stream, each piece at its time; `sent` is told of every piece. */
export async function sendStream(
  wire: Wire,
  frames: Iterable<Frame>,
  { behaviour, fault, rng, sent }: { behaviour: Behaviour; fault: Fault | null; rng: Rng; sent: () => void },
): Promise<void> {
  const { response } = wire;
  const { chunkMs, jitter, comments } = behaviour;
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  response.flushHeaders();
  for (let i = 0; i < comments; i++) await write(wire, ': PROCESSING\n\n');
  const after = fault === null || !('after' in fault) ? undefined : fault.after;
  let pieces = 0;
  let isStruck = false;
  for (const frame of frames) {
    if (fault !== null && !isStruck && (after === pieces || (after !== undefined && frame.kind === 'end'))) {
      isStruck = true;
      if (!(await strike(wire, fault, frame))) return;
    }
    if (fault?.kind === 'no_end' && frame.kind === 'end') break;
    if (wire.gone()) return;
    await write(wire, frame.text);
    if (frame.kind !== 'piece') continue;
    pieces++;
    sent();
    if (chunkMs > 0) await wire.pause(jitter ? 2 * chunkMs * rng.next() : chunkMs);
  }
  response.end();
}
