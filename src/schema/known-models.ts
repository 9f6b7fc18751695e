import { PointsmanError, type Issue } from '../base/errors.js';
import { describe } from './parse.js';

/** Throws `unknown_model`, naming the field of each LLM that is not known. */
export function checkKnown(
  models: readonly string[],
  isKnown: (model: string) => boolean,
  field: (i: number) => string,
): void {
  const issues = models.flatMap((model, i): Issue[] =>
    isKnown(model)
      ? []
      : [{ field: field(i), expected: 'the id of a known LLM (see GET /v1/models)', received: describe(model) }],
  );
  if (issues.length === 0) return;
  throw new PointsmanError(
    'unknown_model',
    issues.map((issue) => `${issue.field}: expected ${issue.expected}, got ${issue.received}`).join('; '),
    { issues },
  );
}
