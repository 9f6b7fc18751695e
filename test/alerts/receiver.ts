import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

/** A request as a receiver of webhooks had it. */
export interface Received {
  headers: IncomingHttpHeaders;
  path: string;
  body: string;
}

/** A receiver of webhooks on this machine, which keeps what came, until the test ends. */
export async function receiver(
  t: TestContext,
  answer: RequestListener = (_, res) => void res.end(),
): Promise<{ port: number; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    received.push({ headers: req.headers, path: req.url!, body: Buffer.concat(chunks).toString() });
    answer(req, res);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, received };
}
