import { Command } from 'commander';
import { systemClock } from '../../base/clock.js';
import { dataPaths } from '../../base/paths.js';
import { importFiles } from '../../importer/index.js';
import { openLedger } from '../../store/open.js';
import { options } from '../options.js';
import { print, progressBar, table } from '../output.js';

export function importCommand(): Command {
  return new Command('import')
    .description(
      'add LLMs, families, tasks, domains, interactions or preferences; the format is found from the content, .gz too',
    )
    .argument(
      '<file...>',
      'JSON Lines of interactions, score rows or preferences; JSON or YAML of LLMs, families, tasks, domains',
    )
    .addOption(options.data())
    .action(async (files: string[], { data }: { data: string }) => {
      const ledger = await openLedger(dataPaths(data).ledger, { clock: systemClock });
      const bar = progressBar();
      try {
        const report = await importFiles(ledger, files, {
          onProgress: (p) =>
            bar.update(
              (p.phase === 'check' ? 0 : 0.1) +
                (p.phase === 'check' ? 0.1 : 0.9) * (p.bytesTotal === 0 ? 1 : p.bytesDone / p.bytesTotal),
              `${p.phase} ${p.path}: ${p.interactions} interactions, ${p.preferences} preferences`,
            ),
        });
        bar.stop();
        print(
          table(
            ['file', 'format', 'entries', 'interactions', 'preferences', ''],
            report.files.map((f) => [f.path, f.format, f.entries, f.interactions, f.preferences, f.notice ?? f.status]),
          ),
        );
        const { interactions, preferences, queries } = await ledger.feedback.counts();
        print(
          `\n${report.interactions} interactions and ${report.preferences} preferences in ` +
            `${report.seconds.toFixed(1)} s; the ledger in ${data} now has ${(await ledger.catalog.list()).length} ` +
            `LLMs, ${queries} queries, ${interactions} interactions and ${preferences} preferences`,
        );
      } finally {
        bar.stop();
        await ledger.close();
      }
    });
}
