import type { Schemas } from '../../../client/index.js';
import { ago, percent, time } from '../../kit/format.js';
import { Badge, Card } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { hrefTo } from '../../kit/router.js';
import { client } from '../../kit/session.js';
import { Empty, Loaded } from '../../kit/states.js';
import { Table, type Column } from '../../kit/table.js';
import { KINDS, STATES } from './experiment-words.js';

type Summary = Schemas['ExperimentSummary'];

export function StateBadge({ state }: { state: Summary['state'] }) {
  const { tone, words } = STATES[state];
  return <Badge tone={tone}>{words}</Badge>;
}

/** Where a canary is, and what its candidate has. */
function Progress({ of: { step, share, idle } }: { of: Summary }) {
  if (idle !== null) return <span class="text-warn">decides nothing: {idle}</span>;
  const parts = [step !== null && `step ${step}`, share !== null && `${percent(share)} of traffic`];
  return <>{parts.filter((part) => part !== false).join(', ') || '–'}</>;
}

const COLUMNS: readonly Column<Summary>[] = [
  { name: 'Experiment', cell: ({ name }) => name, by: ({ name }) => name },
  { name: 'Kind', cell: ({ kind }) => KINDS[kind].name, by: ({ kind }) => kind },
  { name: 'State', cell: ({ state }) => <StateBadge state={state} />, by: ({ state }) => state },
  { name: 'Candidate has', cell: (row) => <Progress of={row} /> },
  { name: 'Whose queries', cell: ({ of }) => (of === null ? 'all' : `policy ${of}`) },
  {
    name: 'Began',
    cell: ({ started_at: at }) => <span title={time(at)}>{ago(at)}</span>,
    by: ({ started_at: at }) => at,
  },
  { name: 'Why it is where it is', cell: ({ why }) => <span class="break">{why}</span>, isWideOnly: true },
];

const BY_FILE = `echo '{kind: shadow, candidate: {policy: balanced}}' > trial.yaml
pointsman experiments put trial trial.yaml`;

export function ExperimentList() {
  const query = useQuery((signal) => answered(client.GET('/v1/experiments', { signal })), [], {
    follows: ['experiments'],
  });
  return (
    <Card title="Experiments" aside="Policies, versions and LLMs, tried beside what is in force">
      <Loaded query={query} rows={4}>
        {({ experiments }) =>
          experiments.length === 0 ? (
            <Empty title="No experiment yet">
              <p>A shadow decides nothing: it is a good first one. Start it here, or by a file:</p>
              <pre>{BY_FILE}</pre>
            </Empty>
          ) : (
            <Table
              label="Experiments"
              columns={COLUMNS}
              rows={experiments}
              keyOf={({ name }) => name}
              hrefOf={({ name }) => hrefTo(['policies', 'experiments', name])}
              sorted={{ column: 'Began', down: true }}
            />
          )
        }
      </Loaded>
    </Card>
  );
}
