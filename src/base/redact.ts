import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PointsmanError, messageOf } from './errors.js';
import type { Logger } from './log.js';

/** Makes a text what may be stored of it; null where nothing may be. Never rejects. */
export type Redact = (text: string) => Promise<string | null>;

/** Of an error of a hook, what it is called: what it says may quote the text. */
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

/** A hook that may fail: then nothing of the text is stored, and the log says so without it. */
export function redactBy(hook: (text: string) => unknown, log: Logger): Redact {
  return async (text) => {
    try {
      const redacted = await hook(text);
      if (typeof redacted !== 'string') throw new TypeError(`expected a string, got ${typeof redacted}`);
      return redacted.trim() === '' ? null : redacted.toWellFormed();
    } catch (error) {
      log.warn({ error: nameOf(error) }, 'a text is not stored, as POINTSMAN_REDACT failed on it');
      return null;
    }
  };
}

/**
 * Loads what redacts texts before they are stored: a module whose default export is `(text: string) => string`, or a
 * promise of one. Throws `invalid_config`.
 */
export async function loadRedaction(path: string, log: Logger): Promise<Redact> {
  const refused = (what: string): PointsmanError =>
    new PointsmanError(
      'invalid_config',
      `POINTSMAN_REDACT: expected a module whose default export is a function from a text to a text, ${what}`,
    );
  let hook: unknown;
  try {
    ({ default: hook } = (await import(pathToFileURL(resolve(path)).href)) as { default?: unknown });
  } catch (error) {
    throw refused(`and could not load ${path}: ${messageOf(error)}`);
  }
  if (typeof hook !== 'function') throw refused(`got ${hook === undefined ? 'none' : `a ${typeof hook}`} in ${path}`);
  return redactBy(hook as (text: string) => unknown, log);
}
