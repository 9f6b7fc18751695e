import type { Schemas } from '../../../client/index.js';
import { Badge, Card } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { hrefTo } from '../../kit/router.js';
import { client } from '../../kit/session.js';
import { Loaded } from '../../kit/states.js';
import { Table, type Column } from '../../kit/table.js';
import { besides, DEFAULT_POLICY, forbids, isBuiltInName, weighs } from './words.js';

type Policy = Schemas['Policy'];

/** Lines of one cell. */
function Lines({ lines }: { lines: readonly string[] }) {
  if (lines.length === 0) return <span class="muted">–</span>;
  return (
    <>
      {lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
    </>
  );
}

/** Whether it is the default, and whose it is. */
export function Kind({ policy: { name, built_in: isBuiltIn } }: { policy: Policy }) {
  return (
    <span class="row nowrap">
      {name === DEFAULT_POLICY && <Badge tone="info">default</Badge>}
      {isBuiltIn ? (
        <Badge>built in</Badge>
      ) : (
        <Badge tone="good">{isBuiltInName(name) ? 'replaces the built-in' : 'your own'}</Badge>
      )}
    </span>
  );
}

const COLUMNS: readonly Column<Policy>[] = [
  { name: 'Policy', cell: ({ name }) => name, by: ({ name }) => name },
  { name: 'Kind', cell: (policy) => <Kind policy={policy} /> },
  { name: 'Weighs', cell: (policy) => <Lines lines={weighs(policy)} /> },
  { name: 'Forbids', cell: (policy) => <Lines lines={forbids(policy)} /> },
  { name: 'Besides', cell: (policy) => <Lines lines={besides(policy)} />, isWideOnly: true },
  {
    name: 'Description',
    cell: ({ description = '' }) => <span class="break">{description}</span>,
    isWideOnly: true,
  },
];

export function PolicyList() {
  const query = useQuery((signal) => answered(client.GET('/v1/policies', { signal })), [], { follows: ['policies'] });
  return (
    <Card title="Policies" aside="How an LLM is chosen, by name. A request names one, or gets the default.">
      <Loaded query={query} rows={5}>
        {({ policies }) => (
          <Table
            label="Policies"
            columns={COLUMNS}
            rows={policies}
            keyOf={({ name }) => name}
            hrefOf={({ name }) => hrefTo(['policies', 'policy', name])}
          />
        )}
      </Loaded>
    </Card>
  );
}
