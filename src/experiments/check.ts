import { PointsmanError, type Issue } from '../base/errors.js';
import { candidatesAt } from '../machines/experiment-arms.js';
import { policyOf } from '../policy/named.js';
import type { ExperimentBody } from '../schema/experiment.js';
import { checkKnown } from '../schema/known-models.js';
import { describeIssues } from '../schema/parse.js';
import type { Ledger } from '../store/ports/index.js';

const refuse = (issue: Issue): never => {
  throw new PointsmanError('invalid_request', describeIssues([issue]), { issues: [issue] });
};

/**
 * Throws `unknown_policy`, `version_not_found` or `unknown_model` for what is not there, and `invalid_request` for an
 * end that is over, or a step that gives nothing.
 */
export async function checkExperiment(
  body: ExperimentBody,
  { policies, artifacts, catalog }: Pick<Ledger, 'policies' | 'artifacts' | 'catalog'>,
  now: number,
): Promise<void> {
  const [kept, llms] = await Promise.all([policies.list(), catalog.list()]);
  const known = new Set<string>(llms.map(({ id }) => id));
  if (body.of !== undefined) policyOf(body.of, kept, 'of');
  for (const [field, { policy, version, models = [] }] of candidatesAt(body)) {
    if (policy !== undefined) policyOf(policy, kept, `${field}.policy`);
    if (version !== undefined && (await artifacts.get(version)) === undefined)
      throw new PointsmanError(
        'version_not_found',
        `${field}.version: expected the version of a trained artifact (see GET /v1/weights), got ` +
          JSON.stringify(version),
      );
    checkKnown(
      models,
      (model) => known.has(model),
      (i) => `${field}.models[${i}]`,
    );
  }
  if (body.until !== undefined && Date.parse(body.until) <= now)
    refuse({ field: 'until', expected: 'a time that is still to come', received: JSON.stringify(body.until) });
  if (body.kind !== 'canary') return;
  const empty = body.steps.findIndex(({ share }) => share === 0);
  if (empty >= 0) refuse({ field: `steps[${empty}].share`, expected: 'more than 0', received: '0' });
}
