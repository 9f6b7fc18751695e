import type { PostgresQueueBackend } from 'bullmq';
import { setTimeout as sleep } from 'node:timers/promises';

/** A wait that ends sooner than this, in milliseconds, found a job without having to wait. */
const AT_ONCE_MS = 20;
/** How long to leave such a job alone, in milliseconds. */
const PAUSE_MS = 250;

/**
 * BullMQ's PostgreSQL worker asks without pause for a job that waits only because global concurrency lets no other
 * run (6.7.0: `waitForJob` answers at once, `moveToActive` then finds nothing to take). During a training that
 * would load the server, and, embedded, never let the event loop turn. So it pauses before it asks again.
 */
export function calm(backend: PostgresQueueBackend): PostgresQueueBackend {
  const waitForJob = backend.waitForJob.bind(backend);
  backend.waitForJob = async (blockTimeout) => {
    const began = performance.now();
    const marker = await waitForJob(blockTimeout);
    if (performance.now() - began < AT_ONCE_MS) await sleep(PAUSE_MS);
    return marker;
  };
  return backend;
}
