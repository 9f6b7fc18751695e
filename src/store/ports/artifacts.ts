import type { ArtifactSummary } from '../../schema/training.js';

/** What the ledger keeps of a trained artifact. */
export interface ArtifactRecord extends ArtifactSummary {
  /** Interactions and preferences in the ledger when it was trained. */
  ledger_rows: number;
}

/** The trained artifacts that exist, and which one is in force; their files are kept elsewhere. */
export interface ArtifactStore {
  /**
   * Registers artifacts, all or none, replacing those of the same version, and puts in force the one that is `active`.
   * Throws `ledger_busy`.
   */
  register(artifacts: readonly ArtifactRecord[]): Promise<void>;
  /** Newest first. */
  list(): Promise<ArtifactRecord[]>;
  get(version: string): Promise<ArtifactRecord | undefined>;
  activeVersion(): Promise<string | null>;
  /** Throws `version_not_found`, `ledger_busy`. */
  activate(version: string): Promise<void>;
}
