import type { ArtifactFile } from './files/types.js';

/** A file as it is downloaded. */
export interface Download extends ArtifactFile {
  /** SHA-256 of the file as its manifest lists it; null for the manifest itself. */
  sha256: string | null;
}

/** The artifacts, as operators use them. */
export interface ArtifactStore {
  /** Opens one file of an artifact, to be closed by the caller. Throws `version_not_found` or `file_not_found`. */
  open(version: string, file: string): Promise<Download>;
  /**
   * Verifies the artifact, puts it in force here, and records it. Throws `version_not_found` or `artifact_damaged`, and
   * changes nothing then.
   */
  activate(version: string): Promise<void>;
}
