import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Resolves when the connection is free for an answer: at once, unless its client sent requests before that are not
 * answered yet. False where the connection closed first; nothing may then be opened for the answer, as nothing would
 * say when to close it.
 */
export function turnOf(req: IncomingMessage, res: ServerResponse): boolean | Promise<boolean> {
  const { socket } = req;
  if (socket.destroyed) return false;
  if (res.socket !== null) return true;
  return new Promise((resolve) => {
    const onClose = (): void => resolve(false);
    socket.once('close', onClose);
    // Node tells of it by this call and by no event.
    res.assignSocket = (assigned) => {
      Reflect.deleteProperty(res, 'assignSocket');
      res.assignSocket(assigned);
      socket.off('close', onClose);
      resolve(true);
    };
  });
}
