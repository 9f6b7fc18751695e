import { createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { openArtifactFolder } from '../../artifact/files/folder.js';
import { readArtifact } from '../../serving/read.js';
import { MANIFEST_FILE, WEIGHTS_FILE } from '../../artifact/manifest.js';
import { PointsmanError, messageOf } from '../../base/errors.js';
import { dataPaths } from '../../base/paths.js';
import type { ArtifactSummary } from '../../schema/training.js';
import { callJson, serviceApi } from '../client.js';
import { readLedger } from '../ledger.js';
import { answer, print } from '../output.js';
import { onTarget, type Target } from '../target.js';

const FILES = [WEIGHTS_FILE, MANIFEST_FILE];

/** Versions whose files can be read, and which is in force. */
interface Source {
  versions(): Promise<{ known: string[]; active: string | null }>;
  /** Passes a file's bytes to `write`. */
  read(version: string, file: string, write: (bytes: Readable) => Promise<void>): Promise<void>;
}

function inFolder(data: string): Source {
  const files = openArtifactFolder(dataPaths(data).artifacts);
  let isVerified = false;
  return {
    versions: () =>
      readLedger(data, async ({ artifacts }) => ({
        known: (await artifacts.list()).map(({ version }) => version),
        active: await artifacts.activeVersion(),
      })),
    async read(version, file, write) {
      if (!isVerified) await readArtifact(files, version);
      isVerified = true;
      const opened = await files.open(version, file);
      try {
        await write(Readable.from(opened.stream()));
      } finally {
        await opened.close();
      }
    },
  };
}

function ofService(url: string): Source {
  const api = serviceApi(url);
  return {
    async versions() {
      const { weights } = await callJson<{ weights: ArtifactSummary[] }>(api, 'GET', '/v1/weights');
      return {
        known: weights.map(({ version }) => version),
        active: weights.find((one) => one.active)?.version ?? null,
      };
    },
    async read(version, file, write) {
      const { body } = await api.call('GET', `/v1/weights/${encodeURIComponent(version)}/${encodeURIComponent(file)}`);
      await write(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]));
    },
  };
}

/** The version that is meant. Throws `version_not_found`. */
async function versionOf(source: Source, target: Target, artifact: string | undefined): Promise<string> {
  const { known, active } = await source.versions();
  const version = artifact ?? active;
  const where = target.kind === 'folder' ? target.data : target.url;
  if (version === null)
    throw new PointsmanError('version_not_found', `Nothing is trained in ${where} yet: \`pointsman train\` first`);
  if (known.includes(version)) return version;
  throw new PointsmanError(
    'version_not_found',
    `version: expected one that \`pointsman weights\` lists, got ${JSON.stringify(version)}`,
  );
}

function makeFolder(output: string): void {
  try {
    mkdirSync(output, { recursive: true });
  } catch (error) {
    throw new PointsmanError(
      'invalid_config',
      `--output: expected a folder that can be made, got ${output}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

export function exportCommand(): Command {
  return onTarget<{ output: string; artifact?: string }>(
    new Command('export')
      .description('write the trained weights of a version: weights.safetensors and manifest.json')
      .requiredOption('--output <dir>', 'folder to write to')
      .option('--artifact <version>', 'which version (default: the one in force)'),
    { json: '{"version", "written": [file]}' },
    async (target, { output, artifact, json }) => {
      const source = target.kind === 'folder' ? inFolder(target.data) : ofService(target.url);
      const version = await versionOf(source, target, artifact);
      const written: string[] = [];
      for (const file of FILES) {
        // Copied under another name first: nobody reads half a file.
        const temporary = join(output, `.${file}.${process.pid}`);
        try {
          await source.read(version, file, async (bytes) => {
            makeFolder(output);
            await pipeline(bytes, createWriteStream(temporary));
          });
          renameSync(temporary, join(output, file));
        } finally {
          rmSync(temporary, { force: true });
        }
        written.push(join(output, file));
      }
      answer(json, { version, written }, () => print(written.join('\n')));
    },
  );
}
