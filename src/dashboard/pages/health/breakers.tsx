import { useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { ago, count } from '../../kit/format.js';
import { Badge, Card, Llm, type Tone } from '../../kit/parts.js';
import { answered, type Problem } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { client, may } from '../../kit/session.js';
import { Empty, Failed, Loaded } from '../../kit/states.js';
import { Table, type Column } from '../../kit/table.js';

type Health = Schemas['LlmHealth'];

const STATES: Record<Health['state'], { words: string; tone: Tone; order: number }> = {
  open: { words: 'Out', tone: 'bad', order: 0 },
  half_open: { words: 'Tried', tone: 'warn', order: 1 },
  closed: { words: 'In', tone: 'good', order: 2 },
};

/** Takes an LLM out, or puts it back. */
function Override({ health, onDone }: { health: Health; onDone: (problem?: Problem) => void }) {
  const [isBusy, setBusy] = useState(false);
  const isOut = health.state !== 'closed';
  const put = (): void => {
    setBusy(true);
    const body = isOut
      ? { state: 'closed' as const }
      : { state: 'open' as const, reason: 'taken out in the dashboard' };
    answered(client.PUT('/v1/health/{id}', { params: { path: { id: health.model } }, body }))
      .then(
        () => onDone(),
        (error: unknown) => onDone(error as Problem),
      )
      .finally(() => setBusy(false));
  };
  const words = isOut ? 'Put back' : 'Take out';
  return (
    <button type="button" disabled={isBusy} onClick={put} aria-label={`${words}: ${health.model}`}>
      {words}
    </button>
  );
}

const columns = (onDone: (problem?: Problem) => void): Column<Health>[] => [
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
  const [problem, setProblem] = useState<Problem>();
  const done = (refused?: Problem): void => {
    setProblem(refused);
    health.reload();
  };
  return (
    <Card title="LLMs in the rankings" aside="Who fails too often is taken out, and tried again after a while">
      {problem !== undefined && <Failed problem={problem} />}
      <Loaded query={health}>
        {({ models }) =>
          models.length === 0 ? (
            <Empty title="No LLMs yet">
              <pre>npx pointsman import models.json interactions.jsonl.gz</pre>
            </Empty>
          ) : (
            <Table
              label="State of LLMs"
              columns={columns(done)}
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
