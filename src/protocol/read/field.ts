import { z } from 'zod';
import { PointsmanError } from '../../base/errors.js';
import { isObject } from '../../base/object.js';
import { MOST } from '../../schema/amounts.js';
import { describe } from '../../schema/parse.js';
import type { JsonObject } from '../types.js';

/** Most messages or items of a call, parts of a message, and tools. */
export const MAX_ITEMS = 100_000;
const MAX_PARTS = 10_000;
export const MAX_TOOLS = 10_000;
/** Longer than any context. */
const MAX_TEXT_CHARS = 10_000_000;
const MAX_NAME_CHARS = 1000;

/** Throws `invalid_request` naming a field, what was expected and what came. */
export function refuse(field: string, expected: string, value: unknown): never {
  const issue = { field, expected, received: describe(value) };
  throw new PointsmanError('invalid_request', `${field}: expected ${expected}, got ${issue.received}`, {
    issues: [issue],
  });
}

/*
 * Messages are checked by hand: schemas with unions take a third of a microsecond a part, which adds up in long
 * conversations.
 */

export function objectAt(field: string, value: unknown): JsonObject {
  return isObject(value) ? value : refuse(field, 'an object', value);
}

export function textAt(field: string, value: unknown): string {
  if (typeof value !== 'string') return refuse(field, 'a string', value);
  return value.length <= MAX_TEXT_CHARS ? value : refuse(field, `at most ${MAX_TEXT_CHARS} characters`, value);
}

/** A short text, such as a role, a type or an id. */
export function nameAt(field: string, value: unknown): string {
  if (typeof value !== 'string') return refuse(field, 'a string', value);
  return value.length <= MAX_NAME_CHARS ? value : refuse(field, `at most ${MAX_NAME_CHARS} characters`, value);
}

export function partsAt(field: string, value: readonly unknown[], most = MAX_PARTS): readonly unknown[] {
  return value.length <= most ? value : refuse(field, `at most ${most} of them`, value);
}

/** A name of an LLM, or `auto` with a policy. */
const Model = z
  .string()
  .min(1)
  .max(500)
  .describe('`auto`, `auto:<policy>` or the id of an LLM, which the answer’s `model` then is');

/** What every call may say. Fields that are not named go to the provider as they are. */
export const common = {
  model: Model,
  metadata: z.looseObject({}).nullish(),
  pointsman: z.unknown().optional().describe('What the call says to Pointsman; the provider does not get it'),
};

export const Stream = z.boolean().nullish().describe('Whether the answer comes as server-sent events');
/** Local servers take −1 for no limit. */
export const MaxTokens = z.int().min(-1).max(MOST.tokens).nullish();
export const Tools = z.array(z.looseObject({})).max(MAX_TOOLS).nullish();
export const ShortText = z.string().max(MAX_NAME_CHARS);

/** The first limit that is one; null where there is none. */
export function limitOf(...limits: readonly (number | null | undefined)[]): number | null {
  return limits.find((limit) => typeof limit === 'number' && limit >= 0) ?? null;
}
