import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../base/object.js';
import { byName } from '../graph/order.js';
import { LlmProfile } from '../schema/profile.js';

/** One field of a profile that is declared otherwise. */
export interface FieldChange {
  /** Such as `input_price`, `benchmarks.gsm8k` or `task_types.summarization.metrics`. */
  field: string;
  /** Undefined where it is not declared. */
  before: unknown;
  after: unknown;
}

/** What applying some profiles changes. */
export interface Plan {
  added: LlmProfile[];
  changed: { profile: LlmProfile; fields: FieldChange[] }[];
  unchanged: string[];
  /** LLMs that are known and not among the profiles: taken out where the plan prunes, else kept. */
  missing: string[];
}

/** What has to change so that exactly these profiles are declared. */
export function planOf(known: readonly LlmProfile[], wanted: readonly LlmProfile[]): Plan {
  const before = new Map<string, LlmProfile>(known.map((profile) => [profile.id, profile]));
  const plan: Plan = { added: [], changed: [], unchanged: [], missing: [] };
  for (const profile of wanted.toSorted((a, b) => byName(a.id, b.id))) {
    const own = before.get(profile.id);
    const fields = own === undefined ? [] : changesOf(own, profile);
    if (own === undefined) plan.added.push(profile);
    else if (fields.length === 0) plan.unchanged.push(profile.id);
    else plan.changed.push({ profile, fields });
  }
  const ids = new Set<string>(wanted.map(({ id }) => id));
  plan.missing = known.flatMap(({ id }) => (ids.has(id) ? [] : [id as string]));
  return plan;
}

/** Fields in which two profiles of one LLM differ, in the schema's order. */
export function changesOf(before: LlmProfile, after: LlmProfile): FieldChange[] {
  return Object.keys(LlmProfile.shape).flatMap((field) =>
    differing(field, named(before[field as keyof LlmProfile]), named(after[field as keyof LlmProfile])),
  );
}

/** Kinds of work by their names, so that they are compared one by one. */
function named(value: unknown): unknown {
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'object' && 'task' in (one as object)))
    return value;
  return Object.fromEntries((value as { task: string }[]).map(({ task, ...rest }) => [task, rest]));
}

function differing(field: string, before: unknown, after: unknown): FieldChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isObject(before) || !isObject(after)) return [{ field, before, after }];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    differing(
      `${field}.${key}`,
      Object.hasOwn(before, key) ? before[key] : undefined,
      Object.hasOwn(after, key) ? after[key] : undefined,
    ),
  );
}
