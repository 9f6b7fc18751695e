/** One row of a log: a line of JSON, a row of a table, a span. */
export type Row = Readonly<Record<string, unknown>>;

/** What a row says, before it is checked: fields that are not there are undefined or null. */
export type Told =
  /** Without a query it is a call: it tells what an LLM costs and takes, and whether it failed. */
  { kind: 'interaction'; value: Row } | { kind: 'preference'; value: Row } | { kind: 'signal'; value: Row };

/** What was read off a row. */
export interface RowFound {
  /** By which the row is known again, whatever file it stands in; its content where it has none. */
  id?: string | undefined;
  told: Told[];
}

/** What rows are read with. */
export interface ReadContext {
  /** A score of a metric in [0, 1]. Throws a {@link RowError} where nobody said which range it has. */
  scaled(metric: string, value: number): number;
  /** Which LLM a row is of: the one that was asked for, or the one that answered. */
  llm: 'asked' | 'answered' | undefined;
  /** Keeps something of this import for rows that come later, beside what was kept under the key; the same once. */
  keep(key: string, value: unknown): void;
  /** What was kept under a key. */
  kept(key: string): unknown[];
}

/** A tool's log format. */
export interface LogFormat {
  name: string;
  title: string;
  /** Whether a row is of this format, by its fields. */
  fits(row: Row): boolean;
  /** Which column becomes what. */
  columns: readonly (readonly [column: string, becomes: string])[];
  /** What a row has beside its columns, as attributes within one. */
  within?(row: Row): string[];
  /** Whether other files are joined with rows of this one, which are read first then. */
  first?: boolean;
  /** Null where a row is none of an LLM's. Throws {@link RowError}. */
  read(row: Row, context: ReadContext): RowFound | null | Promise<RowFound | null>;
}

/** Something wrong in a row, or not known of it: which field, what was expected, what came. */
export class RowError extends Error {
  readonly field: string;
  readonly expected: string;
  readonly received: string;

  constructor(field: string, expected: string, received: string) {
    super(`${field}: expected ${expected}, got ${received}`);
    this.field = field;
    this.expected = expected;
    this.received = received;
  }
}

/** A score beyond 0 to 1 whose range nobody said. */
export class ScaleWanted extends RowError {
  constructor(metric: string, value: number) {
    super(
      metric,
      `a score from 0 to 1, or the range of ${JSON.stringify(metric)} (--scale '${metric}=WORST..BEST')`,
      String(value),
    );
  }
}
