import type { Schemas } from '../../../client/index.js';
import { FareBadge } from '../../kit/fare.js';
import { Badge } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { client } from '../../kit/session.js';
import { Loaded } from '../../kit/states.js';
import { Table, type Column } from '../../kit/table.js';

type Declared = Schemas['Deployment'];
type Fare = Schemas['DeploymentFare'];
interface Row {
  declared: Declared;
  /** How it fares; undefined where its provider is not known. */
  fare: Fare | undefined;
  isKnown: boolean;
}

function stateOf({ fare, isKnown }: Row) {
  if (!isKnown) return <Badge tone="bad">unknown provider</Badge>;
  if (fare === undefined) return <Badge>not called yet</Badge>;
  return <FareBadge fare={fare} />;
}

const COLUMNS: readonly Column<Row>[] = [
  { name: 'Provider', cell: ({ declared }) => declared.provider },
  { name: 'Name there', cell: ({ declared }) => declared.model },
  { name: 'Priority', cell: ({ declared }) => declared.priority ?? 0, isNumber: true },
  { name: 'State', cell: stateOf },
  {
    name: 'Failed',
    cell: ({ fare }) => (fare === undefined ? '–' : `${fare.failures} of ${fare.calls}`),
    isNumber: true,
  },
];

/** Where an LLM can be called, and how that goes. */
export function Deployments({ known: { id, deployments = [] } }: { known: Schemas['KnownProfile'] }) {
  const query = useQuery((signal) => answered(client.GET('/v1/providers', { signal })), [id], {
    follows: ['providers'],
  });
  if (deployments.length === 0)
    return (
      <p class="muted">
        Pointsman does not call it: it declares no <code>deployments</code>. It can be chosen all the same.
      </p>
    );
  return (
    <Loaded query={query}>
      {({ providers }) => (
        <Table
          label="Deployments"
          columns={COLUMNS}
          rows={deployments.map((declared) => {
            const provider = providers.find(({ name }) => name === declared.provider);
            const fare = provider?.deployments.find((one) => one.model === id && one.deployment === declared.model);
            return { declared, fare, isKnown: provider !== undefined };
          })}
          keyOf={({ declared }) => `${declared.provider} ${declared.model}`}
        />
      )}
    </Loaded>
  );
}
