import type { Schemas } from '../../../client/index.js';
import { duration, time, usd } from '../../kit/format.js';
import { Badge, Card, Llm } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { hrefTo } from '../../kit/router.js';
import { client } from '../../kit/session.js';
import { Loaded } from '../../kit/states.js';
import { Table, type Column } from '../../kit/table.js';
import { OutcomeBadge } from './outcome.js';

type Turn = Schemas['DecisionSummary'] & { place: number; isHere: boolean };

const COLUMNS: readonly Column<Turn>[] = [
  { name: 'Call', cell: ({ place, isHere }) => (isHere ? <span class="here">{place}, this one</span> : place) },
  { name: 'When', cell: ({ at }) => time(at), isWideOnly: true },
  {
    name: 'Query',
    cell: ({ query }) =>
      query === null ? <span class="muted">text not kept</span> : <span class="clip">{query.slice(0, 200)}</span>,
  },
  { name: 'LLM', cell: ({ call, model }) => <Llm id={call?.model ?? model} link={false} /> },
  { name: 'Took', cell: ({ call }) => duration(call?.total_ms), isNumber: true, isWideOnly: true },
  { name: 'Cost', cell: ({ call }) => usd(call?.cost_usd), isNumber: true, isWideOnly: true },
  { name: 'Outcome', cell: (one) => <OutcomeBadge {...one} /> },
];

/** The calls of the conversation that a decision is of, in order. */
export function Conversation({ id }: { id: string }) {
  const query = useQuery(
    (signal) => answered(client.GET('/v1/decisions/{id}/conversation', { params: { path: { id } }, signal })),
    [id],
    { follows: ['decisions', 'feedback'], pauseMs: 5_000 },
  );
  return (
    <Card
      title="The conversation"
      aside={query.data?.more === true && <Badge>its last {query.data.decisions.length} calls</Badge>}
    >
      <Loaded query={query}>
        {({ decisions }) => (
          <Table
            label="Calls of the conversation"
            columns={COLUMNS}
            rows={decisions.map((one, i) => ({ ...one, place: i + 1, isHere: one.decision_id === id }))}
            keyOf={(one) => one.decision_id}
            hrefOf={(one) => hrefTo(['decisions', one.decision_id])}
          />
        )}
      </Loaded>
    </Card>
  );
}
