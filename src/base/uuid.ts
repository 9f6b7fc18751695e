import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const BYTES = 16;
/** Random bytes are drawn for many ids at once: a draw costs more than the rest of making an id. */
const pool = new Uint8Array(BYTES * 256);
let next = pool.length;

/** A UUID version 7 (RFC 9562) of the time `now`, in milliseconds; `sequence` orders ids of the same millisecond. */
export function uuid7(now: number, sequence: number): string {
  if (next === pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  const random = pool.subarray(next, next + BYTES);
  next += BYTES;
  return v7({ msecs: now, seq: sequence, random });
}
