import { useContext, useState } from 'preact/hooks';
import { Form, useFieldIds, useIssues, type FieldProps } from './context.js';
import { Labelled } from './parts.js';
import { askedOf, type Asked, type Json } from './schema.js';
import { hintOf, labelOf } from './words.js';

/** What all controls of one value need. */
export function useField({ schema, name, label, path }: FieldProps, asked: Asked) {
  const { suggestions, isReadOnly, isBrief } = useContext(Form);
  const errors = useIssues(path);
  const hint = isBrief ? '' : hintOf(asked.schema, asked.isNullable);
  const { id, control } = useFieldIds(hint, errors);
  const listed = suggestions[asked.name ?? ''] ?? suggestions[name] ?? [];
  return {
    listed,
    isReadOnly,
    control,
    labelled: { id, path, label: label ?? labelOf(name), hint, errors },
    hasDefault: schema.default !== undefined,
  };
}

/** What an empty control stands for. */
const emptyOf = ({ isNullable }: Asked): Json | undefined => (isNullable ? null : undefined);

/** A number. What is no number is sent as it was typed, so that the service says what it expected. */
export function NumberInput({ asked, ...field }: FieldProps & { asked: Asked }) {
  const { control, labelled, isReadOnly } = useField(field, asked);
  const [text, setText] = useState(field.value === null || field.value === undefined ? '' : String(field.value));
  const { default: usual } = asked.schema;
  function take(typed: string): void {
    setText(typed);
    const trimmed = typed.trim();
    if (trimmed === '') return field.onChange(emptyOf(asked));
    const number = Number(trimmed);
    field.onChange(Number.isFinite(number) ? number : trimmed);
  }
  return (
    <Labelled {...labelled}>
      <input
        {...control}
        inputMode="decimal"
        autocomplete="off"
        value={text}
        readOnly={isReadOnly}
        placeholder={asked.isNullable ? 'none' : typeof usual === 'number' ? String(usual) : 'not set'}
        onInput={(event) => take(event.currentTarget.value)}
      />
    </Labelled>
  );
}

export function TextInput({ asked, isLong = false, ...field }: FieldProps & { asked: Asked; isLong?: boolean }) {
  const { control, labelled, listed, isReadOnly } = useField(field, asked);
  const shared = {
    ...control,
    value: typeof field.value === 'string' ? field.value : '',
    readOnly: isReadOnly,
    onInput: ({ currentTarget: { value } }: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) =>
      field.onChange(value === '' ? emptyOf(asked) : value),
  };
  const long = isLong && (asked.schema.maxLength ?? 0) > 2000;
  return (
    <Labelled {...labelled} isWide={isLong}>
      {isLong ? (
        <textarea {...shared} rows={long ? 7 : 2} />
      ) : (
        <>
          <input
            {...shared}
            autocomplete="off"
            spellcheck={false}
            placeholder={asked.isNullable ? 'none' : undefined}
            {...(listed.length > 0 && { list: `${labelled.id}-list` })}
          />
          {listed.length > 0 && <Suggested id={`${labelled.id}-list`} values={listed} />}
        </>
      )}
    </Labelled>
  );
}

export function Suggested({ id, values }: { id: string; values: readonly string[] }) {
  return (
    <datalist id={id}>
      {values.map((value) => (
        <option key={value} value={value} />
      ))}
    </datalist>
  );
}

/** A time as the browser's own control has it, in its zone. */
function localTime(value: Json | undefined): string {
  if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) return '';
  const at = new Date(value);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function TimeInput({ asked, ...field }: FieldProps & { asked: Asked }) {
  const { control, labelled, isReadOnly } = useField(field, asked);
  return (
    <Labelled {...labelled}>
      <input
        {...control}
        type="datetime-local"
        value={localTime(field.value)}
        readOnly={isReadOnly}
        onInput={({ currentTarget: { value } }) =>
          field.onChange(value === '' ? emptyOf(asked) : new Date(value).toISOString())
        }
      />
    </Labelled>
  );
}

const UNSET = '';

export function ChoiceInput({ asked, ...field }: FieldProps & { asked: Asked }) {
  const { control, labelled, isReadOnly, hasDefault } = useField(field, asked);
  const value = field.value ?? (hasDefault ? field.schema.default : undefined);
  const mayBeUnset = !hasDefault && (field.isRequired !== true || value === undefined);
  return (
    <Labelled {...labelled}>
      <select
        {...control}
        disabled={isReadOnly}
        value={typeof value === 'string' ? value : UNSET}
        onChange={({ currentTarget: { value: chosen } }) => field.onChange(chosen === UNSET ? emptyOf(asked) : chosen)}
      >
        {(mayBeUnset || asked.isNullable) && <option value={UNSET}>{field.isRequired ? 'choose…' : 'not set'}</option>}
        {asked.schema.enum!.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

/** Yes or no; where neither is said unless somebody does, three choices. */
export function BooleanInput({ asked, ...field }: FieldProps & { asked: Asked }) {
  const { control, labelled, isReadOnly, hasDefault } = useField(field, asked);
  const { id, label, hint, errors, path } = labelled;
  if (!hasDefault && field.isRequired !== true)
    return (
      <Labelled {...labelled}>
        <select
          {...control}
          disabled={isReadOnly}
          value={field.value === undefined ? UNSET : String(field.value)}
          onChange={({ currentTarget: { value } }) => field.onChange(value === UNSET ? undefined : value === 'true')}
        >
          <option value={UNSET}>not set</option>
          <option value="true">yes</option>
          <option value="false">no</option>
        </select>
      </Labelled>
    );
  return (
    <Labelled id={id} path={path} label={label} hint={hint} errors={errors}>
      <span class="check">
        <input
          {...control}
          type="checkbox"
          disabled={isReadOnly}
          checked={(field.value ?? field.schema.default) === true}
          onChange={({ currentTarget: { checked } }) => field.onChange(checked)}
        />
        <span aria-hidden="true">{(field.value ?? field.schema.default) === true ? 'yes' : 'no'}</span>
      </span>
    </Labelled>
  );
}

/** What has no control of its own, as JSON. */
export function JsonInput({ asked, ...field }: FieldProps & { asked: Asked }) {
  const { control, labelled, isReadOnly } = useField(field, asked);
  const [text, setText] = useState(field.value === undefined ? '' : JSON.stringify(field.value, null, 2));
  const [wrong, setWrong] = useState('');
  function take(typed: string): void {
    setText(typed);
    try {
      field.onChange(typed.trim() === '' ? emptyOf(asked) : (JSON.parse(typed) as Json));
      setWrong('');
    } catch (error) {
      // Sent as a text, so that it is not saved as it was before.
      field.onChange(typed);
      setWrong(error instanceof Error ? error.message : String(error));
    }
  }
  return (
    <Labelled {...labelled} errors={wrong === '' ? labelled.errors : [wrong]} isWide>
      <textarea
        {...control}
        class="mono"
        rows={6}
        value={text}
        spellcheck={false}
        readOnly={isReadOnly}
        onInput={(event) => take(event.currentTarget.value)}
      />
    </Labelled>
  );
}

/** How the value of a field is asked for. */
export const useAsked = ({ schema }: FieldProps): Asked => askedOf(schema, useContext(Form).schemas);
