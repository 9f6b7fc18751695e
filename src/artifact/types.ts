/** The artifacts on disk, as operators use them. */
export interface ArtifactStore {
  /**
   * Absolute path of one file of an artifact. Throws `version_not_found` or `file_not_found`; never leaves the
   * artifact's folder.
   */
  filePath(version: string, file: string): Promise<string>;
  /**
   * Verifies the artifact, puts it in force here, and records it. Throws `version_not_found` or `artifact_damaged`, and
   * changes nothing then.
   */
  activate(version: string): Promise<void>;
}
