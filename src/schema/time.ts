import { z } from 'zod';

/** Times that are taken, in milliseconds since the epoch: logs of LLMs are neither older nor from after 2199. */
const [EARLIEST, AFTER] = [0, Date.UTC(2200, 0)];

/** A time in ISO 8601, with its offset. */
export const Timestamp = z.iso
  .datetime({ offset: true })
  .max(64)
  .refine((text) => {
    const at = Date.parse(text);
    // What is no time at all has been said so already.
    return Number.isNaN(at) || (at >= EARLIEST && at < AFTER);
  }, 'expected a time from 1970 to 2199');
