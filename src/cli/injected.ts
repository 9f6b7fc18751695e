import { createServer, request, type IncomingMessage, type RequestListener } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Duplex } from 'node:stream';

/** Two ends of a connection within this process: what is written to one is read from the other. */
function duplexPair(): [Duplex, Duplex] {
  class End extends Duplex {
    other: End | undefined;
    further: (() => void) | undefined;

    override _read(): void {
      const resume = this.further;
      this.further = undefined;
      resume?.();
    }

    override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
      if (this.other!.push(chunk)) done();
      else this.other!.further = done;
    }

    override _final(done: () => void): void {
      this.other!.push(null);
      done();
    }
  }
  const [one, other] = [new End(), new End()];
  [one.other, other.other] = [other, one];
  return [one, other];
}

const NO_BODY = new Set([204, 304]);

/** Sends requests to a listener as HTTP, over connections within this process: nobody else can reach it. */
export function injectInto(
  handle: RequestListener,
): (method: string, path: string, body?: unknown) => Promise<Response> {
  const server = createServer(handle);
  return async (method, path, body) => {
    const [client, served] = duplexPair();
    server.emit('connection', served);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      host: 'localhost',
      connection: 'close',
      ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    };
    const answered = await new Promise<IncomingMessage>((resolve, reject) => {
      request({ method, path, headers, createConnection: () => client }, resolve)
        .on('error', reject)
        .end(text);
    });
    const content = await buffer(answered);
    const { statusCode: status = 500 } = answered;
    client.destroy();
    served.destroy();
    const contentType = answered.headers['content-type'];
    return new Response(NO_BODY.has(status) ? null : new Uint8Array(content), {
      status,
      ...(contentType !== undefined && { headers: { 'content-type': contentType } }),
    });
  };
}
