import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Answered } from '../openapi/answers.js';
import type { FuzzRequest } from './request.js';

/** What came of a request: an answer, or the reason why there is none. */
export interface Outcome {
  answered: Answered | undefined;
  /** Why there is no answer; undefined where there is one, or none was waited for. */
  failure: string | undefined;
  ms: number;
}

/** Longest an answer may take, in milliseconds. */
const ANSWER_MS = 30_000;
/** How many of a connection's requests are told where one gets no answer, and how much of each. */
const TOLD = 4;
const TOLD_CHARS = 100;
/** Events of a job, which end when it does. */
const ENDLESS = /\/events/;
/** How long they are read. */
const STREAM_MS = 50;

export interface Sender {
  send(asked: FuzzRequest): Promise<Outcome>;
  close(): void;
}

/** Sends over connections that are kept open, as many as there are requests at a time. */
export function createSender(url: string): Sender {
  const agent = new Agent({ keepAlive: true });
  /** What each connection carried last: what one leaves behind, the next may suffer from. */
  const carried = new WeakMap<object, string[]>();
  const { hostname, port } = new URL(url);

  function sendOnce(asked: FuzzRequest): Promise<Outcome> {
    const began = performance.now();
    return new Promise((resolve) => {
      const done = (outcome: Omit<Outcome, 'ms'>): void => resolve({ ...outcome, ms: performance.now() - began });
      const { method, target: path, body, breaksOff } = asked;
      const length =
        'transfer-encoding' in asked.headers || body === undefined ? {} : { 'content-length': body.length };
      const req = request({ hostname, port, agent, method, path, headers: { ...asked.headers, ...length } });
      const late = setTimeout(() => {
        const before = req.socket === null ? [] : (carried.get(req.socket) ?? []);
        req.destroy(new Error(`no answer within ${ANSWER_MS / 1000} s; on its connection: ${before.join(', ')}`));
      }, ANSWER_MS);
      req.once('socket', (socket) => {
        const told = `${method} ${path.slice(0, TOLD_CHARS)} ${JSON.stringify(asked.headers).slice(0, TOLD_CHARS)}`;
        carried.set(socket, [...(carried.get(socket) ?? []).slice(1 - TOLD), `${told} ${body?.length ?? 0} bytes`]);
      });
      req.once('close', () => clearTimeout(late));
      req.once('response', (res) => {
        if (asked.leaves) {
          done({ answered: undefined, failure: undefined });
          req.on('error', () => {}).destroy();
          return;
        }
        const chunks: Buffer[] = [];
        const contentType = res.headers['content-type'];
        const answer = (): void =>
          done({
            answered: { status: res.statusCode!, contentType, body: Buffer.concat(chunks).toString() },
            failure: undefined,
          });
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.once('end', answer);
        res.once('error', (error) => done({ answered: undefined, failure: `the answer broke off: ${error.message}` }));
        if (contentType?.startsWith('text/event-stream') === true && ENDLESS.test(path))
          setTimeout(() => {
            res.removeAllListeners('error').on('error', () => {});
            answer();
            req.destroy();
          }, STREAM_MS);
      });
      req.once('error', (error: NodeJS.ErrnoException) => {
        const failure = breaksOff ? undefined : `${error.code ?? ''} ${error.message}`;
        done({ answered: undefined, failure });
      });
      if (body === undefined) req.end();
      else if (breaksOff) req.write(body.subarray(0, body.length / 2), () => req.destroy());
      else req.end(body);
    });
  }

  return {
    /** One whose kept connection closed as it was sent is sent again: nobody can tell beforehand. */
    async send(asked) {
      const first = await sendOnce(asked);
      return first.failure !== undefined && /ECONNRESET|EPIPE|socket hang up/.test(first.failure)
        ? await sendOnce({ ...asked, headers: { ...asked.headers, connection: 'close' } })
        : first;
    },
    close: () => agent.destroy(),
  };
}
