import type { Writable } from 'node:stream';
import type { Relay } from '../protocol/relay.js';
import type { Started } from './body.js';

/** How the delivery of a stream ended. */
export interface Delivered {
  /** Why the provider's stream broke off; null where it did not. */
  broken: string | null;
  /** Whether the client went away first. */
  gone: boolean;
}

/**
 * Sends a stream on as it comes, no faster than the client reads: what is in memory is what is in flight. One that
 * breaks off ends with the form's own event for an error. Calls `ended` once.
 */
export function deliver(
  to: Writable,
  { relay, first, rest }: { relay: Relay; first: string; rest: Started },
  ended: (how: Delivered) => void,
): void {
  let isOver = false;
  const finish = (gone: boolean): void => {
    if (isOver) return;
    isOver = true;
    const { complete, error } = relay.facts();
    const broken = error?.message ?? (complete ? null : 'the answer broke off');
    ended({ broken: gone ? null : broken, gone });
  };
  const write = (text: string): void => {
    if (text === '' || to.write(text)) return;
    rest.pause();
    to.once('drain', () => rest.resume());
  };
  const end = (): void => {
    to.end(relay.end());
    finish(false);
  };
  to.once('close', () => {
    rest.destroy();
    finish(true);
  });
  write(first);
  rest.flow((chunk) => {
    if (isOver) return;
    write(relay.push(chunk));
    if (!relay.over()) return;
    rest.destroy();
    end();
  }, end);
}
