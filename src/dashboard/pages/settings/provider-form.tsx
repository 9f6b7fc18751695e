import { useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { ConfirmButton } from '../../kit/dialog.js';
import { SchemaForm } from '../../kit/form/form.js';
import { NameField } from '../../kit/form/name-field.js';
import { readBodySchema, type BodySchema, type JsonObject } from '../../kit/form/schema.js';
import { Card } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { hrefTo } from '../../kit/router.js';
import { client, may } from '../../kit/session.js';
import { Loaded } from '../../kit/states.js';

const LIST = hrefTo(['settings', 'providers']);

/** What was set of a provider, without how it fares. */
function bodyOf(info: Schemas['ProviderInfo'], { schema, schemas }: BodySchema): JsonObject {
  const name = schema.$ref?.split('/').at(-1) ?? '';
  const own = schemas[name]?.properties ?? {};
  return Object.fromEntries(Object.entries(info as unknown as JsonObject).filter(([key]) => key in own));
}

/** Adds a provider, or replaces one. */
export function ProviderForm({ provider }: { provider?: Schemas['ProviderInfo'] }) {
  const body = useQuery(() => readBodySchema('put', '/v1/providers/{name}'), []);
  const [name, setName] = useState(provider?.name ?? '');
  const isNew = provider === undefined;
  return (
    <Card title={isNew ? 'Add a provider' : `Provider ${provider.name}`} aside={<a href={LIST}>All providers</a>}>
      <Loaded query={body} rows={6}>
        {(schema) => (
          <div class="stack">
            <p class="muted">
              A provider names the variable or the file that has its key, as the service sees them. The key itself
              stands nowhere here.
            </p>
            {isNew && <NameField hint="Deployments of LLMs name it" value={name} onChange={setName} />}
            <SchemaForm
              body={schema}
              initial={isNew ? {} : bodyOf(provider, schema)}
              isNew={isNew}
              submit={isNew ? 'Add' : 'Replace'}
              isReadOnly={!may('admin')}
              groups={[
                {
                  title: 'Headers, time and connections',
                  fields: ['auth', 'headers', 'first_byte_ms', 'idle_ms', 'connections', 'responses', 'stream_usage'],
                },
              ]}
              onSubmit={async (value) => {
                const path = { name: name.trim() || '?' };
                await answered(client.PUT('/v1/providers/{name}', { params: { path }, body: value as never }));
                location.hash = LIST;
              }}
              actions={!isNew && <Remove name={provider.name} />}
            />
          </div>
        )}
      </Loaded>
    </Card>
  );
}

function Remove({ name }: { name: string }) {
  return (
    <ConfirmButton
      label="Remove"
      title={`Remove the provider ${name}?`}
      isDangerous
      run={async () => {
        await answered(client.DELETE('/v1/providers/{name}', { params: { path: { name } } }));
        location.hash = LIST;
      }}
    >
      <p>Deployments that name it stay declared, and are not called. Calls in flight go on to their end.</p>
    </ConfirmButton>
  );
}
