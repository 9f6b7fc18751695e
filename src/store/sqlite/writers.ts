import type { Clock } from '../../base/clock.js';
import { createCatalogReader, createCatalogWriter, type CatalogReader, type CatalogWriter } from './catalog.js';
import { createTouch, type Touch } from './changes.js';
import type { Connection } from './connection.js';
import { createExperimentResults, type ExperimentResults } from './experiment-results.js';
import { createFeedbackSessions, type OpenSession } from './feedback-session.js';
import { createLlmTotals, type LlmTotals } from './llm-totals.js';
import { createLlmUsage } from './llm-usage.js';
import { createRegistry } from './registry.js';
import { createRoom, type Room } from './room.js';
import { createSettingsReader, type ReadSettings } from './settings.js';
import { createTableSizes, type TableSizes } from './table-sizes.js';
import { createTally, type Tally } from './tally.js';

/** What both the ledger and an import write through, prepared once per connection. */
export interface Writers {
  catalogReader: CatalogReader;
  catalog: CatalogWriter;
  openSession: OpenSession;
  totals: LlmTotals;
  tally: Tally;
  touch: Touch;
  settings: ReadSettings;
  room: Room;
  sizes: TableSizes;
  results: ExperimentResults;
}

export function createWriters(connection: Connection, clock: Clock): Writers {
  const registry = createRegistry(connection);
  const tally = createTally(connection);
  const touch = createTouch(connection);
  const sizes = createTableSizes(connection);
  const usage = createLlmUsage(connection);
  const totals = createLlmTotals(connection, usage);
  const catalogReader = createCatalogReader(connection);
  const settings = createSettingsReader(connection);
  const room = createRoom(connection, settings);
  const results = createExperimentResults(connection);
  return {
    catalogReader,
    catalog: createCatalogWriter(connection, { reader: catalogReader, registry, touch, clock }),
    openSession: createFeedbackSessions(connection, {
      registry,
      totals,
      usage,
      tally,
      touch,
      room,
      sizes,
      results,
      clock,
    }),
    totals,
    tally,
    touch,
    settings,
    room,
    sizes,
    results,
  };
}
