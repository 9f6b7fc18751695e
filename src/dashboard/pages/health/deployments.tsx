import type { Schemas } from '../../../client/index.js';
import { FareBadge } from '../../kit/fare.js';
import { ago, count } from '../../kit/format.js';
import { Card, Llm } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { client } from '../../kit/session.js';
import { Empty, Loaded } from '../../kit/states.js';
import { Table, type Column } from '../../kit/table.js';

type Row = Schemas['DeploymentFare'] & { provider: string };

const ORDER = { open: 0, half_open: 1, closed: 2 } as const;

const COLUMNS: readonly Column<Row>[] = [
  { name: 'LLM', cell: ({ model }) => <Llm id={model} />, by: ({ model }) => model },
  { name: 'Provider', cell: ({ provider }) => provider, by: ({ provider }) => provider },
  { name: 'Name there', cell: ({ deployment }) => deployment, isWideOnly: true },
  { name: 'State', cell: (fare) => <FareBadge fare={fare} />, by: ({ state }) => ORDER[state] },
  {
    name: 'Last calls failed',
    cell: ({ calls, failures }) => (calls === 0 ? '–' : `${count(failures)} of ${count(calls)}`),
    isNumber: true,
  },
  { name: 'In flight', cell: ({ in_flight: flying }) => count(flying), isNumber: true, isWideOnly: true },
  {
    name: 'Why',
    cell: ({ error, retry_at: retry, held_until: held }) => (
      <>
        {error ?? '–'}
        {(retry ?? held) !== null && <div class="muted">tried again {ago(retry ?? held)}</div>}
      </>
    ),
    isWideOnly: true,
  },
];

/** How calls to providers go, for each place where an LLM can be called. */
export function Deployments() {
  const providers = useQuery((signal) => answered(client.GET('/v1/providers', { signal })), [], {
    follows: ['providers', 'catalog', 'feedback'],
  });
  return (
    <Card title="Deployments" aside="As the process that answers sees them: each has breakers of its own">
      <Loaded query={providers}>
        {({ providers: found }) => {
          const rows = found.flatMap(({ name: provider, deployments }) =>
            deployments.map((fare) => ({ ...fare, provider })),
          );
          return rows.length === 0 ? (
            <Empty title="Pointsman calls no LLM here">
              <p>A provider, and LLMs that declare deployments at it, let it call what it chose.</p>
            </Empty>
          ) : (
            <Table
              label="Deployments"
              columns={COLUMNS}
              rows={rows}
              keyOf={({ provider, model, deployment }) => `${provider} ${model} ${deployment}`}
              sorted={{ column: 'State', down: false }}
            />
          );
        }}
      </Loaded>
    </Card>
  );
}
