import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { messageOf } from '../base/errors.js';
import { ALLOW_PRIVATE, privateAddressIn, publicLookup } from './destination.js';

/** Most of an answer's body that is read, in bytes: its status says all. */
const MAX_ANSWER_BYTES = 16_384;

export interface Posting {
  body: string;
  headers: Record<string, string>;
  /** Until the answer's status is there. */
  timeoutMs: number;
}

/** Posts JSON once. Rejects with why it was not taken; no message holds more of the URL than its host. */
export type Post = (url: string, posting: Posting) => Promise<void>;

/** Why a request failed: what tried several addresses says only a code. */
function reasonOf(error: NodeJS.ErrnoException): string {
  return messageOf(error) || error.code || error.name;
}

/** Takes what is left of an answer, so that its sender is done with it, and no more than a little. */
function drain(response: IncomingMessage): void {
  let left = MAX_ANSWER_BYTES;
  response
    .on('error', () => undefined)
    .on('data', ({ length }: Buffer) => {
      left -= length;
      if (left < 0) response.destroy();
    });
}

/**
 * @param allowPrivate whether it posts to addresses of this machine and the networks around it
 * @param lookup resolves names where it does not
 */
export function createPost(allowPrivate: boolean, lookup: LookupFunction = publicLookup()): Post {
  return (url, { body, headers, timeoutMs }) =>
    new Promise((done, refuse) => {
      const target = new URL(url);
      // A socket looks up names only.
      const own = allowPrivate ? undefined : privateAddressIn(target);
      if (own !== undefined) throw new Error(`${own} is a private address; ${ALLOW_PRIVATE}`);
      const signal = AbortSignal.timeout(timeoutMs);
      const request = (target.protocol === 'https:' ? requestHttps : requestHttp)(target, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        // A connection of its own: one that was made before is to an address that was checked before.
        agent: false,
        signal,
        ...(!allowPrivate && { lookup }),
      });
      request.on('response', (response) => {
        drain(response);
        const status = response.statusCode!;
        if (status >= 200 && status < 300) done();
        else refuse(new Error(`HTTP ${status}${status < 400 ? ', and redirects are not followed' : ''}`));
      });
      request.on('error', (error) =>
        refuse(new Error(signal.aborted ? `no answer within ${timeoutMs} ms` : reasonOf(error))),
      );
      request.end(body);
    });
}
