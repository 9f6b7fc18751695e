import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { openArtifactFolder } from '../../artifact/files/folder.js';
import { readArtifact } from '../../serving/read.js';
import { MANIFEST_FILE, WEIGHTS_FILE } from '../../artifact/manifest.js';
import { systemClock } from '../../base/clock.js';
import { PointsmanError, messageOf } from '../../base/errors.js';
import { dataPaths } from '../../base/paths.js';
import { openLedger } from '../../store/open.js';
import { options } from '../options.js';
import { print } from '../output.js';

export function exportCommand(): Command {
  return new Command('export')
    .description('write the trained weights of a version: weights.safetensors and manifest.json')
    .requiredOption('--output <dir>', 'folder to write to')
    .option('--artifact <version>', 'which version (default: the one in force)')
    .addOption(options.data())
    .action(async ({ output, artifact, data }: { output: string; artifact?: string; data: string }) => {
      const paths = dataPaths(data);
      const ledger = await openLedger(paths.ledger, { clock: systemClock, readonly: true });
      const version = artifact ?? (await ledger.artifacts.activeVersion());
      const known = version !== null && (await ledger.artifacts.get(version)) !== undefined;
      await ledger.close();
      if (version === null)
        throw new PointsmanError('version_not_found', `Nothing is trained in ${data} yet: \`pointsman train\` first`);
      if (!known)
        throw new PointsmanError(
          'version_not_found',
          `version: expected one that \`pointsman weights\` lists, got ${JSON.stringify(version)}`,
        );
      const files = openArtifactFolder(paths.artifacts);
      await readArtifact(files, version);
      try {
        mkdirSync(output, { recursive: true });
      } catch (error) {
        throw new PointsmanError(
          'invalid_config',
          `--output: expected a folder that can be made, got ${output}: ${messageOf(error)}`,
          { cause: error },
        );
      }
      for (const file of [WEIGHTS_FILE, MANIFEST_FILE]) {
        // Copied under another name first: nobody reads half a file.
        const temporary = join(output, `.${file}.${process.pid}`);
        const opened = await files.open(version, file);
        try {
          await writeFile(temporary, opened.stream());
          renameSync(temporary, join(output, file));
        } finally {
          await opened.close();
          rmSync(temporary, { force: true });
        }
        print(join(output, file));
      }
    });
}
