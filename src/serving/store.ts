import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PointsmanError } from '../base/errors.js';
import type { Ledger } from '../store/ports/index.js';
import { MANIFEST_FILE, WEIGHTS_FILE } from '../artifact/manifest.js';
import { checkEncoder, readArtifact } from './read.js';
import type { ArtifactStore } from '../artifact/types.js';

const FILES: readonly string[] = [WEIGHTS_FILE, MANIFEST_FILE];

/**
 * The artifacts under a folder.
 *
 * @param onActivated called once a version is in force in the ledger; resolves when this process serves it
 * @param encoder id of the encoder that this process serves with, which an artifact has to fit; any where it serves
 *   none
 */
export function createArtifactStore(
  folder: string,
  ledger: Pick<Ledger, 'artifacts'>,
  onActivated: () => Promise<void>,
  encoder?: string,
): ArtifactStore {
  async function known(version: string): Promise<void> {
    if ((await ledger.artifacts.get(version)) === undefined)
      throw new PointsmanError('version_not_found', `There is no version ${JSON.stringify(version)}`);
  }
  return {
    async filePath(version, file) {
      await known(version);
      const path = join(folder, version, file);
      if (!FILES.includes(file) || !existsSync(path))
        throw new PointsmanError(
          'file_not_found',
          `Version ${version} has no file ${JSON.stringify(file)}; it has ${FILES.join(' and ')}`,
        );
      return path;
    },
    async activate(version) {
      await known(version);
      const { manifest } = await readArtifact(folder, version);
      if (encoder !== undefined) checkEncoder(manifest, encoder);
      await ledger.artifacts.activate(version);
      await onActivated();
    },
  };
}
