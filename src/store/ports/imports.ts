import type { LlmProfile } from '../../schema/profile.js';
import type { DescribedKind } from './catalog.js';
import type { FeedbackRecord } from './feedback.js';

/** One import: what it writes becomes visible with {@link Import.commit}, all of it, or never. */
export interface Import {
  /** Appends records in their order, registering LLMs, tasks and domains where new. */
  add(records: readonly FeedbackRecord[]): Promise<void>;
  /** Declares only the facts that the profile gives; others stay as they are. */
  mergeLlm(profile: LlmProfile): Promise<void>;
  describe(kind: DescribedKind, id: string, description: string): Promise<void>;
  linkTaskDomain(task: string, domain: string): Promise<void>;
  /** Ids of the LLMs as the import sees them, in order. */
  llms(): Promise<string[]>;
  /** Names that the catalogue has, those the import brought included. */
  names(kind: DescribedKind): Promise<Set<string>>;
  /** When a file with this content (SHA-256, uncompressed) was imported, in milliseconds; undefined if never. */
  importedAt(contentHash: string): Promise<number | undefined>;
  markImported(contentHash: string, name: string): Promise<void>;
  commit(): Promise<void>;
  /** Undoes all of it; does nothing after {@link commit}. */
  abandon(): Promise<void>;
}

/** Imports of whole files. */
export interface ImportStore {
  /** Begins one. Other writers wait until it ends, or get `ledger_busy`. Throws `ledger_busy`. */
  begin(): Promise<Import>;
}
