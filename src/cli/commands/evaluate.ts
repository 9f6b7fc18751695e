import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { systemClock } from '../../base/clock.js';
import { dataPaths } from '../../base/paths.js';
import { openEncoder } from '../../encoder/index.js';
import { crossValidate } from '../../evaluation/cross-validate.js';
import { importFiles } from '../../importer/index.js';
import { openLedger } from '../../ledger/index.js';
import type { DesignName, TrainRequest } from '../../schema/training.js';
import { openBackend } from '../../tensor/backend.js';
import { encodeQueries } from '../../training/vectors.js';
import { foldTables } from '../fold-table.js';
import { integer, options } from '../options.js';
import { print, progressBar } from '../output.js';

interface Settings {
  log?: string[];
  folds: number;
  design: DesignName;
  seed: number;
  backend: NonNullable<TrainRequest['backend']>;
  data: string;
  encoder: string;
}

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('measure the learned profile beside simple routers, cross-validated by query, on a log')
    .option('--log <file...>', 'files to import into a ledger of their own (default: the ledger in --data)')
    .option('--folds <number>', 'number of folds', integer(2, 20), 5)
    .addOption(options.design())
    .addOption(options.seed())
    .addOption(options.backend())
    .addOption(options.data())
    .addOption(options.encoder())
    .action(async ({ log, folds, design, seed, backend: wanted, data, encoder: spec }: Settings) => {
      const scratch = log === undefined ? undefined : mkdtempSync(join(tmpdir(), 'pointsman-evaluate-'));
      const ledger = openLedger(dataPaths(scratch ?? data).ledger, { clock: systemClock });
      const bar = progressBar();
      try {
        if (log !== undefined) await importFiles(ledger, log);
        const rows = ledger.readGraphRows();
        const [encoder, backend] = [await openEncoder(spec), await openBackend(wanted)];
        const vectors = await encodeQueries(encoder, rows.queries, ledger, () => undefined);
        const reports = await crossValidate({ rows, vectors, encoder, design, seed, folds }, backend, bar.update);
        bar.stop();
        print(`${rows.queries.length} queries, ${rows.llms.length} LLMs, ${rows.scores.query.length} scores, ${rows.preferences.query.length} preferences; ${folds} folds by query text; design ${design}, seed ${seed}, encoder ${encoder.id}, ${backend.description}\n`);
        print(foldTables(reports));
      } finally {
        bar.stop();
        ledger.close();
        if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
      }
    });
}
