/** What a file held. */
export type FileFormat =
  | 'records'
  | 'llm-features'
  | 'llm-profiles'
  | 'family-descriptions'
  | 'task-descriptions'
  | 'domain-descriptions'
  | 'domain-tasks'
  | (string & {});

export interface FileReport {
  path: string;
  format: FileFormat;
  /** `skipped` when a file with this content was imported before. */
  status: 'imported' | 'skipped';
  /** Why it was skipped. */
  notice?: string;
  /** Lines, or entries of a JSON or YAML document. */
  entries: number;
  interactions: number;
  preferences: number;
  /** Rows of calls whose query nobody kept. */
  calls: number;
  /** Rows that an earlier import had. */
  repeated: number;
  /** Rows that are none of an LLM's, as spans of tools are. */
  ignored: number;
  /** Rows that could not be read and were passed over. */
  broken: number;
}

/** Another tool's log, as it would be imported. */
export interface Preview {
  path: string;
  format: string;
  title: string;
  /** Columns of the first row, and what each becomes; null where it says nothing. */
  columns: { column: string; becomes: string | null }[];
  /** The first rows, read. */
  rows: { where: string; records: unknown[]; error?: string }[];
}

/** A row that was passed over. */
export interface BrokenRow {
  where: string;
  message: string;
}

export interface ImportReport {
  files: FileReport[];
  interactions: number;
  preferences: number;
  calls: number;
  /** Rows to be joined with others, as scores of observations, that none came for. */
  unjoined: number;
  /** LLMs that the catalogue did not have before. */
  new_models: string[];
  seconds: number;
}

export interface ImportProgress {
  path: string;
  /** `check` reads a file through without writing; `import` writes. */
  phase: 'check' | 'import';
  /** Bytes on disk of all files in this phase. */
  bytesTotal: number;
  bytesDone: number;
  interactions: number;
  preferences: number;
}

export interface ImportOptions {
  onProgress?: (progress: ImportProgress) => void;
  /** Columns of tables and logs, or fields within them, by which field of ours they become. */
  map?: ReadonlyMap<string, string>;
  /** Fields of ours that all rows have. */
  set?: Readonly<Record<string, string>>;
  /** Worst and best value of scores that are not from 0 to 1, by their names. */
  scales?: ReadonlyMap<string, readonly [worst: number, best: number]>;
  /** Which LLM rows are of where it is another that answered than was asked for; as the format has it unless given. */
  llm?: 'asked' | 'answered';
  /** Told of rows that can't be read, which are passed over; unless given, the first of them ends the import. */
  onBroken?: (row: BrokenRow) => void;
  /** Whether rows are imported again that an earlier import had. */
  again?: boolean;
}
