import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Provider } from '../../src/schema/provider.js';
import type { Target } from '../../src/providers/types.js';

/** A call as it came to the provider. */
export interface Came {
  request: IncomingMessage;
  body: string;
  response: ServerResponse;
  socket: Socket;
}

/** A provider of one test: a real server, whose answers the test gives. */
export interface ProviderServer {
  url: string;
  /** All calls that came, whole. */
  came: Came[];
  /** Resolves with the next call that comes, whole. */
  next(): Promise<Came>;
  /** Connections that are open. */
  connections(): Promise<number>;
  stop(): Promise<void>;
}

/** Reads each call whole, and leaves it to `answer`; to the test unless given. */
export async function startProvider(answer?: (call: Came) => void): Promise<ProviderServer> {
  const came: Came[] = [];
  const waiting: ((call: Came) => void)[] = [];
  const listener: RequestListener = (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('error', () => undefined);
    request.on('end', () => {
      const call = { request, body, response, socket: request.socket };
      came.push(call);
      answer?.(call);
      waiting.shift()?.(call);
    });
  };
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    came,
    next: () => new Promise((done) => waiting.push(done)),
    connections: () =>
      new Promise((done, refuse) =>
        server.getConnections((error, count) => (error === null ? done(count) : refuse(error))),
      ),
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** A provider's place, and one LLM there. */
export function targetAt(base_url: string, fields: Record<string, unknown> = {}): Target {
  const provider = Provider.parse({ name: 'local', base_url, ...fields });
  return {
    model: 'llm',
    deployment: { provider: provider.name, model: 'there' },
    provider,
    api: provider.protocol === 'anthropic' ? 'messages' : 'chat',
  };
}

export const never = (): AbortSignal => new AbortController().signal;

/** All of a body as text. Rejects where it broke off. */
export async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString();
}
