import type { IncomingMessage } from 'node:http';
import { PointsmanError } from '../../base/errors.js';
import { chain, type Maybe } from '../../base/maybe.js';
import { ANYBODY, STRANGER, type Caller, type LiveKeys, type Shown } from '../../live/keys.js';
import type { Operation } from '../kit/operation.js';

export interface AuthoriserParts {
  keys: LiveKeys;
  /** Whether nobody is asked for a key, though there are some. */
  open: boolean;
}

/** Tells who asks. Throws `unauthorized`, `forbidden`, `rate_limited`. */
export type Authorise = (request: IncomingMessage, operation: Pick<Operation, 'scope' | 'orScope'>) => Maybe<Caller>;

const ONE_REQUEST = { requests: 1, tokens: 0, usd: 0 };
const BEARER = /^Bearer +(.*)$/i;

/** What follows `Bearer`; undefined for another scheme. */
function bearerIn(authorization: string): string | undefined {
  // As most clients write it.
  const isPlain = authorization.startsWith('Bearer ') && authorization.charCodeAt(7) !== 0x20;
  return isPlain ? authorization.slice(7) : BEARER.exec(authorization)?.[1];
}

/**
 * The key that a request shows: as a bearer token, or in `x-api-key`, as Anthropic's clients do; undefined where it
 * shows nothing of the kind.
 */
function shownBy({ headers }: IncomingMessage): string | undefined {
  const { authorization, 'x-api-key': own } = headers;
  const bearer = authorization === undefined ? undefined : bearerIn(authorization);
  return bearer ?? (typeof own === 'string' ? own : authorization);
}

function unauthorized(shown: Exclude<Shown, Caller> | undefined): PointsmanError {
  const what =
    shown === undefined
      ? 'no key came'
      : shown === 'unknown'
        ? 'the key that came is not known'
        : `the key that came is ${shown}`;
  return new PointsmanError('unauthorized', `Authorization: expected \`Bearer pk_…\`, and ${what}`);
}

export function createAuthoriser({ keys, open }: AuthoriserParts): Authorise {
  const isOpen = (): boolean => open || !keys.any();

  function callerOf(request: IncomingMessage, scope: Operation['scope']): Caller {
    const text = shownBy(request);
    const shown = text === undefined ? undefined : keys.find(text);
    if (typeof shown === 'object') return shown;
    // Clients of other services send some key always.
    if (isOpen()) return ANYBODY;
    if (scope === null) return STRANGER;
    throw unauthorized(shown);
  }

  return (request, { scope, orScope }) => {
    const caller = callerOf(request, scope);
    if (scope === null) return caller;
    if (!caller.may(scope) && !(orScope !== undefined && caller.may(orScope)))
      throw new PointsmanError('forbidden', `The key ${caller.key}: expected the scope ${scope}, which it has not`);
    return chain(caller.charge(ONE_REQUEST), () => caller);
  };
}
