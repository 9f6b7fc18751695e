import { policyOf } from '../policy/named.js';
import type { Candidate } from '../schema/experiment.js';
import type { PolicyBody } from '../schema/policy.js';
import type { Promotion } from '../store/ports/experiments.js';

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

/**
 * What it takes for a candidate to decide everything that an experiment was of: its version is activated, and the
 * policy whose queries took part has the body of its policy, and its LLMs. Throws `unknown_policy`.
 *
 * @param candidate null for an arm that decides as what is in force
 * @param of the policy whose queries took part
 */
export function promotionOf(candidate: Candidate | null, of: string, kept: ReadonlyMap<string, PolicyBody>): Promoted {
  const { policy, version, models } = candidate ?? {};
  const words: string[] = [];
  const promotes: Promotion = {};
  if (version !== undefined) {
    promotes.version = version;
    words.push(`version ${version} is active`);
  }
  if (policy !== undefined || models !== undefined) {
    const body = policyOf(policy ?? of, kept);
    promotes.policy = { name: of, body: models === undefined ? body : within(body, models) };
    if (policy !== undefined) words.push(`policy ${of} has the rules of ${policy}`);
    if (models !== undefined) words.push(`policy ${of} has the LLMs ${models.join(', ')}`);
  }
  return { promotes, words: words.length === 0 ? 'what is in force stays' : words.join(', ') };
}
