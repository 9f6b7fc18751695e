import { z } from 'zod';
import { ERROR_CODES, type ErrorCode, type PointsmanError } from '../../base/errors.js';
import type { ErrorForm } from './error-form.js';

/** An RFC 9457 problem document. */
export const Problem = z
  .strictObject({
    type: z.string().describe('URN of the kind of problem'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What was wrong this time'),
    code: z
      .enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]])
      .describe('Stable; what a program should look at'),
    issues: z.array(z.strictObject({ field: z.string(), expected: z.string(), received: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem document' });
export type Problem = z.infer<typeof Problem>;

/** The problem document of an error. */
function problemOf(error: PointsmanError): Problem {
  const { title, status } = ERROR_CODES[error.code];
  return {
    type: `urn:pointsman:problem:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    ...(error.issues.length > 0 ? { issues: [...error.issues] } : {}),
  };
}

/** Errors as RFC 9457 problem documents. */
export const problemForm: ErrorForm = {
  contentType: 'application/problem+json',
  schema: Problem,
  bodyOf: problemOf,
};
