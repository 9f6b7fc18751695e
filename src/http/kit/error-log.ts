import type { IncomingMessage } from 'node:http';
import { v7 as uuidv7 } from 'uuid';
import { systemClock } from '../../base/clock.js';
import type { PointsmanError } from '../../base/errors.js';
import type { Logger } from '../../base/log.js';
import { createRepeats, type Repeats } from '../../base/repeats.js';
import { pathOf } from './target.js';

/** What failed, and where. */
export interface Failure {
  error: PointsmanError;
  req: IncomingMessage;
  /** Path of the operation as it is declared; undefined where there is none. */
  route: string | undefined;
}

/** A failure as it was logged. */
interface Logged {
  level: 'error' | 'warn';
  line: object;
  incident: string;
}

const repeatsOf = new WeakMap<Logger, Repeats<Logged>>();

function repeatsIn(log: Logger): Repeats<Logged> {
  let repeats = repeatsOf.get(log);
  if (repeats === undefined) {
    repeats = createRepeats<Logged>({
      clock: systemClock,
      repeated: ({ level, line }, times) => log[level]({ ...line, times }, 'request failed again'),
    });
    repeatsOf.set(log, repeats);
  }
  return repeats;
}

/** What is the same in messages of one kind: quoted texts, ids and numbers are left out. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const message = error.message.slice(0, 300).replace(/"[^"]*"|'[^']*'|[\da-f-]*\d[\da-f-]*/gi, '#');
  return `${error.name} ${(error as NodeJS.ErrnoException).code ?? ''} ${message}`;
}

/**
 * Logs a failure of the service's own making, without the request's body: the first of a kind at once, and those that
 * follow it once a minute, by their number. Answers the incident that was logged of it.
 */
export function logFailure({ error, req, route = '' }: Failure, log: Logger): string {
  const cause = error.cause ?? error;
  const method = req.method ?? '';
  const { incident } = repeatsIn(log).note(`${error.code} ${method} ${route} ${kindOf(cause)}`, () => {
    const request = { method, path: pathOf(req) };
    const id = uuidv7();
    if (error.code === 'internal') {
      log.error({ incident: id, ...request, err: cause }, 'request failed');
      return { level: 'error', line: { incident: id, method, route }, incident: id };
    }
    log.warn({ code: error.code, ...request, error: error.message }, 'request failed');
    return { level: 'warn', line: { code: error.code, method, route }, incident: id };
  });
  return incident;
}
