/**
 * What is to be forgotten: one text by its SHA-256 (hexadecimal), a tenant's, what is older than a time, or what has a
 * time of its own that is over (both in milliseconds).
 */
export type ToForget = { hash: string } | { tenant: string } | { before: number } | { due: number };

/** How far forgetting is: where the next part begins. */
export interface ForgetPosition {
  stage: number;
  after: number | string;
}

/** Texts of logged queries that are to be forgotten next. */
export interface TextPart {
  texts: { hash: string; text: string }[];
  /** Where to read on; null where this was the last part. */
  next: ForgetPosition | null;
}

/** What a part of the rest came to. */
export interface RestPart {
  decisions: number;
  errors: number;
  comments: number;
  next: ForgetPosition | null;
}

/** One table: rows and bytes (0 where they aren't counted) that it holds, and how many rows were ever removed. */
export interface TableSize {
  table: string;
  rows: number;
  bytes: number;
  removed: number;
}

/** What a ledger takes, in bytes: its file, and what of it is free to be written again. */
export interface LedgerBytes {
  bytes: number;
  freeBytes: number;
  /** Whether free pages can be given back while others work; else {@link RetentionStore.vacuum} is needed once. */
  givesBack: boolean;
}

/** What is kept how long. */
export interface RetentionStore {
  /**
   * Removes a bounded part of what is kept no longer, by the settings, and gives back some free space; answers whether
   * there may be more. Processes may sweep at the same time. Throws `ledger_busy`, as every verb that writes.
   */
  sweep(): Promise<boolean>;
  /** Tables that grow with traffic, by name: kept counts, read without a scan. */
  sizes(): Promise<TableSize[]>;
  bytes(): Promise<LedgerBytes>;
  /** Whether any text has a time of its own, up to `now`, at which it is forgotten: a cheap read. */
  isDue(now: number): Promise<boolean>;
  /** A bounded part of the texts of logged queries that `what` is of. */
  toForget(what: ToForget, from?: ForgetPosition): Promise<TextPart>;
  /**
   * Forgets texts of logged queries, `before` only where nothing was posted since, those that are `due` with the texts
   * of errors on them; answers how many there were.
   */
  forgetTexts(what: ToForget, hashes: readonly string[]): Promise<number>;
  /** Forgets a bounded part of texts in the log of decisions, and of errors; removes comments. */
  forgetRest(what: ToForget, from?: ForgetPosition): Promise<RestPart>;
  /** Takes what was forgotten out of what is still to be copied into the file. */
  settle(): Promise<void>;
  /** Whether any text was forgotten that was not posted again. */
  forgot(): Promise<boolean>;
  /**
   * Writes the whole file anew, without free space, and so that it gives back space from then on. Others read
   * meanwhile; who writes waits, or gets `ledger_busy`.
   */
  vacuum(): Promise<void>;
}
