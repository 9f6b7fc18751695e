import type { TestContext } from 'node:test';
import { createRng } from '../../../src/base/rng.js';
import type { DriftObservation } from '../../../src/machines/drift-stream.js';
import { profile, START } from '../support.js';
import type { OpenedLedger, StoreUnderTest } from './store-under-test.js';

/** A ledger that knows the LLM `m` and the task `math`. */
export async function watched(store: StoreUnderTest, t: TestContext): Promise<OpenedLedger> {
  const opened = await store.open(t);
  await opened.ledger.catalog.put(profile('m'));
  await opened.ledger.catalog.describe('task', 'math', '');
  return opened;
}

/** Observations of `m`, of which the share `rate` is 1. */
export type Draws = (
  length: number,
  rate: number,
  of?: { task?: string; signal?: DriftObservation['signal']; from?: number },
) => DriftObservation[];

/** The same draws for whoever makes them anew. */
export function createDraws(): Draws {
  const rng = createRng(9);
  return (length, rate, { task = 'math', signal = 'score', from = START } = {}) =>
    Array.from({ length }, (_, i) => ({
      model: 'm',
      task,
      signal,
      value: Number(rng.next() < rate),
      predicted: null,
      version: null,
      at: from + i,
    }));
}
