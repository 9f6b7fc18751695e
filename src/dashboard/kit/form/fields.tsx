import { useContext, useState } from 'preact/hooks';
import { Form, pathTo, useFieldIds, useOwnIssues, type FieldProps } from './context.js';
import { BooleanInput, ChoiceInput, JsonInput, NumberInput, TextInput, TimeInput, useAsked } from './inputs.js';
import { ChecksInput, NamesInput } from './names.js';
import { FieldSet, Labelled } from './parts.js';
import { nameOf, resolve, type Asked, type Json, type JsonObject, type JsonSchema } from './schema.js';
import { labelOf } from './words.js';

type Controlled = FieldProps & { asked: Asked };

const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

/** An object with a part set, or without it. */
function withPart(whole: JsonObject, key: string, part: Json | undefined): JsonObject {
  const { [key]: _, ...others } = whole;
  // In their order, so that what is set as it was is as it was.
  if (part === undefined) return others;
  return key in whole ? { ...whole, [key]: part } : { ...others, [key]: part };
}

export interface PropertiesProps {
  schema: JsonSchema;
  path: string;
  value: Json | undefined;
  onChange: (value: JsonObject) => void;
  /** Which of them; all unless given. */
  only?: readonly string[];
}

/** The fields of an object. */
export function Properties({ schema, path, value, onChange, only }: PropertiesProps) {
  const whole = objectOf(value);
  const names = only ?? Object.keys(schema.properties ?? {});
  return (
    <div class="form-grid">
      {names.map((name) => {
        const inner = schema.properties?.[name];
        if (inner === undefined || inner.const !== undefined) return null;
        return (
          <SchemaField
            key={name}
            schema={inner}
            name={name}
            path={pathTo(path, name)}
            value={whole[name]}
            isRequired={schema.required?.includes(name) ?? false}
            onChange={(part) => onChange(withPart(whole, name, part))}
          />
        );
      })}
    </div>
  );
}

/** An object within one; what need not be there is asked for by a box. */
function GroupInput({ asked: { schema }, ...field }: Controlled) {
  const { isReadOnly } = useContext(Form);
  const { id, errors } = useOwnIssues(field.path);
  const isOptional = field.isRequired !== true && field.schema.default === undefined;
  const isThere = field.value !== undefined || !isOptional;
  const name = field.label ?? labelOf(field.name);
  return (
    <FieldSet
      id={id}
      path={field.path}
      hint={schema.description ?? ''}
      errors={errors}
      legend={
        isOptional ? (
          <label class="check">
            <input
              type="checkbox"
              disabled={isReadOnly}
              checked={isThere}
              onChange={({ currentTarget: { checked } }) => field.onChange(checked ? {} : undefined)}
            />
            {name}
          </label>
        ) : (
          name
        )
      }
    >
      {isThere && <Properties schema={schema} path={field.path} value={field.value} onChange={field.onChange} />}
    </FieldSet>
  );
}

/** A list of objects. */
function RowsInput({ asked: { schema }, ...field }: Controlled) {
  const { isReadOnly, schemas } = useContext(Form);
  const { id, errors } = useOwnIssues(field.path);
  const rows = Array.isArray(field.value) ? field.value : Array.isArray(schema.default) ? schema.default : [];
  const item = resolve(schema.items as JsonSchema, schemas);
  const name = labelOf(field.name);
  const one = name.replace(/s$/, '');
  return (
    <FieldSet id={id} path={field.path} legend={name} hint={schema.description ?? ''} errors={errors}>
      {rows.map((row, i) => (
        // Rows have no name of their own, and are only added at the end.
        <fieldset key={`${i}/${rows.length}`} class="row-of">
          <legend>
            {one} {i + 1}
          </legend>
          <Properties
            schema={item}
            path={pathTo(field.path, i)}
            value={row}
            onChange={(next) => field.onChange(rows.with(i, next))}
          />
          {!isReadOnly && rows.length > (schema.minItems ?? 0) && (
            <button type="button" onClick={() => field.onChange(rows.toSpliced(i, 1))}>
              Take out {one.toLowerCase()} {i + 1}
            </button>
          )}
        </fieldset>
      ))}
      {!isReadOnly && (
        <button type="button" class="begin" onClick={() => field.onChange([...rows, {}])}>
          Add {one.toLowerCase()}
        </button>
      )}
    </FieldSet>
  );
}

/** Values by names of one's own. */
function RecordInput({ asked: { schema }, ...field }: Controlled) {
  const { isReadOnly } = useContext(Form);
  const { id, errors } = useOwnIssues(field.path);
  const [entries, setEntries] = useState<[string, Json | undefined][]>(() => Object.entries(objectOf(field.value)));
  const inner = schema.additionalProperties as JsonSchema;
  const mayBeLeftOut = field.isRequired !== true && field.schema.default === undefined;
  function set(next: [string, Json | undefined][]): void {
    setEntries(next);
    const named = next.filter(([key]) => key !== '');
    field.onChange(named.length === 0 && mayBeLeftOut ? undefined : Object.fromEntries(named));
  }
  return (
    <FieldSet id={id} path={field.path} legend={labelOf(field.name)} hint={schema.description ?? ''} errors={errors}>
      {entries.map(([key, value], i) => (
        <div class="form-grid" key={`${i}/${entries.length}`}>
          <SchemaField
            schema={schema.propertyNames ?? { type: 'string' }}
            name={`${field.name} key`}
            label="Name"
            path={`${field.path}#${i}`}
            value={key}
            onChange={(next) => set(entries.with(i, [typeof next === 'string' ? next : '', value]))}
          />
          <SchemaField
            schema={inner}
            name="value"
            path={pathTo(field.path, key)}
            value={value}
            onChange={(next) => set(entries.with(i, [key, next]))}
          />
          {!isReadOnly && (
            <button type="button" class="begin" onClick={() => set(entries.toSpliced(i, 1))}>
              Take out {key || 'this'}
            </button>
          )}
        </div>
      ))}
      {!isReadOnly && (
        <button type="button" class="begin" onClick={() => set([...entries, ['', undefined]])}>
          Add
        </button>
      )}
    </FieldSet>
  );
}

/** What tells a variant from the others. */
function variantName(schema: JsonSchema, schemas: Readonly<Record<string, JsonSchema>>): string {
  const name = nameOf(schema);
  if (name !== undefined) return name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return `a ${resolve(schema, schemas).type ?? 'value'}`;
}

const kindOf = (value: Json | undefined): string =>
  Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;

/** One of several forms that a value may have. */
function VariantsInput({ asked: { schema }, ...field }: Controlled) {
  const { isReadOnly, schemas } = useContext(Form);
  const { errors } = useOwnIssues(field.path);
  const { id, control } = useFieldIds('', errors);
  const variants = schema.anyOf ?? schema.oneOf ?? [];
  const [chosen, setChosen] = useState(() =>
    variants.findIndex((variant) => {
      const { type } = resolve(variant, schemas);
      return (type === 'integer' ? 'number' : type) === kindOf(field.value);
    }),
  );
  function choose(index: number): void {
    setChosen(index);
    const variant = variants[index];
    field.onChange(variant !== undefined && resolve(variant, schemas).type === 'object' ? {} : undefined);
  }
  const variant = variants[chosen];
  const name = field.label ?? labelOf(field.name);
  return (
    <>
      <Labelled id={id} path={field.path} label={name} hint={schema.description ?? ''} errors={[]}>
        <select
          {...control}
          disabled={isReadOnly}
          value={String(chosen)}
          onChange={({ currentTarget: { value } }) => choose(Number(value))}
        >
          <option value="-1">not set</option>
          {variants.map((one, i) => (
            <option key={i} value={String(i)}>
              {variantName(one, schemas)}
            </option>
          ))}
        </select>
      </Labelled>
      {variant !== undefined && (
        <SchemaField
          {...field}
          key={chosen}
          schema={variant}
          isRequired
          label={`${name}: ${variantName(variant, schemas)}`}
        />
      )}
    </>
  );
}

/** Asks for a value as its schema says. */
export function SchemaField(field: FieldProps) {
  const asked = useAsked(field);
  const { schemas } = useContext(Form);
  const all = { ...field, asked };
  switch (asked.control) {
    case 'boolean':
      return <BooleanInput {...all} />;
    case 'choice':
      return <ChoiceInput {...all} />;
    case 'number':
      return <NumberInput {...all} />;
    case 'text':
      return <TextInput {...all} />;
    case 'long text':
      return <TextInput {...all} isLong />;
    case 'time':
      return <TimeInput {...all} />;
    case 'names':
      return <NamesInput {...all} asked={namedBy(asked)} />;
    case 'checks':
      return <ChecksInput {...all} options={resolve(asked.schema.items as JsonSchema, schemas).enum!} />;
    case 'rows':
      return <RowsInput {...all} />;
    case 'record':
      return <RecordInput {...all} />;
    case 'group':
      return <GroupInput {...all} />;
    case 'variants':
      return <VariantsInput {...all} />;
    case 'json':
      return <JsonInput {...all} />;
  }
}

/** A list, known by what is in it: its values are suggested. */
const namedBy = (asked: Asked): Asked => ({ ...asked, name: nameOf(asked.schema.items as JsonSchema) });
