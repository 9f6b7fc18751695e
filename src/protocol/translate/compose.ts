import { PointsmanError } from '../../base/errors.js';
import { describeIssues } from '../../schema/parse.js';
import type { FormStream, FormTranslation } from './form.js';

/** Through a form in the middle: `near` is between the client and it, `far` between it and the provider. */
export function composed(near: FormTranslation, far: FormTranslation): FormTranslation {
  return {
    request(body) {
      const middle = near.request(body);
      try {
        return far.request(middle);
      } catch (error) {
        throw near.field === undefined ? error : renamed(error, near.field);
      }
    },
    answer: (body) => near.answer(far.answer(body)),
    error: (status, body) => near.error(status, far.error(status, body)),
    stream: () => piped(near.stream(), far.stream()),
  };
}

function piped(near: FormStream, far: FormStream): FormStream {
  return {
    event: (said) => far.event(said).flatMap((one) => near.event(one)),
    end: () => [...far.end().flatMap((one) => near.event(one)), ...near.end()],
  };
}

/** The error with its fields as the client calls them. */
function renamed(error: unknown, field: (name: string) => string): unknown {
  if (!(error instanceof PointsmanError) || error.issues.length === 0) return error;
  const issues = error.issues.map((issue) => ({ ...issue, field: field(issue.field) }));
  return new PointsmanError(error.code, describeIssues(issues), { issues, cause: error });
}
