import { createContext } from 'preact';
import { useContext, useId } from 'preact/hooks';
import type { Issue } from '../problem.js';
import type { BodySchema, Json, JsonSchema } from './schema.js';

/** What values are suggested: by the name of their schema (`LlmId`), or of their field (`version`). */
export type Suggestions = Readonly<Record<string, readonly string[]>>;

export interface FormContext {
  schemas: BodySchema['schemas'];
  issues: readonly Issue[];
  suggestions: Suggestions;
  /** Whether it can only be read. */
  isReadOnly: boolean;
  /** Whether hints are left out: where the same fields come again and again. */
  isBrief: boolean;
}

export const Form = createContext<FormContext>({
  schemas: {},
  issues: [],
  suggestions: {},
  isReadOnly: false,
  isBrief: false,
});

/** A value that is asked for. */
export interface FieldProps {
  schema: JsonSchema;
  /** Its own name; a number in a list. */
  name: string;
  label?: string;
  /** Its name within the whole, as the API's errors say it: `steps[0].share`. */
  path: string;
  value: Json | undefined;
  isRequired?: boolean;
  onChange: (value: Json | undefined) => void;
}

/** The path of a part of what stands at a path. */
export const pathTo = (path: string, key: string | number): string =>
  typeof key === 'number' ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;

/** What is wrong with a field; with what it holds too, where that has no fields of its own. */
export function useIssues(path: string, isWhole = true): readonly string[] {
  const { issues } = useContext(Form);
  return issues
    .filter(
      ({ field }) => field === path || (isWhole && (field.startsWith(`${path}.`) || field.startsWith(`${path}[`))),
    )
    .map(({ field, expected, received }) => {
      const within = field === path ? '' : `${field.slice(path.length)}: `;
      return `${within}expected ${expected.replace(/^expected /, '')}, got ${received}`;
    });
}

/** What is wrong with a field itself, not with what it holds. */
export function useOwnIssues(path: string): { id: string; errors: readonly string[] } {
  return { id: useId(), errors: useIssues(path, false) };
}

/** Ids that tie a control to its label, its hint and what is wrong with it. */
export function useFieldIds(hint: string, errors: readonly string[]) {
  const id = useId();
  const described = [errors.length > 0 && `${id}-error`, hint !== '' && `${id}-hint`].filter(Boolean).join(' ');
  return {
    id,
    control: {
      id,
      ...(described !== '' && { 'aria-describedby': described }),
      ...(errors.length > 0 && { 'aria-invalid': true as const }),
    },
  };
}
