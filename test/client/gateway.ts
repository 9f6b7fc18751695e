import { once } from 'node:events';
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What stands between a client and the service, as a proxy does, and gets in the way. */
export interface Gateway {
  url: string;
  /** Requests that came, as `POST /v1/route`. */
  seen: string[];
  /** Answers the next requests itself, with this status. */
  refuse(times: number, status: number, headers?: Record<string, string>): void;
  /** Keeps the next request waiting for ever. */
  hang(): void;
  /** Breaks off the streams of events that it passes on. */
  cut(): void;
  close(): Promise<void>;
}

type Answer = (response: ServerResponse) => void;

/** Starts a gateway before the service at `target`. */
export async function startGateway(target: string): Promise<Gateway> {
  const seen: string[] = [];
  const next: Answer[] = [];
  const streams = new Set<ServerResponse>();

  function pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method, url = '/', headers } = incoming;
    const forward = ask(new URL(url, target), { method, headers }, (answered) => {
      outgoing.writeHead(answered.statusCode!, answered.headers);
      if (answered.headers['content-type']?.startsWith('text/event-stream')) streams.add(outgoing);
      answered.pipe(outgoing);
    });
    forward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => forward.destroy());
    incoming.pipe(forward);
  }

  const server = createServer((incoming, outgoing) => {
    seen.push(`${incoming.method} ${incoming.url}`);
    const answer = next.shift();
    if (answer === undefined) pass(incoming, outgoing);
    else answer(outgoing);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    refuse(times, status, headers = {}) {
      for (let i = 0; i < times; i++) next.push((response) => response.writeHead(status, headers).end('try later\n'));
    },
    hang: () => void next.push(() => {}),
    cut() {
      for (const stream of streams) stream.destroy();
      streams.clear();
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
