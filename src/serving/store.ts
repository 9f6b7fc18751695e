import { PointsmanError } from '../base/errors.js';
import type { ArtifactRecord, Ledger } from '../store/types.js';
import { MANIFEST_FILE, WEIGHTS_FILE } from '../artifact/manifest.js';
import type { ArtifactFolder } from '../artifact/files/folder.js';
import { checkEncoder, readArtifact } from './read.js';
import type { ArtifactStore } from '../artifact/types.js';

const FILES: readonly string[] = [WEIGHTS_FILE, MANIFEST_FILE];

export interface ArtifactStoreParts {
  files: ArtifactFolder;
  ledger: Ledger;
  /** Called once a version is in force in the ledger; resolves when this process serves it. */
  onActivated(): Promise<void>;
  /** Id of the encoder that this process serves with, which an artifact has to fit; any where it serves none. */
  encoder?: string;
}

/** The artifacts that the ledger knows, kept in `files`. */
export function createArtifactStore({ files, ledger, onActivated, encoder }: ArtifactStoreParts): ArtifactStore {
  function known(version: string): ArtifactRecord {
    const record = ledger.getArtifact(version);
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
      const record = known(version);
      checkFile(version, file);
      const sha256 = record.files.find(({ name }) => name === file)?.sha256 ?? null;
      return { ...(await files.open(version, file)), sha256 };
    },
    filePath(version, file) {
      known(version);
      checkFile(version, file);
      return files.pathOf(version, file);
    },
    async activate(version) {
      known(version);
      const { manifest } = await readArtifact(files, version);
      if (encoder !== undefined) checkEncoder(manifest, encoder);
      ledger.activateArtifact(version);
      await onActivated();
    },
  };
}
