/** What a file held. */
export type FileFormat =
  | 'records'
  | 'llm-features'
  | 'llm-profiles'
  | 'family-descriptions'
  | 'task-descriptions'
  | 'domain-descriptions'
  | 'domain-tasks';

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
}

export interface ImportReport {
  files: FileReport[];
  interactions: number;
  preferences: number;
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
}
