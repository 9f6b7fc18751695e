/**
 * Training time of a whole log on each backend that is here, in a process each, with the held-out score.
 *
 *     node dist/scripts/bench/training.js FILE… [--backends tensorflow,wasm] [--seed 1]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../../src/base/clock.js';
import { messageOf } from '../../src/base/errors.js';
import { dataPaths } from '../../src/base/paths.js';
import { table } from '../../src/cli/output.js';
import { importFiles } from '../../src/importer/index.js';
import { openLedger } from '../../src/store/open.js';
import type { TrainRequest } from '../../src/schema/training.js';
import { trainInChild } from '../../src/training/spawn.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { backends: { type: 'string', default: 'tensorflow,wasm' }, seed: { type: 'string', default: '1' } },
});
if (positionals.length === 0) throw new Error('expected the files of a log');
const data = mkdtempSync(join(tmpdir(), 'pointsman-bench-'));
try {
  const ledger = await openLedger(dataPaths(data).ledger, { clock: systemClock });
  await importFiles(ledger, positionals);
  const { interactions, preferences } = await ledger.feedback.counts();
  await ledger.close();
  const rows: (string | number)[][] = [];
  for (const backend of values.backends.split(',')) {
    // The version is the same on every backend, so the artifact of the one before would be taken for done.
    rmSync(dataPaths(data).artifacts, { recursive: true, force: true });
    try {
      const { manifest, seconds } = await trainInChild(
        {
          dataDir: data,
          encoder: 'static',
          request: { backend: backend as TrainRequest['backend'] & string, seed: Number(values.seed) },
        },
        () => undefined,
      );
      const { metrics } = manifest;
      rows.push([
        backend,
        manifest.backend,
        seconds.toFixed(1),
        metrics['epochs'] ?? '–',
        ...['learned', 'soft_task', 'best_single'].map((router) =>
          (metrics[`score_${router}`] ?? metrics[`ranking_accuracy_${router}`] ?? NaN).toFixed(4),
        ),
      ]);
    } catch (error) {
      rows.push([backend, messageOf(error), '–', '–', '–', '–', '–']);
    }
  }
  console.log(`${interactions} interactions, ${preferences} preferences, seed ${values.seed}`);
  console.log(
    table(['backend', 'what ran', 'seconds', 'epochs', 'learned profile', 'soft task', 'best single LLM'], rows),
  );
} finally {
  rmSync(data, { recursive: true, force: true });
}
