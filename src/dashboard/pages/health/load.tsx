import type { Schemas } from '../../../client/index.js';
import { compact, score } from '../../kit/format.js';
import { Badge, Card, Llm, Share } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { client } from '../../kit/session.js';
import { Empty, Loaded } from '../../kit/states.js';
import { Table, type Column } from '../../kit/table.js';

type Load = Schemas['LlmLoad'];

function Used({ of }: { of: Load['requests'] }) {
  if (of === null) return <span class="muted">no limit</span>;
  return (
    <span class="row">
      <Share value={of.used / of.limit} />
      {compact(of.used)} of {compact(of.limit)}
    </span>
  );
}

const COLUMNS: readonly Column<Load>[] = [
  { name: 'LLM', cell: ({ model }) => <Llm id={model} />, by: ({ model }) => model },
  { name: 'Requests a minute', cell: ({ requests }) => <Used of={requests} /> },
  { name: 'Tokens a minute', cell: ({ tokens }) => <Used of={tokens} /> },
  { name: 'In flight', cell: ({ in_flight: flying }) => <Used of={flying} />, isWideOnly: true },
  { name: 'Price', cell: ({ price }) => score(price), isNumber: true, isWideOnly: true },
  {
    name: 'Now',
    cell: ({ full }) => <Badge tone={full === null ? 'good' : 'bad'}>{full ?? 'free'}</Badge>,
    isWideOnly: true,
  },
];

/** How near LLMs are to their declared limits. */
export function Limits() {
  const load = useQuery((signal) => answered(client.GET('/v1/load', { signal })), [], {
    follows: ['decisions', 'catalog'],
  });
  return (
    <Card title="Limits" aside="What is used of declared limits, in the last minute">
      <Loaded query={load}>
        {({ models }) =>
          models.length === 0 ? (
            <Empty title="No LLM declares limits">
              <p>Routing keeps limits that a profile declares:</p>
              <pre>limits: {'{requests_per_minute: 300, in_flight: 32}'}</pre>
            </Empty>
          ) : (
            <Table label="Limits of LLMs" columns={COLUMNS} rows={models} keyOf={({ model }) => model} />
          )
        }
      </Loaded>
    </Card>
  );
}
