import { useId } from 'preact/hooks';
import { Problem, type Issue } from '../../kit/problem.js';

export interface Fact {
  name: string;
  label: string;
  hint?: string;
  kind?: 'number' | 'names' | 'lines';
}

/** The facts that have a field; the others are edited as JSON. */
export const FACTS: readonly Fact[] = [
  { name: 'family', label: 'Family', hint: 'LLMs of one family are learned from together' },
  { name: 'revision', label: 'Revision', hint: 'Where it changes, older answers count little' },
  { name: 'size_b', label: 'Size', hint: 'Parameters, in billions', kind: 'number' },
  { name: 'input_price', label: 'Input price', hint: '$ per million tokens', kind: 'number' },
  { name: 'output_price', label: 'Output price', hint: '$ per million tokens', kind: 'number' },
  { name: 'cached_input_price', label: 'Cached input price', hint: '$ per million tokens', kind: 'number' },
  { name: 'context_tokens', label: 'Longest context', hint: 'Tokens', kind: 'number' },
  { name: 'latency_ms', label: 'Typical latency', hint: 'Milliseconds', kind: 'number' },
  { name: 'latency_p90_ms', label: 'Latency, nine in ten', hint: 'Milliseconds', kind: 'number' },
  { name: 'capabilities', label: 'Capabilities', hint: 'Such as tools, vision, json', kind: 'names' },
  { name: 'languages', label: 'Languages', hint: 'Such as en, de', kind: 'names' },
  { name: 'regions', label: 'Regions', hint: 'Where data may be processed, such as eu', kind: 'names' },
  { name: 'tags', label: 'Tags', kind: 'names' },
  { name: 'description', label: 'Description', kind: 'lines' },
];

/** What is wrong with a field, in words. */
export function Wrong({ issue, named = false }: { issue: Issue; named?: boolean }) {
  return (
    <span class="field-error">
      {named && issue.field !== '' && <code>{issue.field}: </code>}
      {issue.expected.startsWith('expected') ? issue.expected : `expected ${issue.expected}`}, got {issue.received}
    </span>
  );
}

/** What was typed, as the API takes it: undefined for nothing; a text where it is no number, for the API to refuse. */
function valueOf(typed: string, kind: Fact['kind']): unknown {
  if (typed.trim() === '') return undefined;
  if (kind === 'number') return Number.isNaN(Number(typed)) ? typed : Number(typed);
  if (kind === 'names')
    return typed
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
  return typed;
}

export function FactField({
  fact: { name, label, hint, kind },
  value,
  issue,
  onChange,
}: {
  fact: Fact;
  value: unknown;
  issue: Issue | undefined;
  onChange: (value: unknown) => void;
}) {
  const id = useId();
  const shown = Array.isArray(value) ? value.join(', ') : String(value ?? '');
  const common = {
    name,
    defaultValue: shown,
    'aria-invalid': issue !== undefined,
    'aria-describedby': `${id}-about`,
    onInput: ({ currentTarget }: { currentTarget: { value: string } }) => onChange(valueOf(currentTarget.value, kind)),
  };
  return (
    <label class="field">
      <span>{label}</span>
      {kind === 'lines' ? (
        <textarea rows={3} {...common} />
      ) : (
        <input autoComplete="off" {...(kind === 'number' && { inputMode: 'decimal' })} {...common} />
      )}
      <small id={`${id}-about`}>{issue !== undefined ? <Wrong issue={issue} /> : hint}</small>
    </label>
  );
}

/** The facts in a JSON text. Throws a `Problem` that says where it is none. */
export function readJson(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Problem('invalid_json', 0, `This is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Problem('invalid_json', 0, 'Expected an object of facts: { … }');
  return value as Record<string, unknown>;
}

/** The line of a JSON text where a field stands that is named by its path; undefined where it can't be told. */
function lineOf(text: string, field: string): number | undefined {
  const lines = text.split('\n');
  let at = 0;
  for (const part of field.split(/[.[\]]+/).filter((one) => one !== '' && !/^\d+$/.test(one))) {
    const found = lines.findIndex((line, i) => i >= at && line.trimStart().startsWith(`${JSON.stringify(part)}:`));
    if (found < 0) return undefined;
    at = found;
  }
  return at + 1;
}

export function JsonField({
  text,
  issues,
  onChange,
}: {
  text: string;
  issues: readonly Issue[];
  onChange: (text: string) => void;
}) {
  const id = useId();
  return (
    <div class="stack">
      <label class="field">
        <span>Facts</span>
        <textarea
          class="code"
          spellcheck={false}
          value={text}
          aria-invalid={issues.length > 0}
          aria-describedby={`${id}-wrong`}
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
        />
      </label>
      <ul id={`${id}-wrong`} class="plain-list field">
        {issues.map((issue) => {
          const line = lineOf(text, issue.field);
          return (
            <li key={issue.field}>
              {line !== undefined && <span class="muted">line {line} </span>}
              <Wrong issue={issue} named />
            </li>
          );
        })}
      </ul>
    </div>
  );
}
