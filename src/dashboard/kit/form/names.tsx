import { useState } from 'preact/hooks';
import type { FieldProps } from './context.js';
import { Suggested, useField } from './inputs.js';
import { FieldSet, Labelled } from './parts.js';
import type { Asked, Json } from './schema.js';

const textsOf = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

/** A list of names: each with a way to take it out, and a field that adds one. */
export function NamesInput({ asked, ...field }: FieldProps & { asked: Asked }) {
  const { control, labelled, listed, isReadOnly } = useField(field, asked);
  const [typed, setTyped] = useState('');
  const names = textsOf(field.value);
  const mayBeEmpty = field.isRequired === true || field.schema.default !== undefined;
  const set = (next: string[]): void => field.onChange(next.length > 0 || mayBeEmpty ? next : undefined);
  function add(): void {
    const name = typed.trim();
    setTyped('');
    if (name !== '' && !names.includes(name)) set([...names, name]);
  }
  return (
    <Labelled {...labelled}>
      {names.length > 0 && (
        <ul class="chips">
          {names.map((name) => (
            <li key={name}>
              {name}
              {!isReadOnly && (
                <button
                  type="button"
                  class="plain"
                  aria-label={`Take out ${name}`}
                  onClick={() => set(names.filter((one) => one !== name))}
                >
                  ×
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      <input
        {...control}
        autocomplete="off"
        spellcheck={false}
        value={typed}
        readOnly={isReadOnly}
        placeholder={isReadOnly ? '' : 'add one, with Enter'}
        {...(listed.length > 0 && { list: `${labelled.id}-list` })}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || typed.trim() === '') return;
          event.preventDefault();
          add();
        }}
        onBlur={add}
      />
      {listed.length > 0 && (
        <Suggested id={`${labelled.id}-list`} values={listed.filter((one) => !names.includes(one))} />
      )}
    </Labelled>
  );
}

/** Some of few: one box each. */
export function ChecksInput({ asked, options, ...field }: FieldProps & { asked: Asked; options: readonly string[] }) {
  const { labelled, isReadOnly } = useField(field, asked);
  const { id, path, label, hint, errors } = labelled;
  const chosen = textsOf(field.value);
  return (
    <FieldSet id={id} path={path} legend={label} hint={hint} errors={errors}>
      <div class="row">
        {options.map((option) => (
          <label class="check" key={option}>
            <input
              type="checkbox"
              disabled={isReadOnly}
              checked={chosen.includes(option)}
              onChange={({ currentTarget: { checked } }) =>
                field.onChange(options.filter((one) => (one === option ? checked : chosen.includes(one))))
              }
            />
            {option}
          </label>
        ))}
      </div>
    </FieldSet>
  );
}
