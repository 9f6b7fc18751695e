/**
 * What a worker holds after each of many trainings in its life, and what the training process, which ends with each,
 * held at most.
 *
 *     node dist/scripts/bench/worker-memory.js [--trainings 20] [--interactions 4000] [--backend auto]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../../src/base/clock.js';
import { createLogger } from '../../src/base/log.js';
import { dataPaths } from '../../src/base/paths.js';
import { table } from '../../src/cli/output.js';
import { openLedger } from '../../src/store/open.js';
import type { TrainRequest } from '../../src/schema/training.js';
import { loadSimulation, simulateStream } from '../../src/simulator/index.js';
import { trainAndActivate } from '../../src/training/trainer.js';

const { values } = parseArgs({
  options: {
    trainings: { type: 'string', default: '20' },
    interactions: { type: 'string', default: '4000' },
    backend: { type: 'string', default: 'auto' },
  },
});
const [trainings, interactions] = [Number(values.trainings), Number(values.interactions)];

const dataDir = mkdtempSync(join(tmpdir(), 'pointsman-memory-'));
const ledger = await openLedger(dataPaths(dataDir).ledger, { clock: systemClock });
try {
  await loadSimulation(ledger, simulateStream({ seed: 1, llms: 10, interactions }));
  const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
  const rows: (string | number)[][] = [];
  let backend = '';
  for (let seed = 1; seed <= trainings; seed++) {
    const trained = await trainAndActivate(
      { ledger, dataDir, encoder: 'static', log: createLogger('warn'), onActivated: () => Promise.resolve() },
      { seed, backend: values.backend as TrainRequest['backend'] & string },
      () => undefined,
    );
    globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    rows.push([seed, megabytes(rss), megabytes(heapUsed), megabytes(external), trained.peak_memory_mb]);
    backend = trained.backend;
  }
  console.log(`${interactions} simulated interactions, ${backend}; seeds 1 to ${trainings}`);
  console.log(
    table(['training', 'worker’s memory, MiB', 'of it heap', 'outside the heap', 'training process at most, MB'], rows),
  );
} finally {
  await ledger.close();
  rmSync(dataDir, { recursive: true, force: true });
}
