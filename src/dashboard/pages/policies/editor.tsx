import { useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { ConfirmButton } from '../../kit/dialog.js';
import { SchemaForm, type FieldGroup } from '../../kit/form/form.js';
import { NameField } from '../../kit/form/name-field.js';
import { readBodySchema, type JsonObject } from '../../kit/form/schema.js';
import { useSuggestions } from '../../kit/form/suggestions.js';
import { Card } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { hrefTo } from '../../kit/router.js';
import { client, may } from '../../kit/session.js';
import { Loaded } from '../../kit/states.js';
import { Kind } from './list.js';
import { isBuiltInName, type Rules } from './words.js';

type Policy = Schemas['Policy'];

const GROUPS: readonly FieldGroup[] = [
  {
    title: 'What quality is given up for',
    isOpen: true,
    fields: [
      'relative_cost_weight',
      'cost_weight',
      'relative_latency_weight',
      'latency_weight',
      'cheapest_within',
      'latency_percentile',
    ],
  },
  { title: 'Bounds', fields: ['max_cost_usd', 'max_latency_ms', 'min_quality', 'on_no_candidate'] },
  {
    title: 'Which LLMs',
    fields: ['models', 'exclude', 'pin', 'capabilities', 'languages', 'regions', 'context_tokens'],
  },
  { title: 'Exploration', fields: ['exploration'] },
  { title: 'Failures and conversations', fields: ['fallbacks', 'switch_margin'] },
  { title: 'Cascade', fields: ['cascade'] },
];

const LIST = hrefTo(['policies']);

/** What a policy says, without its name. */
export function bodyOf(policy: Policy): Rules {
  const { name: _, built_in: __, ...body } = policy;
  return body;
}

function Remove({ name }: { name: string }) {
  const isBuiltIn = isBuiltInName(name);
  return (
    <ConfirmButton
      label={isBuiltIn ? 'Go back to the built-in one' : 'Remove'}
      title={isBuiltIn ? `Go back to the built-in ${name}?` : `Remove the policy ${name}?`}
      isDangerous
      run={async () => {
        await answered(client.DELETE('/v1/policies/{name}', { params: { path: { name } } }));
        if (!isBuiltIn) location.hash = LIST;
      }}
    >
      <p>
        {isBuiltIn
          ? 'Requests that name it are routed as Pointsman comes.'
          : 'Requests that name it are refused from now on (unknown_policy).'}
      </p>
    </ConfirmButton>
  );
}

export interface EditorProps {
  /** The one that is changed; a new one unless given. */
  policy?: Policy;
  /** Told what is written, saved or not. */
  onDraft: (rules: Rules) => void;
}

/** Writes a policy. */
export function PolicyEditor({ policy, onDraft }: EditorProps) {
  const body = useQuery(() => readBodySchema('put', '/v1/policies/{name}'), []);
  const suggestions = useSuggestions();
  const [name, setName] = useState('');
  const isNew = policy === undefined;
  async function save(value: JsonObject): Promise<void> {
    const path = { name: isNew ? name.trim() || '?' : policy.name };
    await answered(client.PUT('/v1/policies/{name}', { params: { path }, body: value as never }));
    if (isNew) location.hash = hrefTo(['policies', 'policy', path.name]);
  }
  return (
    <Card title={isNew ? 'A new policy' : `Policy ${policy.name}`} aside={!isNew && <Kind policy={policy} />}>
      <Loaded query={body} rows={8}>
        {(schema) => (
          <div class="stack">
            {isNew && <NameField hint="Requests name it" value={name} onChange={setName} />}
            <SchemaForm
              body={schema}
              initial={isNew ? {} : (bodyOf(policy) as JsonObject)}
              isNew={isNew}
              submit={isNew ? 'Make the policy' : 'Save'}
              suggestions={suggestions}
              isReadOnly={!may('admin')}
              groups={GROUPS}
              onChange={(value) => onDraft(value as Rules)}
              onSubmit={save}
              actions={!isNew && !policy.built_in && <Remove name={policy.name} />}
            />
          </div>
        )}
      </Loaded>
    </Card>
  );
}
