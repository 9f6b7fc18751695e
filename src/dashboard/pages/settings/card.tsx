import type { ComponentChildren } from 'preact';
import { SchemaForm, type FieldGroup } from '../../kit/form/form.js';
import { readBodySchema, type JsonObject } from '../../kit/form/schema.js';
import { useSuggestions } from '../../kit/form/suggestions.js';
import { Card } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { client, may } from '../../kit/session.js';
import { Loaded } from '../../kit/states.js';

/** Settings that are read and set whole. */
export type SettingsPath =
  | '/v1/retention'
  | '/v1/decision-log'
  | '/v1/texts'
  | '/v1/judge/settings'
  | '/v1/breaker'
  | '/v1/drift'
  | '/v1/signals'
  | '/v1/metrics'
  | '/v1/catalog';

/** All of these are asked alike: to the compiler, one stands for them. What they hold is the schema's to say. */
const typed = (path: SettingsPath): '/v1/retention' => path as '/v1/retention';

async function read(path: SettingsPath, signal: AbortSignal) {
  const [body, settings] = await Promise.all([
    readBodySchema('put', path),
    answered(client.GET(typed(path), { signal })),
  ]);
  return { body, settings: settings as unknown as JsonObject };
}

export interface SettingsCardProps {
  path: SettingsPath;
  title: string;
  about?: ComponentChildren;
  groups?: readonly FieldGroup[];
  isBrief?: boolean;
}

/** A form of settings, made of what the API says that they may be. */
export function SettingsCard({ path, title, about, groups, isBrief = false }: SettingsCardProps) {
  const query = useQuery((signal) => read(path, signal), [path], { follows: ['settings'] });
  const suggestions = useSuggestions();
  return (
    <Card title={title}>
      <Loaded query={query} rows={5}>
        {({ body, settings }) => (
          <div class="stack">
            {about !== undefined && <p class="muted">{about}</p>}
            <SchemaForm
              body={body}
              initial={settings}
              submit="Save"
              suggestions={suggestions}
              isReadOnly={!may('admin')}
              isBrief={isBrief}
              {...(groups !== undefined && { groups })}
              onSubmit={async (value) => {
                await answered(client.PUT(typed(path), { body: value as never }));
                query.reload();
              }}
            />
          </div>
        )}
      </Loaded>
    </Card>
  );
}
