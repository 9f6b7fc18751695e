import { useEffect, useState } from 'preact/hooks';
import { Field } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { hrefTo } from '../../kit/router.js';
import { client } from '../../kit/session.js';
import { isFiltered, want, wantAll, type Wanted } from './wanted.js';

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const TIMES = [
  ['', 'Any time'],
  ['1', 'Last hour'],
  ['24', 'Last 24 hours'],
  ['168', 'Last 7 days'],
  ['720', 'Last 30 days'],
  ['custom', 'From … to …'],
] as const;

const OUTCOMES = [
  ['', 'Any or none'],
  ['any', 'Some feedback'],
  ['good', 'Good, a score of 0.5 or more'],
  ['bad', 'Bad, a score below 0.5'],
  ['error', 'Failed'],
  ['none', 'No feedback'],
] as const;

/** What there is to choose from. */
async function readChoices(signal: AbortSignal) {
  const [{ models }, { policies }, { experiments }] = await Promise.all([
    answered(client.GET('/v1/models', { signal })),
    answered(client.GET('/v1/policies', { signal })),
    answered(client.GET('/v1/experiments', { signal })),
  ]);
  return {
    model: models.map(({ id }) => id),
    policy: policies.map(({ name }) => name),
    experiment: experiments.map(({ name }) => name),
  };
}

function Select(props: {
  label: string;
  value: string;
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}) {
  const { label, value, options, onChange } = props;
  // What the address names is shown, even where it is not there any more.
  const all = options.some(([one]) => one === value) ? options : [...options, [value, value] as const];
  return (
    <Field label={label}>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {all.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </Field>
  );
}

function Search({ value }: { value: string }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const go = (): void => {
    const wanted = text.trim();
    if (ID.test(wanted)) location.hash = hrefTo(['decisions', wanted.toLowerCase()]);
    else want({ search: wanted });
  };
  return (
    <form
      class="find"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        go();
      }}
    >
      <Field label="Search">
        <input
          type="search"
          value={text}
          maxLength={200}
          placeholder="Words of a query, or the id of a decision"
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </Field>
      <button type="submit">Search</button>
    </form>
  );
}

/** What decisions are listed by. */
export function Filters({ wanted }: { wanted: Wanted }) {
  const { data } = useQuery(readChoices, [], { follows: ['catalog', 'policies', 'experiments'] });
  const choices = (field: 'model' | 'policy' | 'experiment', all: string): (readonly [string, string])[] => [
    ['', all],
    ...(data?.[field] ?? []).map((one) => [one, one] as const),
  ];
  return (
    <>
      <Search value={wanted.search} />
      <div class="fields small">
        <Select
          label="LLM"
          value={wanted.model}
          options={choices('model', 'All')}
          onChange={(model) => want({ model })}
        />
        <Select
          label="Policy"
          value={wanted.policy}
          options={choices('policy', 'All')}
          onChange={(policy) => want({ policy })}
        />
        <Select
          label="Experiment"
          value={wanted.experiment}
          options={choices('experiment', 'In any or none')}
          onChange={(experiment) => want({ experiment })}
        />
        <Select label="Outcome" value={wanted.outcome} options={OUTCOMES} onChange={(outcome) => want({ outcome })} />
        <Select label="Time" value={wanted.time} options={TIMES} onChange={(time) => want({ time })} />
        {wanted.time === 'custom' &&
          (['from', 'to'] as const).map((end) => (
            <Field key={end} label={end === 'from' ? 'From' : 'To'}>
              <input
                type="datetime-local"
                value={wanted[end]}
                onChange={(event) => want({ [end]: event.currentTarget.value })}
              />
            </Field>
          ))}
        {isFiltered(wanted) && (
          <button type="button" onClick={wantAll}>
            Clear
          </button>
        )}
      </div>
    </>
  );
}
