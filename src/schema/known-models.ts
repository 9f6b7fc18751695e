import { PointsmanError, type Issue } from '../base/errors.js';
import { describe } from './parse.js';

/** After so many, further LLMs of a request are only counted. */
const MAX_ISSUES = 20;

/** An LLM, and the field of a request that names it. */
export interface NamedLlm {
  field: string;
  model: string;
}

/** `unknown_model`, naming the field of each LLM that is not known: of many, the first. */
export function unknownModels(named: readonly NamedLlm[]): PointsmanError {
  const issues = named.slice(0, MAX_ISSUES).map(({ field, model }): Issue => ({
    field,
    expected: 'the id of a known LLM (see GET /v1/models)',
    received: describe(model),
  }));
  const more = named.length > MAX_ISSUES ? `; and ${named.length - MAX_ISSUES} more` : '';
  return new PointsmanError(
    'unknown_model',
    issues.map((issue) => `${issue.field}: expected ${issue.expected}, got ${issue.received}`).join('; ') + more,
    { issues },
  );
}

/** Throws {@link unknownModels} where any is not known. */
export function checkKnown(
  models: readonly string[],
  isKnown: (model: string) => boolean,
  field: (i: number) => string,
): void {
  const unknown = models.flatMap((model, i): NamedLlm[] => (isKnown(model) ? [] : [{ field: field(i), model }]));
  if (unknown.length > 0) throw unknownModels(unknown);
}
