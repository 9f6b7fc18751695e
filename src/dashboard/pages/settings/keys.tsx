import { useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { SchemaForm } from '../../kit/form/form.js';
import { readBodySchema } from '../../kit/form/schema.js';
import { useSuggestions } from '../../kit/form/suggestions.js';
import { Card } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { hrefTo, place, setSearch } from '../../kit/router.js';
import { caller, client, may } from '../../kit/session.js';
import { Empty, Loaded } from '../../kit/states.js';
import { KeyMadeDialog } from './key-made.js';
import { isGood, KeyRows } from './key-rows.js';

type Made = Schemas['KeyMade'];

const NEW_KEY = { scopes: ['route', 'feedback'] };

function MakeCard({ onMade }: { onMade: (made: Made) => void }) {
  const body = useQuery(() => readBodySchema('post', '/v1/keys'), []);
  const suggestions = useSuggestions();
  return (
    <Card title="Make a key">
      <Loaded query={body} rows={6}>
        {(schema) => (
          <SchemaForm
            body={schema}
            initial={NEW_KEY}
            isNew
            submit="Make the key"
            suggestions={suggestions}
            groups={[
              { title: 'Bounds', fields: ['tenant', 'models', 'policies', 'expires_at', 'limits'] },
              { title: 'Texts and chance', fields: ['texts', 'exploration'] },
            ]}
            onSubmit={async (value) => {
              onMade(await answered(client.POST('/v1/keys', { body: value as never })));
              setSearch({ add: undefined });
            }}
            actions={<a href={hrefTo(['settings', 'keys'])}>Cancel</a>}
          />
        )}
      </Loaded>
    </Card>
  );
}

function KeysOff() {
  return (
    <Empty title="No key is asked for">
      <p>
        There is no key yet: whoever reaches this service may do everything. The first one is made on the command line:
      </p>
      <pre>pointsman keys create NAME --scopes admin</pre>
    </Empty>
  );
}

function Keys() {
  const query = useQuery((signal) => answered(client.GET('/v1/keys', { signal })), [], { follows: ['keys'] });
  const [made, setMade] = useState<Made>();
  const [isAll, setAll] = useState(false);
  const isAdding = place.value.search.has('add');
  return (
    <div class="grid">
      {made !== undefined && <KeyMadeDialog made={made} onClose={() => setMade(undefined)} />}
      {isAdding && <MakeCard onMade={(one) => (setMade(one), query.reload())} />}
      <Card
        title="Keys"
        aside={
          !isAdding && (
            <button type="button" class="primary" onClick={() => setSearch({ add: '1' })}>
              Make a key
            </button>
          )
        }
      >
        <Loaded query={query} rows={5}>
          {({ keys }) => {
            const over = keys.filter((key) => !isGood(key)).length;
            return (
              <div class="stack">
                <KeyRows keys={isAll ? keys : keys.filter(isGood)} onMade={setMade} onDone={query.reload} />
                {over > 0 && (
                  <label class="check">
                    <input type="checkbox" checked={isAll} onChange={() => setAll(!isAll)} /> Also those that are
                    revoked or expired ({over})
                  </label>
                )}
              </div>
            );
          }}
        </Loaded>
      </Card>
    </div>
  );
}

export function KeysTab() {
  if (caller.value?.keys === false)
    return (
      <Card title="Keys">
        <KeysOff />
      </Card>
    );
  if (!may('admin'))
    return (
      <Card title="Keys">
        <Empty title="Only for administrators">A key with the scope admin sees, makes and revokes keys.</Empty>
      </Card>
    );
  return <Keys />;
}
