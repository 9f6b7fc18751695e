import type { ServerResponse } from 'node:http';

export const EVENT_STREAM_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store',
  // Proxies that gather output before passing it on would hold back events.
  'X-Accel-Buffering': 'no',
};

/** Server-sent events to one client. */
export interface EventStream {
  /** Whether the client reads slower than is written: what can be left out should be. */
  readonly behind: boolean;
  /** Sends data that is JSON already; does nothing once it has ended. */
  send(event: string, json: string): void;
  end(): void;
  /** Calls `cleanUp` when it ends; at once where it has. */
  onEnd(cleanUp: () => void): void;
}

/** Events until `end` is called or the client goes away, with a sign of life every `heartbeatMs` milliseconds. */
export function createEventStream(res: ServerResponse, heartbeatMs: number): EventStream {
  const cleanUps: (() => void)[] = [];
  let open = true;
  let events = 0;
  const heartbeat = setInterval(() => res.write(': still here\n\n'), heartbeatMs);

  function end(): void {
    if (!open) return;
    open = false;
    clearInterval(heartbeat);
    for (const cleanUp of cleanUps.splice(0)) cleanUp();
    res.end();
  }

  res.once('close', end);
  return {
    get behind() {
      return res.writableNeedDrain;
    },
    send(event, json) {
      if (open) res.write(`id: ${++events}\nevent: ${event}\ndata: ${json}\n\n`);
    },
    end,
    onEnd: (cleanUp) => void (open ? cleanUps.push(cleanUp) : cleanUp()),
  };
}
