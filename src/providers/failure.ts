import { messageOf } from '../base/errors.js';
import type { ProviderFailure } from './types.js';

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;

/** What kind of failure an error before the head of an answer is. A connection that broke counts as none. */
export const kindOf = (error: unknown): ProviderFailure['kind'] =>
  codeOf(error) === 'UND_ERR_HEADERS_TIMEOUT' ? 'first_byte' : 'connect';

/** Why there was no answer, in a few words: what tried several addresses says only a code. */
export function reasonOf(error: unknown): string {
  switch (codeOf(error)) {
    case 'UND_ERR_HEADERS_OVERFLOW':
      return 'the head of its answer is too large';
    case 'UND_ERR_SOCKET':
      return 'the connection was closed before the head of an answer';
    case undefined:
      return messageOf(error);
    default:
      return messageOf(error) || codeOf(error)!;
  }
}

/** Why the body of an answer ended too early: it paused for too long, or it broke off. */
export const whyBroken = (error: unknown): 'paused' | 'broken' =>
  codeOf(error) === 'UND_ERR_BODY_TIMEOUT' ? 'paused' : 'broken';
