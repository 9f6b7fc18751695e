import { plainJson } from './plain-text.js';
import { pino, type Logger } from 'pino';

export type { Logger };

/** A JSON logger on standard error: standard output belongs to the command's answer. */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      // JSON leaves some characters as they are that a terminal obeys.
      hooks: { streamWrite: plainJson },
    },
    pino.destination(2),
  );
}
