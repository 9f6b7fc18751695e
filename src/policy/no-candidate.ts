import { PointsmanError, type Issue } from '../base/errors.js';
import type { Rules } from '../schema/policy.js';
import type { Exclusion } from './constraints.js';

/** Names listed in a message before "and n more". */
const NAMES_SHOWN = 10;
/** Reasons of one constraint that a message tells. */
const REASONS_SHOWN = 5;

/** What groups of exclusions have in common, in order of their first. */
function grouped(excluded: readonly Exclusion[], by: (exclusion: Exclusion) => string): Exclusion[][] {
  const groups = new Map<string, Exclusion[]>();
  for (const exclusion of excluded) {
    const key = by(exclusion);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [exclusion]);
    else group.push(exclusion);
  }
  return [...groups.values()];
}

function namesOf(excluded: readonly Exclusion[]): string {
  const more = excluded.length > NAMES_SHOWN ? ` and ${excluded.length - NAMES_SHOWN} more` : '';
  return `${excluded
    .slice(0, NAMES_SHOWN)
    .map(({ model }) => model)
    .join(', ')}${more}`;
}

const issueOf = (field: string, received: string): Issue => ({
  field,
  expected: 'a constraint that leaves a candidate',
  received,
});

/** What a rule came to: its value says it for all that it excluded. */
function ofRule(excluded: readonly Exclusion[], rules: Rules): Issue {
  const { constraint, reason } = excluded[0]!;
  const value = rules[constraint as keyof Rules];
  const told =
    value === undefined
      ? reason
      : Array.isArray(value)
        ? constraint === 'models' || constraint === 'exclude'
          ? `${value.length} LLMs`
          : value.join(', ')
        : String(value);
  return issueOf(constraint, `${told}, which excludes ${namesOf(excluded)}`);
}

/** What the query itself came to, which no rule says: by reason. */
function ofQuery(excluded: readonly Exclusion[]): Issue {
  const reasons = grouped(excluded, ({ reason }) => reason);
  const told = reasons
    .slice(0, REASONS_SHOWN)
    .map((group) => `${group[0]!.reason}, which excludes ${namesOf(group)}`)
    .join('; ');
  const left = excluded.length - reasons.slice(0, REASONS_SHOWN).reduce((sum, group) => sum + group.length, 0);
  return issueOf(excluded[0]!.constraint, left === 0 ? told : `${told}; and ${left} more likewise`);
}

/**
 * `no_candidate`, naming the constraints that excluded everyone.
 *
 * @param unfit those that no rule excluded, but what the query needs
 */
export function noCandidate(excluded: readonly Exclusion[], unfit: readonly Exclusion[], rules: Rules): PointsmanError {
  const constraint = (exclusion: Exclusion): string => exclusion.constraint;
  const queried = grouped(unfit, constraint).map(ofQuery);
  const byRules = excluded.filter((exclusion) => !unfit.includes(exclusion));
  const ruled = grouped(byRules, constraint).map((group) => ofRule(group, rules));
  const told = [
    ...queried.map(({ field, received }) => `${field}: ${received}`),
    ...ruled.map(({ field, received }) => `${field} is ${received}`),
  ];
  return new PointsmanError('no_candidate', `No LLM is left: ${told.join('; ')}`, { issues: [...queried, ...ruled] });
}
