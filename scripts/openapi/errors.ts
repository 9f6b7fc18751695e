import { ERROR_CODES } from '../../src/base/errors.js';
import type { DocumentedOperation } from './document.js';

/** How errors are answered. */
export interface DocumentedErrors {
  contentType: string;
  schema: object;
}

/** Problem documents, which errors are where no path says otherwise. */
export const PROBLEMS: DocumentedErrors = {
  contentType: 'application/problem+json',
  schema: { $ref: '#/components/schemas/Problem' },
};

/** Every operation may fail inside. */
const INSIDE = '500';

/** How the errors of a path are answered: all of its methods alike, and what no method of it takes. */
export function errorsOfPath(operations: Readonly<Record<string, DocumentedOperation>>): DocumentedErrors {
  const [operation] = Object.values(operations);
  const [documented] = Object.entries(operation?.responses[INSIDE]?.content ?? {});
  return documented === undefined ? PROBLEMS : { contentType: documented[0], schema: documented[1].schema };
}

/** The code of an error: of a problem document, or as OpenAI and Anthropic place it; undefined in any other body. */
export function codeIn(value: unknown): string | undefined {
  const { code: own, error } = (value ?? {}) as { code?: unknown; error?: { code?: unknown } | null };
  const code = own ?? error?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Whether a code is the service's; others are a provider's own. */
export const isOwnCode = (code: string): boolean => Object.hasOwn(ERROR_CODES, code);

/** Codes that an answer is documented to have. */
export const codesIn = (description: string): string[] =>
  [...description.matchAll(/`(\w+)`:/g)].map((match) => match[1]!);
