import type { Scorer } from '../scoring/types.js';

/** Scorers of versions that are not in force, for experiments that try them. */
export interface LiveVersions {
  /** Null where the version is not loaded, or refused. */
  scorerOf(version: string): Scorer | null;
  /** Why a version that is wanted does not serve; null where it does, or nobody wants it. */
  refusal(version: string): string | null;
  /** Loads these, and lets all others go. Resolves when all are loaded or refused. */
  want(versions: ReadonlySet<string>): Promise<void>;
}
