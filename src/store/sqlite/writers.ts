import type { Clock } from '../../base/clock.js';
import { createCatalog, createCatalogReader, type CatalogReader } from './catalog.js';
import type { Connection } from './connection.js';
import { createFeedback, type OpenSession } from './feedback.js';
import { createLlmTotals, type LlmTotals } from './llm-totals.js';
import { createLlmUsage } from './llm-usage.js';
import { createRegistry } from './registry.js';
import { createTally, type Tally } from './tally.js';
import type { Catalog } from '../types.js';

/** What both the ledger and an import write through, prepared once per connection. */
export interface Store {
  catalog: Catalog;
  catalogReader: CatalogReader;
  openSession: OpenSession;
  totals: LlmTotals;
  tally: Tally;
}

export function createStore(connection: Connection, clock: Clock): Store {
  const registry = createRegistry(connection);
  const tally = createTally(connection);
  const usage = createLlmUsage(connection);
  const totals = createLlmTotals(connection, usage);
  const catalogReader = createCatalogReader(connection);
  const touch = (): void => tally.add({ interactions: 0, preferences: 0, queries: 0 });
  return {
    catalog: createCatalog(connection, catalogReader, registry, touch, clock),
    catalogReader,
    openSession: createFeedback(connection, registry, totals, usage, tally, clock),
    totals,
    tally,
  };
}
