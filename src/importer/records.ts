import type { z } from 'zod';
import { PointsmanError } from '../base/errors.js';
import { Interaction, Preference, ScoreRow, Signal } from '../schema/feedback.js';
import { parse } from '../schema/parse.js';
import type { FeedbackRecord } from '../store/ports/feedback.js';
import { createInteractionCheck } from './interaction-check.js';

/** Ids that exported logs carry along; they say nothing here. */
const IGNORED = new Set(['query_id', 'metric']);

/**
 * Reads one parsed record, of whichever kind its fields tell, into the records that it holds. Throws `invalid_file`,
 * the message beginning with `where`.
 */
export type ReadRecord = (value: unknown, where: () => string, into: FeedbackRecord[]) => void;

export function createRecordReader(): ReadRecord {
  const isInteraction = createInteractionCheck();

  const readScores = (row: ScoreRow, into: FeedbackRecord[]): void => {
    const { query, task, domain, at } = row;
    for (const [model, score] of Object.entries(row.scores)) {
      into.push({ kind: 'interaction', value: { query, model, score, task, domain, at } as Interaction });
    }
  };

  return (value, where, into) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new PointsmanError(
        'invalid_file',
        `${where()}: expected a JSON object with "query" and "score", "scores" or "better_model", got ` +
          `${Array.isArray(value) ? 'an array' : JSON.stringify(value)}`,
      );
    const record = value as Record<string, unknown>;
    if ('scores' in record) return readScores(checked(ScoreRow, withoutIgnored(record), where), into);
    if ('better_model' in record || 'worse_model' in record) {
      const preference = checked(Preference, withoutIgnored(record), where);
      into.push({ kind: 'preference', value: preference });
      return;
    }
    if ('signal' in record) {
      const signal = checked(Signal, withoutIgnored(record), where);
      into.push({ kind: 'signal', value: signal });
      return;
    }
    if (!('score' in record) && !('model' in record)) {
      const names = Object.keys(record)
        .slice(0, 8)
        .map((key) => JSON.stringify(key));
      throw new PointsmanError(
        'invalid_file',
        `${where()}: expected "model" and "score" (an interaction), "scores" (a score row), "signal" (a ` +
          'signal) or "better_model" and "worse_model" (a preference), got the fields ' +
          (names.join(', ') || 'of an empty object'),
      );
    }
    into.push({
      kind: 'interaction',
      value: isInteraction(record) ? record : checked(Interaction, withoutIgnored(record), where),
    });
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

function withoutIgnored(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !IGNORED.has(key)));
}
