import type { z } from 'zod';
import { PointsmanError } from '../base/errors.js';
import { Interaction, Preference, ScoreRow } from '../schema/feedback.js';
import { parse } from '../schema/parse.js';
import type { BulkWriter } from '../store/types.js';
import { createInteractionCheck } from './interaction-check.js';

/** Ids that exported logs carry along; they say nothing here. */
const IGNORED = new Set(['query_id', 'metric']);

/** Interactions, score rows and preferences written so far. */
export interface RecordCounts {
  interactions: number;
  preferences: number;
}

/**
 * Writes one parsed record, of whichever kind its fields tell. Throws `invalid_file`, the message beginning with
 * `where`.
 */
export type WriteRecord = (value: unknown, where: () => string) => void;

export function createRecordWriter(
  writer: Pick<BulkWriter, 'interaction' | 'preference'>,
  counts: RecordCounts,
): WriteRecord {
  const isInteraction = createInteractionCheck();

  const writeScores = (row: ScoreRow): void => {
    const { query, task, domain, at } = row;
    for (const [model, score] of Object.entries(row.scores)) {
      writer.interaction({ query, model, score, task, domain, at } as Interaction);
      counts.interactions++;
    }
  };

  return (value, where) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new PointsmanError(
        'invalid_file',
        `${where()}: expected a JSON object with "query" and "score", "scores" or "better_model", got ` +
          `${Array.isArray(value) ? 'an array' : JSON.stringify(value)}`,
      );
    const record = value as Record<string, unknown>;
    if ('scores' in record)
      return writeScores(
        checked(
          ScoreRow,
          only(record, (key) => !IGNORED.has(key)),
          where,
        ),
      );
    if ('better_model' in record || 'worse_model' in record) {
      writer.preference(
        checked(
          Preference,
          only(record, (key) => !IGNORED.has(key)),
          where,
        ),
      );
      counts.preferences++;
      return;
    }
    if (!('score' in record) && !('model' in record)) {
      const names = Object.keys(record)
        .slice(0, 8)
        .map((key) => JSON.stringify(key));
      throw new PointsmanError(
        'invalid_file',
        `${where()}: expected "model" and "score" (an interaction), "scores" (a score row) or "better_model" and ` +
          `"worse_model" (a preference), got the fields ${names.join(', ') || 'of an empty object'}`,
      );
    }
    writer.interaction(
      isInteraction(record)
        ? record
        : checked(
            Interaction,
            only(record, (key) => !IGNORED.has(key)),
            where,
          ),
    );
    counts.interactions++;
  };
}

/** Parses with the schema; the message of a score out of range says what unit is meant. */
function checked<T extends z.ZodType>(schema: T, record: Record<string, unknown>, where: () => string): z.output<T> {
  try {
    return parse(schema, record, 'invalid_file', where());
  } catch (error) {
    if (!(error instanceof PointsmanError)) throw error;
    const wrongUnit = error.issues.find((issue) => /^scores?(\.|$)/.test(issue.field) && Number(issue.received) > 1);
    if (wrongUnit === undefined) throw error;
    throw new PointsmanError('invalid_file', `${error.message} (scores are fractions from 0 to 1, not percent)`, {
      cause: error,
      issues: error.issues,
    });
  }
}

function only(record: Record<string, unknown>, keep: (key: string) => boolean): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => keep(key)));
}
