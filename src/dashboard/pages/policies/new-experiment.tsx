import { useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { SchemaForm } from '../../kit/form/form.js';
import { NameField } from '../../kit/form/name-field.js';
import { readBodySchema, resolve, type BodySchema, type JsonObject } from '../../kit/form/schema.js';
import { useSuggestions } from '../../kit/form/suggestions.js';
import { Card, Choice } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { hrefTo, place, setSearch } from '../../kit/router.js';
import { client, may } from '../../kit/session.js';
import { Empty, Loaded } from '../../kit/states.js';
import { KINDS } from './experiment-words.js';

type Kind = Schemas['ExperimentSummary']['kind'];
const ORDER: readonly Kind[] = ['shadow', 'canary', 'ab'];

/** The part of the schema that is of one kind. */
function ofKind({ schema, schemas }: BodySchema, kind: Kind): BodySchema {
  const branches = resolve(schema, schemas).oneOf ?? [];
  const found = branches.find((branch) => resolve(branch, schemas).properties?.['kind']?.const === kind);
  return { schema: found ?? {}, schemas };
}

/** What the form begins with. */
function beginOf(kind: Kind, policy: string | null): JsonObject {
  const candidate: JsonObject = policy === null ? {} : { policy };
  if (kind !== 'ab') return { candidate };
  return {
    arms: [
      { name: 'control', share: 0.5 },
      { name: 'candidate', share: 0.5, ...candidate },
    ],
  };
}

/** Starts an experiment. */
export function NewExperiment() {
  const body = useQuery(() => readBodySchema('put', '/v1/experiments/{name}'), []);
  const suggestions = useSuggestions();
  const [name, setName] = useState('');
  const { search } = place.value;
  const kind = ORDER.find((one) => one === search.get('kind')) ?? 'shadow';
  if (!may('admin'))
    return <Empty title="Only for administrators">A key with the scope admin starts experiments.</Empty>;
  return (
    <Card title="Start an experiment">
      <Loaded query={body} rows={8}>
        {(schema) => (
          <div class="stack">
            <Choice
              label="Kind"
              options={ORDER.map((value) => ({ value, label: KINDS[value].name }))}
              value={kind}
              onChange={(chosen) => setSearch({ kind: chosen })}
            />
            <p class="muted">{KINDS[kind].about}</p>
            <NameField
              hint="One of that name that is over starts anew, without its results"
              value={name}
              onChange={setName}
            />
            <SchemaForm
              key={kind}
              body={ofKind(schema, kind)}
              initial={beginOf(kind, search.get('policy'))}
              isNew
              submit="Start"
              suggestions={suggestions}
              groups={[
                { title: 'Whose queries, and for how long', fields: ['of', 'unit', 'until', 'description'] },
                { title: 'Steps and margins', fields: ['steps', 'margins', 'promote', 'stop'] },
                { title: 'Asking both LLMs', fields: ['ask'] },
              ].filter(({ fields }) => hasSome(ofKind(schema, kind), fields))}
              onSubmit={async (value) => {
                const path = { name: name.trim() || '?' };
                const asked = { kind, ...value } as never;
                await answered(client.PUT('/v1/experiments/{name}', { params: { path }, body: asked }));
                location.hash = hrefTo(['policies', 'experiments', path.name]);
              }}
              actions={<a href={hrefTo(['policies', 'experiments'])}>Cancel</a>}
            />
          </div>
        )}
      </Loaded>
    </Card>
  );
}

const hasSome = ({ schema, schemas }: BodySchema, fields: readonly string[]): boolean =>
  fields.some((field) => field in (resolve(schema, schemas).properties ?? {}));
