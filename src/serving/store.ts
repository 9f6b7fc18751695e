import { PointsmanError } from '../base/errors.js';
import type { Ledger } from '../store/ports/index.js';
import type { ArtifactRecord } from '../store/ports/artifacts.js';
import { MANIFEST_FILE, WEIGHTS_FILE } from '../artifact/manifest.js';
import type { ArtifactFiles } from '../artifact/files/types.js';
import { checkEncoder, readArtifact } from './read.js';
import type { ArtifactStore } from '../artifact/types.js';

const FILES: readonly string[] = [WEIGHTS_FILE, MANIFEST_FILE];

export interface ArtifactStoreParts {
  files: ArtifactFiles;
  ledger: Pick<Ledger, 'artifacts'>;
  /** Called once a version is in force in the ledger; resolves when this process serves it. */
  onActivated(): Promise<void>;
  /** Id of the encoder that this process serves with, which an artifact has to fit; any where it serves none. */
  encoder?: string;
}

/** The artifacts that the ledger knows, kept in `files`. */
export function createArtifactStore({ files, ledger, onActivated, encoder }: ArtifactStoreParts): ArtifactStore {
  async function known(version: string): Promise<ArtifactRecord> {
    const record = await ledger.artifacts.get(version);
    if (record === undefined)
      throw new PointsmanError('version_not_found', `There is no version ${JSON.stringify(version)}`);
    return record;
  }
  function checkFile(version: string, file: string): void {
    if (!FILES.includes(file))
      throw new PointsmanError(
        'file_not_found',
        `Version ${version} has no file ${JSON.stringify(file)}; it has ${FILES.join(' and ')}`,
      );
  }
  return {
    async open(version, file) {
      const record = await known(version);
      checkFile(version, file);
      const sha256 = record.files.find(({ name }) => name === file)?.sha256 ?? null;
      return { ...(await files.open(version, file)), sha256 };
    },
    async activate(version) {
      await known(version);
      const { manifest } = await readArtifact(files, version);
      if (encoder !== undefined) checkEncoder(manifest, encoder);
      await ledger.artifacts.activate(version);
      await onActivated();
    },
  };
}
