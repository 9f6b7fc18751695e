import { createHash } from 'node:crypto';

/** SHA-256 in hex of the given parts, one after another. */
export function sha256(...parts: (string | NodeJS.ArrayBufferView)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/**
 * Stands for the hash of a query of which nothing may be kept: of the id of its decision, so that it says nothing of
 * the text, and no other query has it.
 */
export const hashOfNothing = (decision: string): string => sha256('pointsman: a query that is not kept: ', decision);
