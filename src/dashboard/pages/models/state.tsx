import type { Schemas } from '../../../client/index.js';
import { ago, count, duration, percent, score, time } from '../../kit/format.js';
import { Badge, Card, Share } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { client } from '../../kit/session.js';
import { Empty, Loaded } from '../../kit/states.js';
import { Table, type Column } from '../../kit/table.js';
import { Deployments } from './deployments.js';
import { HealthBadge } from './health.js';

type Known = Schemas['KnownProfile'];
type Alert = Schemas['Alert'];

/** Past alerts that are looked through for those of one LLM. */
const LOOKED_AT = 1000;

const valueOf = ({ signal }: Alert, value: number): string =>
  signal === 'latency' ? duration(value) : signal === 'error' ? percent(value) : score(value);

const ALERTS: readonly Column<Alert>[] = [
  { name: 'When', cell: ({ at }) => <span title={time(at)}>{ago(at)}</span>, by: ({ at }) => at },
  { name: 'What', cell: ({ signal, direction }) => `${signal} ${direction}` },
  { name: 'On', cell: ({ task }) => task },
  { name: 'Before', cell: (alert) => valueOf(alert, alert.before), isNumber: true },
  { name: 'After', cell: (alert) => valueOf(alert, alert.after), isNumber: true },
  {
    name: 'State',
    cell: ({ resolved_at: resolved, resolution, direction }) =>
      resolved !== null ? (
        <Badge>{resolution}</Badge>
      ) : (
        <Badge tone={direction === 'worse' ? 'warn' : 'good'}>{direction === 'worse' ? 'open' : 'noted'}</Badge>
      ),
  },
];

/** Whether it changed: alerts that are open, and past ones. */
function Drift({ id }: { id: string }) {
  const query = useQuery(
    (signal) => answered(client.GET('/v1/alerts', { params: { query: { state: 'all', limit: LOOKED_AT } }, signal })),
    [id],
    { follows: ['alerts'] },
  );
  return (
    <Loaded query={query}>
      {({ alerts }) => {
        const own = alerts.filter(({ model }) => model === id);
        return own.length === 0 ? (
          <Empty title="It did not change">Scores, latency and errors are watched by task.</Empty>
        ) : (
          <Table label="Changes" columns={ALERTS} rows={own} keyOf={(alert) => alert.id} />
        );
      }}
    </Loaded>
  );
}

type Used = { used: number; limit: number } | null;

function Limit({ name, used }: { name: string; used: Used }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {used === null ? (
          <span class="muted">no limit</span>
        ) : (
          <span class="range">
            {count(used.used)} of {count(used.limit)}
            <Share value={used.used / used.limit} />
          </span>
        )}
      </dd>
    </>
  );
}

function Limits({ id }: { id: string }) {
  const query = useQuery((signal) => answered(client.GET('/v1/load', { signal })), [id], { follows: ['decisions'] });
  return (
    <Loaded query={query}>
      {({ models }) => {
        const load = models.find(({ model }) => model === id);
        if (load === undefined) return <p class="muted">It declares no limits.</p>;
        return (
          <>
            {load.full !== null && <Badge tone="bad">full: {load.full}</Badge>}
            <dl class="facts">
              <Limit name="Requests a minute" used={load.requests} />
              <Limit name="Tokens a minute" used={load.tokens} />
              <Limit name="In flight" used={load.in_flight} />
            </dl>
          </>
        );
      }}
    </Loaded>
  );
}

function Breaker({ health }: { health: Known['learned']['health'] }) {
  return (
    <dl class="facts">
      <dt>State</dt>
      <dd>
        <HealthBadge state={health.state} />
      </dd>
      <dt>Last calls</dt>
      <dd>{health.calls === 0 ? 'none of late' : `${health.failures} of ${health.calls} failed`}</dd>
      {health.error !== null && (
        <>
          <dt>Last error</dt>
          <dd>{health.error}</dd>
        </>
      )}
      {health.retry_at !== null && (
        <>
          <dt>Tried again</dt>
          <dd>{time(health.retry_at)}</dd>
        </>
      )}
    </dl>
  );
}

/** How an LLM is now: whether it answers, how near its limits it is, where it is called, whether it changed. */
export function State({ known }: { known: Known }) {
  return (
    <>
      <Card title="Health and limits" span={6} aside={<a href="#/health">All LLMs</a>}>
        <div class="stack">
          <Breaker health={known.learned.health} />
          <h3>Limits</h3>
          <Limits id={known.id} />
          <h3>Where it is called</h3>
          <Deployments known={known} />
        </div>
      </Card>
      <Card title="Drift" span={6}>
        <Drift id={known.id} />
      </Card>
    </>
  );
}
