import type { LlmProfile } from '../../schema/profile.js';
import type { DescribedKind } from './catalog.js';
import type { Interaction } from '../../schema/feedback.js';
import type { FeedbackRecord } from './feedback.js';

/** A call of an LLM whose query nobody kept: it tells what the LLM costs and takes, and whether it fails. */
export type Call = Omit<Interaction, 'query' | 'score' | 'propensity' | 'decision_id'>;

/** What an import appends. */
export type ImportRecord = FeedbackRecord | { kind: 'call'; value: Call };

/** One import: what it writes becomes visible with {@link Import.commit}, all of it since the last, or never. */
export interface Import {
  /** Appends records in their order, registering LLMs, tasks and domains where new. */
  add(records: readonly ImportRecord[]): Promise<void>;
  /**
   * Whether a row was not imported before, in any file; it is then taken for imported.
   *
   * @param hash of its id, or of what it says
   * @param repeats whether the same may stand in a file several times: then the n-th is new unless n came before
   */
  isNew(hash: Buffer, repeats: boolean): boolean;
  /** Keeps a value for later rows of this import, of other files too, beside others under the key; the same once. */
  keep(key: string, value: string): void;
  kept(key: string): string[];
  /** Keys under which something was kept that nobody asked for. */
  unjoined(): number;
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
  /** Makes visible what was written since the last commit; more may follow. */
  commit(): Promise<void>;
  /** Ends it, undoing what was not committed. */
  end(): Promise<void>;
}

/** Imports of whole files. */
export interface ImportStore {
  /** Begins one. Other writers wait until it ends, or get `ledger_busy`. Throws `ledger_busy`. */
  begin(): Promise<Import>;
}
