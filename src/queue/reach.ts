import { messageOf, PointsmanError } from '../base/errors.js';
import { STORE_TIMEOUT_MS } from './settings.js';
import type { Store } from './store/types.js';
import { within } from './within.js';

/** How to get each store, for those who see that it isn't there. */
const REMEDIES = {
  redis:
    'Start one (Debian: `apt-get install redis-server`), correct POINTSMAN_QUEUE, or unset it to use the ' +
    'embedded queue',
  postgres:
    'Start one (Debian: `apt-get install postgresql`), correct POINTSMAN_QUEUE, or unset it to use the embedded queue',
  embedded: 'Set POINTSMAN_QUEUE=redis://… or postgres://… to use a server',
};

/** The `queue_unavailable` error for what a driver threw. */
export function unavailable(store: Pick<Store, 'name' | 'place'>, cause: unknown): PointsmanError {
  if (cause instanceof PointsmanError) return cause;
  return new PointsmanError(
    'queue_unavailable',
    `The ${store.name} job queue at ${store.place} can't be reached: ${reasonOf(cause)}. ${REMEDIES[store.name]}`,
    { cause },
  );
}

/** Waits for the store's answer; any failure, or none within {@link STORE_TIMEOUT_MS}, is `queue_unavailable`. */
export async function reach<T>(store: Pick<Store, 'name' | 'place'>, work: () => Promise<T>): Promise<T> {
  try {
    return await within(STORE_TIMEOUT_MS, work());
  } catch (error) {
    throw unavailable(store, error);
  }
}

/** Node reports a refused `localhost` as an AggregateError without a message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ');
  return messageOf(error);
}
