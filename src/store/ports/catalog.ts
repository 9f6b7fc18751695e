import type { LlmProfile } from '../../schema/profile.js';

/** What the catalogue describes beside LLMs. */
export type DescribedKind = 'family' | 'task' | 'domain';

/** LLMs that nobody declared. */
export interface Undeclared {
  count: number;
  ids: string[];
}

/** The catalogue: LLMs, families, tasks, domains. */
export interface CatalogStore {
  get(id: string): Promise<LlmProfile | undefined>;
  /** All LLMs that may be chosen, by id. */
  list(): Promise<LlmProfile[]>;
  /**
   * Replaces what is declared of an LLM; another `revision` than before marks that it changed. Answers whether it is
   * new among the candidates. Throws `catalog_full` where that would be more of them than `max_models`, and
   * `ledger_busy`, as every verb that writes.
   */
  put(profile: LlmProfile): Promise<boolean>;
  /**
   * Replaces what is declared of some LLMs and takes others out of the candidates: all of it, or nothing. Throws
   * `catalog_full`.
   */
  apply(changes: { put: readonly LlmProfile[]; remove: readonly string[] }): Promise<void>;
  /**
   * LLMs that feedback named and nobody declared, so that they are no candidates: how many, and the first `limit` of
   * them by id. No subject moves for them.
   */
  undeclared(limit: number): Promise<Undeclared>;
  /**
   * Takes an LLM out of the candidates, or of those that nobody declared; its interactions are kept. Answers whether it
   * was there.
   */
  delete(id: string): Promise<boolean>;
  /** Describes a family, task or domain, registering it where it is new. */
  describe(kind: DescribedKind, id: string, description: string): Promise<void>;
  linkTaskDomain(task: string, domain: string): Promise<void>;
  /** Which tasks are in which domains, by task and domain. */
  taskDomains(): Promise<{ task: string; domain: string }[]>;
}
