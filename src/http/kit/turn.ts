import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Answers that wait for their turn, by connection: each is called where the connection closes first. */
const waiting = new WeakMap<Socket, Set<() => void>>();

function waitersOf(socket: Socket): Set<() => void> {
  let waiters = waiting.get(socket);
  if (waiters === undefined) {
    const all = new Set<() => void>();
    socket.once('close', () => {
      for (const closed of all) closed();
    });
    waiting.set(socket, (waiters = all));
  }
  return waiters;
}

/**
 * Resolves when the connection is free for an answer: at once, unless its client sent requests before that are not
 * answered yet. False where the connection closed first; nothing may then be opened for the answer, as nothing would
 * say when to close it.
 */
export function turnOf({ socket }: IncomingMessage, res: ServerResponse): boolean | Promise<boolean> {
  if (socket.destroyed) return false;
  if (res.socket !== null) return true;
  return new Promise((resolve) => {
    const waiters = waitersOf(socket);
    const closed = (): void => resolve(false);
    waiters.add(closed);
    // Node makes this call when the connection is free, and emits no event.
    res.assignSocket = (assigned) => {
      Reflect.deleteProperty(res, 'assignSocket');
      res.assignSocket(assigned);
      waiters.delete(closed);
      resolve(true);
    };
  });
}
