import { useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { ConfirmButton } from '../../kit/dialog.js';
import { ago, count } from '../../kit/format.js';
import { Badge, Card, Field, Llm, type Tone } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { client, may } from '../../kit/session.js';
import { Empty, Loaded } from '../../kit/states.js';
import { Table, type Column } from '../../kit/table.js';

type Health = Schemas['LlmHealth'];

const STATES: Record<Health['state'], { words: string; tone: Tone; order: number }> = {
  open: { words: 'Out', tone: 'bad', order: 0 },
  half_open: { words: 'Tried', tone: 'warn', order: 1 },
  closed: { words: 'In', tone: 'good', order: 2 },
};

/** Takes an LLM out, or puts it back. */
function Override({ health: { model, state }, onDone }: { health: Health; onDone: () => void }) {
  const [reason, setReason] = useState('');
  const put = async (body: Schemas['HealthOverride']): Promise<void> => {
    await answered(client.PUT('/v1/health/{id}', { params: { path: { id: model } }, body }));
    onDone();
  };
  if (state !== 'closed')
    return (
      <ConfirmButton
        label="Put back"
        name={`Put back: ${model}`}
        title={`Put ${model} back?`}
        run={() => put({ state: 'closed' })}
      >
        <p>It is ranked with the others at once, and what failed before counts no more.</p>
      </ConfirmButton>
    );
  return (
    <ConfirmButton
      label="Take out"
      name={`Take out: ${model}`}
      title={`Take ${model} out of the rankings?`}
      run={() => put({ state: 'open', reason: reason.trim() || 'taken out in the dashboard' })}
    >
      <p>No query goes to it until it is put back.</p>
      <Field label="Why (shown to those who ask why it is out)">
        <input value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
      </Field>
    </ConfirmButton>
  );
}

const columns = (onDone: () => void): Column<Health>[] => [
  { name: 'LLM', cell: ({ model }) => <Llm id={model} />, by: ({ model }) => model },
  {
    name: 'State',
    cell: ({ state }) => <Badge tone={STATES[state].tone}>{STATES[state].words}</Badge>,
    by: ({ state }) => STATES[state].order,
  },
  {
    name: 'Last calls failed',
    cell: ({ calls, failures }) => (calls === 0 ? '–' : `${count(failures)} of ${count(calls)}`),
    isNumber: true,
  },
  { name: 'Since', cell: ({ opened_at: at }) => ago(at), isWideOnly: true },
  {
    name: 'Why',
    cell: ({ error, state, retry_at: retry }) => (
      <>
        {error ?? '–'}
        {state === 'open' && (
          <div class="muted">{retry === null ? 'held by an operator' : `tried again ${ago(retry)}`}</div>
        )}
      </>
    ),
    isWideOnly: true,
  },
  ...(may('admin') ? [{ name: 'Change', cell: (health: Health) => <Override health={health} onDone={onDone} /> }] : []),
];

/** Which LLMs fail, and are out of the rankings for it. */
export function Breakers() {
  const health = useQuery((signal) => answered(client.GET('/v1/health', { signal })), [], {
    follows: ['breakers', 'catalog'],
  });
  return (
    <Card title="LLMs in the rankings" aside="Who fails too often is taken out, and tried again after a while">
      <Loaded query={health}>
        {({ models }) =>
          models.length === 0 ? (
            <Empty title="No LLMs yet">
              <pre>npx pointsman import models.json interactions.jsonl.gz</pre>
            </Empty>
          ) : (
            <Table
              label="State of LLMs"
              columns={columns(health.reload)}
              rows={models}
              keyOf={({ model }) => model}
              sorted={{ column: 'State', down: false }}
            />
          )
        }
      </Loaded>
    </Card>
  );
}
