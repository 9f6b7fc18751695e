import { allPolicies, policyOf } from '../policy/named.js';
import type { Candidate } from '../schema/experiment.js';
import type { PolicyBody } from '../schema/policy.js';
import type { Promotion } from '../store/ports/experiments.js';

type Policies = ReadonlyMap<string, PolicyBody>;
type Own = NonNullable<Promotion['policies']>[number];

/** What a promotion puts in force, and that in words. */
export interface Promoted {
  promotes: Promotion;
  words: string;
}

/** Those of a policy's LLMs that are a candidate's, too. */
const within = (body: PolicyBody, models: NonNullable<Candidate['models']>): PolicyBody => ({
  ...body,
  models: body.models === undefined ? models : models.filter((model) => body.models!.includes(model)),
});

/** Policies that have the LLMs of a candidate alone; one that allows none of them stays as it is. */
function withModels(names: readonly string[], models: NonNullable<Candidate['models']>, kept: Policies): Own[] {
  return names
    .map((name) => ({ name, body: within(policyOf(name, kept), models) }))
    .filter(({ body }) => body.models!.length > 0);
}

/**
 * What it takes for a candidate to decide everything that an experiment was of: its version is activated, and the
 * policies whose queries took part have the body of its policy, and its LLMs. Throws `unknown_policy`.
 *
 * @param candidate null for an arm that decides as what is in force
 * @param of the policy whose queries took part; null for all of them
 */
export function promotionOf(candidate: Candidate | null, of: string | null, kept: Policies): Promoted {
  const { policy, version, models } = candidate ?? {};
  const words: string[] = [];
  const promotes: Promotion = {};
  if (version !== undefined) {
    promotes.version = version;
    words.push(`version ${version} is active`);
  }
  const names = of === null ? allPolicies(kept).map(({ name }) => name) : [of];
  const told = of === null ? 'all policies have' : `policy ${of} has`;
  if (policy !== undefined) {
    const body = policyOf(policy, kept);
    promotes.policies = names.map((name) => ({ name, body: models === undefined ? body : within(body, models) }));
    words.push(`${told} the rules of ${policy}`);
  } else if (models !== undefined) promotes.policies = withModels(names, models, kept);
  if (models !== undefined) words.push(`${told} the LLMs ${models.join(', ')}`);
  return { promotes, words: words.length === 0 ? 'what is in force stays' : words.join(', ') };
}
