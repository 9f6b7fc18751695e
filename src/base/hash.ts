import { createHash } from 'node:crypto';

/** SHA-256 in hex of the given parts, one after another. */
export function sha256(...parts: (string | NodeJS.ArrayBufferView)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
