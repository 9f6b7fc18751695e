import { PointsmanError } from '../base/errors.js';
import { LlmId } from '../schema/ids.js';
import { describe } from '../schema/parse.js';
import { PolicyName } from '../schema/policy.js';

/** What `model` of a call asks for: a choice, by a policy where one is named, or one LLM. */
export type Named = { auto: true; policy: string | undefined } | { auto: false; model: LlmId };

const AUTO = 'auto';

/** Reads `auto`, `auto:<policy>` or an LLM's id. Throws `invalid_request` naming `model`. */
export function namedBy(model: string): Named {
  if (model === AUTO) return { auto: true, policy: undefined };
  const wanted = model.startsWith(`${AUTO}:`)
    ? { schema: PolicyName, text: model.slice(AUTO.length + 1), expected: '`auto:` and the name of a policy' }
    : { schema: LlmId, text: model, expected: '`auto`, `auto:<policy>` or the id of an LLM' };
  const { success, data } = wanted.schema.safeParse(wanted.text);
  if (success) return wanted.schema === LlmId ? { auto: false, model: data as LlmId } : { auto: true, policy: data };
  const issue = { field: 'model', expected: wanted.expected, received: describe(model) };
  throw new PointsmanError('invalid_request', `model: expected ${issue.expected}, got ${issue.received}`, {
    issues: [issue],
  });
}
