import { createHash } from 'node:crypto';
import { messageOf, PointsmanError } from '../base/errors.js';
import type { Import, ImportRecord } from '../store/ports/imports.js';
import { spansIn } from './formats/otel.js';
import { formatOf } from './formats/index.js';
import { OUR_FIELDS, mapped, plain } from './formats/plain.js';
import { RowError, ScaleWanted, type LogFormat, type ReadContext, type Row, type RowFound } from './formats/types.js';
import type { ReadRecord } from './records.js';
import type { ImportOptions } from './types.js';

/** A row of another tool's log, and where it stands. */
export interface PlacedRow {
  row: Row;
  where: string;
}

/** The format of a log by its first rows; a table's where columns are ours, or are mapped. */
export function detectFormat(
  rows: readonly Row[],
  { map = new Map(), set = {} }: ImportOptions,
): LogFormat | undefined {
  const [first] = rows;
  if (first === undefined) return undefined;
  return (
    rows.map(formatOf).find((format) => format !== undefined) ??
    (plain.fits(mapped(first, map, set)) ? plain : undefined)
  );
}

/** What there is to say where a log is of no known format. */
export function unknownFormat(row: Row): string {
  const columns = Object.keys(row)
    .slice(0, 12)
    .map((column) => JSON.stringify(column));
  return (
    `expected columns of a known log, or ours (${OUR_FIELDS.slice(0, 3).join(', ')}, …), or --map COLUMN=FIELD; got ` +
    `${columns.join(', ')}${Object.keys(row).length > 12 ? ', …' : ''}`
  );
}

/** Reads the rows of a log of some format into records. */
export interface LogReader {
  /** Records of a row; null where it is none of an LLM's. Throws `invalid_file` naming row and field. */
  read(placed: PlacedRow): Promise<{ id: string | undefined; records: ImportRecord[] } | null>;
}

/** A row as it may be kept: without what is not there. */
const filled = (row: Row): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined && value !== null && value !== ''));

export function createLogReader(
  format: LogFormat,
  { map = new Map(), set = {}, scales = new Map(), llm }: ImportOptions,
  { keep, kept }: Pick<Import, 'keep' | 'kept'>,
  check: ReadRecord,
): LogReader {
  const context: ReadContext = {
    llm,
    scaled(metric, value) {
      const scale = scales.get(metric);
      if (scale === undefined) {
        if (value < 0 || value > 1) throw new ScaleWanted(metric, value);
        return value;
      }
      const [worst, best] = scale;
      const share = (value - worst) / (best - worst);
      if (share < 0 || share > 1) throw new RowError(metric, `a score from ${worst} to ${best}`, String(value));
      return share;
    },
    keep: (key, value) => keep(key, JSON.stringify(value)),
    kept: (key) => kept(key).map((value) => JSON.parse(value) as unknown),
  };

  function recordsOf({ told }: RowFound, where: string): ImportRecord[] {
    const records: ImportRecord[] = [];
    for (const { kind, value } of told) {
      const fields = filled(value);
      if (kind === 'interaction' && fields['query'] === undefined) {
        const { score: _score, propensity: _propensity, decision_id: _decision, ...call } = fields;
        const checked: ImportRecord[] = [];
        check({ ...call, query: '-' }, () => where, checked as never);
        const { query: _query, ...rest } = checked[0]!.value as { query: string };
        records.push({ kind: 'call', value: rest } as ImportRecord);
      } else check(fields, () => where, records as never);
    }
    return records;
  }

  return {
    async read({ row, where }) {
      try {
        const named = mapped(row, map, set);
        // Some files hold rows of several formats, as observations and their scores.
        const own = format.fits(named) ? format : (formatOf(named) ?? format);
        const found = await own.read(named, context);
        if (found === null || (format !== plain && lacksLlm(found))) return null;
        return { id: found.id === undefined ? undefined : `${own.name} ${found.id}`, records: recordsOf(found, where) };
      } catch (error) {
        if (error instanceof PointsmanError) throw error;
        throw new PointsmanError('invalid_file', `${where}: ${messageOf(error)}`, {
          cause: error,
          issues:
            error instanceof RowError
              ? [{ field: error.field, expected: error.expected, received: error.received }]
              : [],
        });
      }
    },
  };
}

/** Whether a row is of an answer that no LLM is named of, as one that failed before any was chosen. */
const lacksLlm = ({ told }: RowFound): boolean =>
  told.some(({ kind, value }) => kind === 'interaction' && (value['model'] === undefined || value['model'] === ''));

/** Rows of a log as its format has them: spans of an export of OTLP, each by itself. */
export function* rowsIn(format: LogFormat, { row, where }: PlacedRow): Generator<PlacedRow> {
  if (format.name !== 'opentelemetry-spans') {
    yield { row, where };
    return;
  }
  const spans = spansIn(row);
  if (spans.length === 1 && spans[0] === row) yield { row, where };
  else for (const [i, span] of spans.entries()) yield { row: span, where: `${where}, span ${i + 1}` };
}

/** What a row is known by in later imports: 16 bytes of SHA-256. */
export const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest().subarray(0, 16);

/**
 * The records of a row that no earlier import brought. Of a row with an id each record is known by it and by what it
 * is, so that a score that comes later is new; one without is known by what it says.
 */
export function newRecords(
  { id, records }: { id: string | undefined; records: readonly ImportRecord[] },
  content: () => string,
  isNew: Import['isNew'],
): readonly ImportRecord[] {
  if (id === undefined) return isNew(hashOf(`row ${content()}`), true) ? records : [];
  return records.filter(({ kind, value }, i) => {
    const what =
      kind === 'signal' ? `signal ${value.signal} ${value.source ?? ''}` : kind === 'preference' ? i : 'answer';
    return isNew(hashOf(`${id} ${what}`), false);
  });
}
